"""The daily look at the tokens of many: a few at a time, each by one worker, and none again at once that hangs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select, update

from huma_tripletex import connecting
from huma_tripletex.clock import utc_now
from huma_tripletex.connecting import daily
from huma_tripletex.jobs import upkeep
from huma_tripletex.models import Connection
from huma_tripletex.runtime import NAME
from tests.flows.delivery_parts import Bench, bench
from tests.flows.jobs.test_worker_threads import ENOUGH, at_work
from tests.flows.planning_parts import Stand, flows, quick
from tests.parts.processes import eventually

__all__ = ["flows", "quick"]


def look(stand: Stand | Bench, stop: Callable[[], bool] = lambda: False) -> int:
    """One round; answers how many calls it made."""
    before = len(stand.http("GET", "requests"))
    upkeep.check_tokens(stand.runtime, stop)
    return len(stand.http("GET", "requests")) - before


def add(stand: Bench, number: int) -> None:
    """More organisations with the same token, whose look is due as well."""
    first = stand.connection
    same = ("state_since", "company_id", "company_name", "owner_employee_id", "owner_name", "rights", "connected_at")
    for one in range(100, 100 + number):
        connection = Connection(organisation_id=str(one), **{name: getattr(first, name) for name in same})
        stand.session.add(connection)
        stand.session.flush()
        sealed = stand.runtime.vault.seal(stand.token.encode(), str(one), connection.id, "token")
        connection.sealed_token = sealed
    stand.session.commit()


def looked_at(stand: Bench) -> int:
    stand.session.commit()
    return len(stand.session.scalars(select(Connection).where(Connection.checked_at.is_not(None))).all())


@pytest.fixture
def fleet() -> Iterator[Bench]:
    with bench() as stand:
        add(stand, 2 * daily.AT_ONCE)
        yield stand


@pytest.mark.parametrize("state", ["connected", "needs_attention"])
def test_a_look_that_is_not_answered_is_not_repeated_for_an_hour(flows: Stand, state: str) -> None:
    connection = flows.connect()
    flows.clock.passes(hours=25)
    connection.change_state(state, flows.clock(), "token_unauthorised")  # type: ignore[arg-type]
    flows.session.commit()
    flows.fault("status", status=503, path="*", times=None)
    assert look(flows) > 0
    for _ in range(11):
        flows.clock.passes(minutes=5)
        assert look(flows) == 0
    assert connection.state == state

    flows.clock.passes(minutes=5)
    assert look(flows) > 0
    flows.http("DELETE", "faults")
    flows.clock.passes(hours=1)
    assert look(flows) > 0
    assert connection.state == "connected"
    assert look(flows) == 0


def test_a_look_over_which_a_worker_dies_is_not_repeated_at_once(quick: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    quick.connect()
    quick.clock.passes(hours=25)
    looks: list[str] = []

    def die(_runtime: object, token: str, *_: object) -> None:
        looks.append(token)
        raise KeyboardInterrupt

    monkeypatch.setattr(daily, "check_token", die)
    with pytest.raises(KeyboardInterrupt):
        look(quick)
    quick.session.rollback()
    look(quick)
    assert len(looks) == 1


def test_two_workers_never_both_look(flows: Stand) -> None:
    connection = flows.connect()
    assert not connecting.claim_check(flows.runtime, connection.id), "it is not due"
    flows.clock.passes(hours=25)
    assert connecting.claim_check(flows.runtime, connection.id)
    assert not connecting.claim_check(flows.runtime, connection.id)
    assert look(flows) == 0


def test_a_round_takes_some_and_the_next_one_the_others(fleet: Bench) -> None:
    rounds = []
    while look(fleet):
        rounds.append(looked_at(fleet))
    assert rounds == [daily.AT_ONCE, 2 * daily.AT_ONCE, 2 * daily.AT_ONCE + 1]


def test_whoever_is_to_stop_makes_no_other_call(fleet: Bench) -> None:
    def stop() -> bool:
        return len(fleet.http("GET", "requests")) >= 3

    assert look(fleet, stop) == 3
    assert looked_at(fleet) == 0
    assert look(fleet, stop) == 0


def test_a_token_that_was_given_up_while_it_was_looked_at_changes_nothing(
    flows: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = flows.connect()
    flows.clock.passes(hours=25)
    engine = flows.session.get_bind()

    def disconnected(*_: object) -> None:
        with engine.begin() as other:
            other.execute(update(Connection).values(state="disconnected", sealed_token=None))
        raise connecting.Refusal("token_unknown")

    monkeypatch.setattr(daily, "check_token", disconnected)
    look(flows)
    assert connection.state == "disconnected"


def test_a_worker_that_looks_at_many_tokens_stops_after_the_call_under_way(postgres_url: str) -> None:
    with bench(postgres_url, clock=utc_now) as stand:
        add(stand, 20)
        stand.app.extensions[NAME] = stand.runtime
        stand.fault("delay", seconds=0.2, path="/v2/*", times=None)
        stand.session.remove()
        with at_work(stand.app) as place:
            eventually(lambda: len(stand.http("GET", "requests")) >= 2, ENOUGH)
            place.stop()
            before = len(stand.http("GET", "requests"))
        assert not [thread for thread in threading.enumerate() if thread.name == "huma_tripletex-upkeep"]
        assert len(stand.http("GET", "requests")) <= before + 1


@pytest.mark.parametrize("keeps", [True, False], ids=["the session keeps what it has read", "the usual session"])
@pytest.mark.parametrize(("what", "state"), [("disconnected", "disconnected"), ("new token", "connected")])
def test_what_an_administrator_does_during_the_look_stands(
    flows: Stand, monkeypatch: pytest.MonkeyPatch, what: str, state: str, keeps: bool
) -> None:
    flows.session().expire_on_commit = not keeps
    connection = flows.connect()
    flows.clock.passes(hours=25)
    engine = flows.session.get_bind()
    news = {"state": state, "sealed_token": None if what == "disconnected" else b"another"}

    def meanwhile(*_: object) -> None:
        with engine.begin() as other:
            other.execute(update(Connection).values(**news))
        raise connecting.Refusal("token_unknown")

    monkeypatch.setattr(daily, "check_token", meanwhile)
    look(flows)
    flows.session.refresh(connection)
    assert {"state": connection.state, "sealed_token": connection.sealed_token} == news
