# ruff: noqa: F811 - fixtures are imported by their names
"""A token is checked live; each thing that can be wrong has its own reason, and nothing is stored when one is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from huma_tripletex import connecting
from huma_tripletex.connecting import NeedsConfirmation, Refusal
from huma_tripletex.models import Connection, LogLine, PersonLink
from huma_tripletex.simulator.tokens import token_text
from tests.flows.planning_parts import ANNA, ODA, ORGANISATION, Stand, blind, flows, quick  # noqa: F401
from tests.parts.tripletex import NEARLY_OVER

ELSEWHERE = "eyJ0b2tlbklkIjo3LCJ0b2tlbiI6IjEyMyJ9"


def refusal(flows: Stand, token: str, **settings: str) -> str:
    runtime = replace(flows.runtime, settings=replace(flows.runtime.settings, **settings))
    with pytest.raises(Refusal) as refused:
        connecting.connect(runtime, ORGANISATION, token, ANNA)
    flows.session.commit()
    assert flows.session.scalar(select(func.count()).select_from(Connection)) == 0
    assert flows.session.scalar(select(func.count()).select_from(LogLine)) == 0
    return refused.value.reason


def test_a_good_token_says_whose_it_is_and_is_kept_sealed(flows: Stand) -> None:
    token = flows.token()
    connection = connecting.connect(flows.runtime, ORGANISATION, f"  {token[:20]}\n{token[20:]} ", ANNA)
    flows.session.commit()
    flows.session.refresh(connection)
    assert (connection.state, connection.company_name) == ("connected", "Fjord AS")
    assert connection.owner_name
    assert connection.owner_employee_id
    assert connection.countries["NO"] == 161
    assert [one["name"] for one in connection.company_facts["departments"]] == ["Avdeling"]
    assert connection.sealed_token
    assert token.encode() not in connection.sealed_token
    context = (connection.organisation_id, connection.id, "token")
    assert flows.runtime.vault.open(connection.sealed_token, *context).decode() == token
    assert connection.sealed_session
    assert connection.session_expires_on
    assert connection.token_fingerprint
    assert connection.activated_at is None
    assert connection.capturing_since is None
    (line,) = flows.session.scalars(select(LogLine))
    assert (line.what, line.by_name) == ("connected", "Anna Berg")


def test_nothing_but_reading_is_asked_of_tripletex(quick: Stand) -> None:
    quick.connect()
    assert [asked for asked in quick.requests() if asked[0] != "GET"] == [("POST", "/v2/token/session/:create")]


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "token_missing"),
        ("rubbish", "token_unknown"),
        (token_text(99, __import__("uuid").UUID(int=1)), "token_unknown"),
        (f"{ELSEWHERE}", "token_unknown"),
    ],
)
def test_a_wrong_token(quick: Stand, token: str, reason: str) -> None:
    assert refusal(quick, token) == reason


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("https://tripletex.no/v2", token_text(99, __import__("uuid").UUID(int=1))),
        ("https://api-test.tripletex.tech/v2", ELSEWHERE),
    ],
)
def test_a_token_of_another_environment_gives_itself_away(quick: Stand, url: str, token: str) -> None:
    assert refusal(quick, token, api_url=url) == "token_other_environment"


def test_our_own_token_is_missing_or_not_accepted(quick: Stand) -> None:
    assert refusal(quick, quick.token(), consumer_token="") == "consumer_token_missing"
    assert refusal(quick, quick.token(), consumer_token="wrong") == "consumer_token_refused"


@pytest.mark.parametrize(("rights", "reason"), [("none", "token_forbidden"), ("read", "token_read_only")])
def test_a_token_that_may_not_do_what_is_needed(quick: Stand, rights: str, reason: str) -> None:
    assert refusal(quick, quick.token(rights)) == reason


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "drop_before"}, "no_answer"),
        ({"kind": "drop_after"}, "no_answer"),
        ({"kind": "html"}, "unavailable"),
        ({"kind": "status", "status": 503}, "unavailable"),
        ({"kind": "status", "status": 500}, "unavailable"),
        ({"kind": "status", "status": 429, "headers": NEARLY_OVER}, "rate_limited"),
        ({"kind": "status", "status": 403}, "token_forbidden"),
        ({"kind": "revoke_token"}, "token_unauthorised"),
    ],
)
@pytest.mark.parametrize("path", ["/v2/token/session/>whoAmI", "/v2/employee", "/v2/country"])
def test_tripletex_in_trouble_at_any_step(quick: Stand, fault: dict[str, object], reason: str, path: str) -> None:
    quick.fault(**fault, path=path, times=None)  # type: ignore[arg-type]
    assert refusal(quick, quick.token()) in {reason, *({"token_unknown"} if reason == "token_unauthorised" else ())}


def test_two_administrators_connect_at_once(flows: Stand) -> None:
    """The second has looked before the first had committed: the constraint decides, and says it in words."""
    flows.connect()
    late = Connection(organisation_id=ORGANISATION)
    facts = connecting.check_token(flows.runtime, flows.token())
    from huma_tripletex.connecting import connect as _  # noqa: F401
    from huma_tripletex.connecting.connect import _opened

    with pytest.raises(Refusal, match="already_connected"):
        _opened(flows.runtime, late, flows.token(), facts, ODA)
    assert flows.session.scalar(select(func.count()).select_from(Connection)) == 1
    with pytest.raises(Refusal, match="already_connected"):
        connecting.connect(flows.runtime, ORGANISATION, flows.token(), ODA)


def linked(flows: Stand, connection: Connection) -> PersonLink:
    link = PersonLink(connection_id=connection.id, person_id="1", employee_id=5, linked_at=flows.clock())
    flows.session.add(link)
    flows.session.commit()
    return link


def test_the_same_company_again_resumes(flows: Stand) -> None:
    connection = flows.connect()
    link = linked(flows, connection)
    connection.activated_at = connection.capturing_since = flows.clock()
    connecting.disconnect(flows.runtime, connection, ANNA)
    flows.session.commit()
    again = flows.connect()
    assert again.id == connection.id
    assert again.is_open
    assert again.sealed_token
    assert again.activated_at is None, "changes made meanwhile were not seen: it has to be synchronised first"
    assert flows.session.get_one(PersonLink, link.id).state == "linked"


def test_another_company_archives_the_links_after_confirmation(flows: Stand) -> None:
    connection = flows.connect()
    link = linked(flows, connection)
    connecting.disconnect(flows.runtime, connection, ANNA)
    flows.session.commit()
    other = flows.token(company=1)
    with pytest.raises(NeedsConfirmation) as asked:
        connecting.connect(flows.runtime, ORGANISATION, other, ANNA)
    assert (asked.value.earlier, asked.value.now, asked.value.links) == ("Fjord AS", "Bre AS", 1)
    flows.session.rollback()
    assert flows.session.get_one(PersonLink, link.id).state == "linked"
    new = connecting.connect(flows.runtime, ORGANISATION, other, ANNA, confirm_other_company=True)
    flows.session.commit()
    assert new.id != connection.id
    assert new.company_name == "Bre AS"
    assert flows.session.get_one(PersonLink, link.id).state == "archived"
    connecting.disconnect(flows.runtime, new, ANNA)
    flows.session.commit()
    back = flows.connect()
    assert back.id not in (connection.id, new.id), "archived links stay archived"
