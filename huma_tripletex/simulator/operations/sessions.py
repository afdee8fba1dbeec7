"""`/token/session`: the only resource that is called without a session."""

from datetime import date, timedelta
from typing import Any

from huma_tripletex.simulator.call import Call, read_json
from huma_tripletex.simulator.catalogue import blank
from huma_tripletex.simulator.mapping import is_date
from huma_tripletex.simulator.messages import Request, Response, json_response
from huma_tripletex.simulator.refusals import (
    NO_SUCH_FIELD,
    NOT_NULL,
    WRONG_TYPE,
    Problem,
    broken,
    invalid,
    missing_parameters,
    not_found,
    not_mapped,
    wrong_date,
)
from huma_tripletex.simulator.routing import Route
from huma_tripletex.simulator.switches import Switches
from huma_tripletex.simulator.tokens import CONSUMER_ID, CONSUMER_TOKEN, EmployeeToken, Session
from huma_tripletex.simulator.world import World

NAMES = ("consumerToken", "employeeToken", "expirationDate")


def create(request: Request, world: World, base: str) -> Response:
    """POST with a JSON body (201), or the deprecated PUT with the secrets in the query (200)."""
    posted = request.method == "POST"
    values = _from_body(request, world.switches) if posted else _from_query(request)
    _check_consumer(values["consumerToken"])
    token = _checked_owner(world, values["employeeToken"])
    expires = _checked_date(world, values["expirationDate"])
    session = world.begin_session(token, expires)
    return json_response(201 if posted else 200, {"value": _shown(session, base)})


def revoked() -> Exception:
    """What `:create` answers when the employee token is not, or no longer, any good."""
    return _bad_token("employee")


def _from_body(request: Request, switches: Switches) -> dict[str, str]:
    body = read_json(request, switches)
    if not isinstance(body, dict):
        raise not_mapped([Problem("", WRONG_TYPE, "")])
    problems = [Problem(name, NO_SUCH_FIELD) for name in body if name not in NAMES]
    problems += [Problem(name, WRONG_TYPE, name) for name in NAMES if not isinstance(body.get(name), str | None)]
    expires = body.get("expirationDate")
    if isinstance(expires, str) and not is_date(expires):
        problems.append(Problem("expirationDate", WRONG_TYPE, "expirationDate"))
    if problems:
        raise not_mapped(problems)
    if missing := [name for name in NAMES if not body.get(name)]:
        raise broken(*(Problem(name, NOT_NULL, f"null.{name}") for name in missing))
    return {name: body[name] for name in NAMES}


def _from_query(request: Request) -> dict[str, str]:
    if missing := [name for name in NAMES if not request.query.get(name)]:
        raise missing_parameters(missing)
    if not is_date(request.query["expirationDate"]):
        raise wrong_date(request.query["expirationDate"])
    return {name: request.query[name] for name in NAMES}


def _check_consumer(text: str) -> None:
    if text != CONSUMER_TOKEN:
        raise _bad_token("consumer")


def _checked_owner(world: World, text: str) -> EmployeeToken:
    token = world.tokens.get(text)
    if token is None:
        raise _bad_token("employee")
    return token


def _bad_token(whose: str) -> Exception:
    # One message for a wrong token and for one of another environment, as recorded.
    name = f"arg:{whose}Token"
    return invalid(Problem(name, f"The {whose} token is invalid or does not exist.", name))


def _checked_date(world: World, text: str) -> date:
    expires, today = date.fromisoformat(text), world.clock.oslo_today()
    maximum = world.switches.session_days
    name = "arg:expirationDate"
    if expires <= today:
        raise invalid(Problem(name, "The expiration date must be later than today.", name))
    if maximum and expires > today + timedelta(days=maximum):
        raise invalid(Problem(name, "The expiration date is too far ahead.", name))
    return expires


def _shown(session: Session, base: str) -> dict[str, Any]:
    own = f"{base}/token"
    row = blank("SessionToken", id=session.id, token=session.text, expirationDate=session.expires.isoformat())
    row["url"] = f"{own}/session/{session.id}"
    row["consumerToken"] = {"id": CONSUMER_ID, "url": f"{own}/consumer/{CONSUMER_ID}"}
    row["employeeToken"] = {"id": session.token.id, "url": f"{own}/employee/{session.token.id}"}
    return row


def _delete(call: Call) -> Response:
    if call.world.sessions.pop(call.words[0], None) is None:
        raise not_found()
    return Response(204)


def _who_am_i(call: Call) -> Response:
    owner, company = call.token.owner_id, call.company.id
    row = blank("LoggedInUserInfo", employeeId=owner, actualEmployeeId=owner, employee=owner)
    return call.one("LoggedInUserInfo", {**row, "companyId": company, "company": company, "language": "no"})


def _consumer(call: Call) -> Response:
    call.need("token")
    if call.text("token") != CONSUMER_TOKEN:
        raise not_found()
    return call.one("ConsumerToken", blank("ConsumerToken", id=CONSUMER_ID, apiConsumer=1, token=CONSUMER_TOKEN))


ROUTES = (
    Route("DELETE", "token/session/{word}", _delete, "login"),
    Route("GET", "token/session/>whoAmI", _who_am_i, "login"),
    Route("GET", "token/consumer/byToken", _consumer, "login"),
)
