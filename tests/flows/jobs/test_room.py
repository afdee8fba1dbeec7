"""How many drains a worker has at a time, and of whom: however many get no answers, whoever gets them is served."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from huma_tripletex import jobs
from huma_tripletex.clock import utc_now
from huma_tripletex.delivery import DrainReport, UnderWay, clients, in_hand
from huma_tripletex.jobs import room, turns
from huma_tripletex.runtime import NAME
from tests.flows.jobs.test_side_by_side import ENOUGH, Hall, hall
from tests.parts.processes import eventually

__all__ = ["hall"]


def make(hall: Hall, tenant: int) -> UnderWay:
    return turns.make(hall.stand.app.extensions[NAME], hall.place, tenant)


def nudged(hall: Hall, tenants: list[int]) -> list[int]:
    """Their entries, whose answers hang."""
    entries = [hall.edit(tenant, hangs=True) for tenant in tenants]
    for tenant in tenants:
        jobs.drain(tenant)
    return entries


def test_many_that_have_just_become_slow_do_not_keep_another_that_is_nudged_waiting(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are known as soon as they have been silent for a second, and not only after their turn."""
    monkeypatch.setattr(hall.place.drains._room, "_patience", 3.0 * ENOUGH)
    many = room.MOST + room.SLOW + 10
    small, large = hall.tenant(), [hall.tenant() for _ in range(many)]
    with hall.at_work():
        hanging = nudged(hall, large)
        entry = hall.edit(small)
        jobs.drain(small)
        hall.is_done(entry)
        assert {hall.state(one) for one in hanging} == {"in_flight"}
        assert len(hall.line.arrived) == many


@pytest.fixture
def small_room(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setattr(room, "SILENCE", 0.05)
    monkeypatch.setattr(room, "ALL", 6)
    monkeypatch.setattr(room, "KEPT_WELL", 2)
    return hall


def test_there_is_an_end_to_those_that_wait_for_answers(small_room: Hall) -> None:
    """Each has threads and sockets."""
    with small_room.at_work():
        hanging = nudged(small_room, [small_room.tenant() for _ in range(8)])
        other = small_room.edit(small_room.tenant())
        eventually(lambda: len(small_room.line.arrived) == 4, ENOUGH)
        eventually(lambda: small_room.place.drains._room._count_slow() == 4, ENOUGH)
        jobs.drain(small_room.stand.connection_id)
        assert small_room.state(other) == "waiting"
        assert len(small_room.line.arrived) == 4
        small_room.line.released.set()
        for one in [*hanging, other]:
            small_room.is_done(one)


def test_when_that_is_reached_whoever_got_answers_meanwhile_goes_on_being_served(small_room: Hall) -> None:
    well = small_room.tenant()
    with small_room.at_work():
        first = nudged(small_room, [small_room.tenant() for _ in range(2)])
        eventually(lambda: small_room.place.drains._room._count_slow() == 2, ENOUGH)
        small_room.is_done(small_room.edit(well))
        hanging = nudged(small_room, [small_room.tenant() for _ in range(8)])
        eventually(lambda: small_room.place.drains._room._count_slow() == 4, ENOUGH)
        for _ in range(3):
            entry = small_room.edit(well)
            jobs.drain(well)
            small_room.is_done(entry)
        assert len(small_room.line.arrived) == 4
        small_room.line.released.set()
        for one in [*first, *hanging]:
            small_room.is_done(one)


def test_one_that_was_slow_and_is_quick_again_is_like_any_other(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    drains, tenant = hall.place.drains, hall.tenant()
    monkeypatch.setattr(drains._room, "_patience", 0.0)
    drains.close(begun(hall, tenant))
    assert drains._room.standing(tenant) is room.Standing.SLOW
    monkeypatch.setattr(drains._room, "_patience", float(ENOUGH))
    drains.close(begun(hall, tenant))
    assert drains._room.standing(tenant) is room.Standing.UNKNOWN


def begun(hall: Hall, tenant: int) -> UnderWay:
    drain = hall.place.drains.begin(tenant, partial(make, hall))
    assert drain
    return drain


def test_a_nudge_that_no_drain_has_heeded_is_for_the_next_one(hall: Hall) -> None:
    """Without it, only the sweep would find what was committed meanwhile."""
    tenant = hall.tenant()
    drain = begun(hall, tenant)
    assert hall.place.drains.begin(tenant, partial(make, hall)) is None
    hall.place.drains.close(drain)
    assert hall.place.agenda.next() == tenant


def test_whoever_finds_the_room_gone_that_was_there_before_gives_up(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a drain is a slow one changes at any moment, also between looking for somebody and beginning."""
    tenant, answers = hall.tenant(), iter([True, False, False])
    monkeypatch.setattr(hall.place.drains._room, "left", lambda _: dict.fromkeys(room.Standing, next(answers)))
    hall.place.agenda.add(tenant)
    assert hall.place.drains.next(partial(make, hall), 0) is None
    assert hall.place.agenda.next() == tenant, "it is not forgotten"


def test_those_that_rest_and_those_to_come_take_turns(hall: Hall) -> None:
    """One that has something to do all the time does not keep others from being begun, nor the other way round."""
    resting, waiting = [hall.tenant() for _ in range(3)], [hall.tenant() for _ in range(3)]
    drains = hall.place.drains
    for tenant in resting:
        drains.rest(begun(hall, tenant))
    for tenant in waiting:
        hall.place.agenda.add(tenant)
    seen: list[int] = []
    for _ in range(4):
        drain = drains.next(partial(make, hall), 0)
        assert drain
        seen.append(drain.connection_id)
        if drain.connection_id in resting:
            drains.rest(drain)
    assert len(set(seen) & set(waiting)) == 2
    assert len(set(seen) & set(resting)) == 2


def test_a_hand_lets_go_of_a_drain_that_never_has_to_wait(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others want to be gone on with too."""
    monkeypatch.setattr(turns, "STAY", 0.0)
    tenant = hall.tenant()
    for _ in range(3):
        entry = hall.edit(tenant)
    turns.go_on(begun(hall, tenant), ENOUGH)
    assert hall.state(entry) != "done"
    drain = hall.place.drains.next(None, 0)
    assert drain, "it rests"
    while drain.step():
        pass
    assert hall.place.drains.close(drain).delivered == 3


def test_a_connection_that_is_to_wait_is_not_begun_with_before(hall: Hall) -> None:
    """As for the window of the rate limit: whoever looks at once would only be refused."""
    later, now = hall.tenant(), hall.tenant()
    turns.hear(later, DrainReport(more=True, again_at=utc_now() + timedelta(hours=1)))
    assert hall.place.agenda.next() is None
    turns.hear(now, DrainReport(more=True))
    assert hall.place.agenda.next() == now


def test_a_drain_that_can_take_nobody_more_is_not_due_because_it_is_nudged(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hand would go round and round with it until an answer comes."""
    monkeypatch.setattr(in_hand, "AHEAD", 0)
    tenant = hall.tenant()
    hall.edit(tenant, hangs=True)
    drain = begun(hall, tenant)
    drain.step()
    eventually(lambda: len(hall.line.arrived) == 1, ENOUGH)
    drain.look_again()
    assert drain.wait > 0
    hall.line.released.set()
    assert hall.place.drains.wait_for(drain, ENOUGH)
    while drain.step():
        pass
    assert hall.place.drains.close(drain).delivered == 1


def test_a_client_is_let_go_of_at_rest_and_not_while_answers_are_awaited(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "IDLE", 0.0)
    slow, quick = hall.tenant(), hall.tenant()
    with hall.at_work():
        hanging = nudged(hall, [slow])
        entry = hall.edit(quick)
        jobs.drain(quick)
        hall.is_done(entry)
        eventually(lambda: list(hall.place.clients._kept) == [slow], ENOUGH)
        assert {hall.state(one) for one in hanging} == {"in_flight"}
        hall.line.released.set()
        eventually(lambda: not hall.place.clients._kept, ENOUGH)
