"""Which control answers which method and path."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from huma_tripletex.simulator.control import employees
from huma_tripletex.simulator.control.surface import Control, Controlled, Mistake, said, sent_object
from huma_tripletex.simulator.messages import Request, Response
from huma_tripletex.simulator.switches import Switches
from huma_tripletex.simulator.tokens import CONSUMER_TOKEN


def answer_control(simulator: Controlled, request: Request) -> Response:
    """Answer a request below `/_simulator/`; what makes no sense is answered with a sentence."""
    name, _, rest = request.path.removeprefix("/_simulator/").strip("/").partition("/")
    try:
        control = CONTROLS.get((request.method, name))
        if control is None:
            raise Mistake(f"There is no {request.method} /_simulator/{name}. There are: {_known()}.", 404)
        return control(simulator, request, rest)
    except Mistake as mistake:
        return said({"error": str(mistake)}, mistake.status)
    except ValueError as error:
        return said({"error": str(error)}, 400)


def _known() -> str:
    return ", ".join(f"{method} {name}" for method, name in sorted(CONTROLS, key=lambda key: key[::-1]))


def _tokens(simulator: Controlled, _request: Request, _rest: str) -> Response:
    return said(
        [
            {
                "company": token.company_id,
                "consumer_token": CONSUMER_TOKEN,
                "employee_token": token.text,
                "rights": token.rights,
            }
            for token in simulator.world.tokens.values()
        ]
    )


def _requests(simulator: Controlled, _request: Request, _rest: str) -> Response:
    return said([entry.as_json() for entry in simulator.journal.all()])


def _forget_requests(simulator: Controlled, _request: Request, _rest: str) -> Response:
    simulator.journal.clear()
    return Response(204)


def _faults(simulator: Controlled, _request: Request, _rest: str) -> Response:
    return said([fault.as_json() for fault in simulator.faults.all()])


def _add_fault(simulator: Controlled, request: Request, _rest: str) -> Response:
    return said(simulator.faults.add(sent_object(request)).as_json(), 201)


def _no_faults(simulator: Controlled, _request: Request, _rest: str) -> Response:
    simulator.faults.clear()
    return Response(204)


def _switches(simulator: Controlled, _request: Request, _rest: str) -> Response:
    return said(_switch_values(simulator.world.switches))


def _switch(simulator: Controlled, request: Request, _rest: str) -> Response:
    simulator.world.switches = simulator.world.switches.changed(sent_object(request))
    return said(_switch_values(simulator.world.switches))


def _switch_values(switches: Switches) -> dict[str, Any]:
    return asdict(switches)


def _clock(simulator: Controlled, _request: Request, _rest: str) -> Response:
    return said({"now": simulator.world.clock.now().isoformat()})


def _set_clock(simulator: Controlled, request: Request, _rest: str) -> Response:
    """`{"now": "2026-12-24T18:00:00+01:00"}` or `{"advance": seconds}`."""
    body, clock = sent_object(request), simulator.world.clock
    if isinstance(body.get("now"), str):
        now = datetime.fromisoformat(body["now"])
        clock.set(now if now.tzinfo else now.replace(tzinfo=UTC))
    elif isinstance(body.get("advance"), int | float):
        clock.advance(timedelta(seconds=body["advance"]))
    else:
        raise Mistake("The clock takes a `now` in ISO form, or an `advance` in seconds.")
    return _clock(simulator, request, _rest)


def _reset(simulator: Controlled, _request: Request, _rest: str) -> Response:
    simulator.reset()
    return Response(204)


CONTROLS: dict[tuple[str, str], Control] = {
    ("GET", "tokens"): _tokens,
    ("GET", "employees"): employees.listed,
    ("POST", "employees"): employees.added,
    ("PATCH", "employees"): employees.edited,
    ("DELETE", "employees"): employees.removed,
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _forget_requests,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _no_faults,
    ("GET", "switches"): _switches,
    ("PATCH", "switches"): _switch,
    ("GET", "clock"): _clock,
    ("PUT", "clock"): _set_clock,
    ("POST", "reset"): _reset,
}
