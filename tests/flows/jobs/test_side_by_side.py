"""Drains of many connections in one worker: whoever has to wait for Tripletex holds up nobody else, nor the sweep."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from flask import appcontext_pushed
from redis import Redis

from huma_tripletex import jobs
from huma_tripletex.clock import utc_now
from huma_tripletex.jobs import loops, room, turns
from huma_tripletex.jobs.workplace import Workplace, workplace
from huma_tripletex.models import Connection, OutboxEntry, OutboxLease
from huma_tripletex.runtime import NAME
from huma_tripletex.task_queue import TaskQueue
from tests.flows.delivery_parts import Bench, bench
from tests.parts.processes import eventually

ENOUGH = 20
"""Seconds that anything here may take on a busy machine; an answer that is held hangs for longer."""
MANY = room.MOST + 4


@dataclass
class Held(httpx.BaseTransport):
    """The way to Tripletex, on which changes of some employees hang until they are released."""

    way: httpx.BaseTransport
    employees: set[int] = field(default_factory=set)
    arrived: list[int] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        number = request.url.path.rpartition("/")[2]
        if request.method == "PUT" and number.isdigit() and int(number) in self.employees:
            self.arrived.append(int(number))
            self.released.wait(3 * ENOUGH)
        return self.way.handle_request(request)


@dataclass
class Hall:
    """Tenants, each with people of its own in one company of Tripletex."""

    stand: Bench
    line: Held
    place: Workplace

    def tenant(self) -> int:
        same = {column.key for column in Connection.__table__.columns} - {"id", "organisation_id", "sealed_token"}
        first = self.stand.session.get_one(Connection, 1)
        made = Connection(**{name: getattr(first, name) for name in same}, organisation_id=f"tenant {len(self)}")
        self.stand.session.add(made)
        self.stand.session.flush()
        context = (made.organisation_id, made.id, "token")
        made.sealed_token = self.stand.runtime.vault.seal(self.stand.token.encode(), *context)
        made.sealed_session = made.session_expires_on = None
        self.stand.session.commit()
        return made.id

    def edit(self, tenant: int, *, hangs: bool = False) -> int:
        """Somebody new is linked and edited; the number of the entry."""
        self.stand.connection_id, name = tenant, f"p{len(self.stand.people)}"
        number = self.stand.linked(name, employee_id=str(len(self.stand.people) + 100), family_name=f"Nordmann {name}")
        person = self.stand.people[name]
        self.stand.people[name] = replace(person, values={**person.values, "phone_number": "41000001"})
        self.line.employees |= {number} if hangs else set()
        entry = OutboxEntry(person_id=name, fields=["phone_number"], captured_at=utc_now(), not_before=utc_now())
        entry.connection_id = tenant
        self.stand.session.add(entry)
        self.stand.session.commit()
        return entry.id

    def edit_again(self, entry: int) -> int:
        """The same person once more."""
        first = self.stand.session.get_one(OutboxEntry, entry)
        name, tenant = first.person_id, first.connection_id
        person = self.stand.people[name]
        self.stand.people[name] = replace(person, values={**person.values, "phone_number": "41000002"})
        entry_again = OutboxEntry(person_id=name, fields=["phone_number"], captured_at=utc_now(), not_before=utc_now())
        entry_again.connection_id = tenant
        self.stand.session.add(entry_again)
        self.stand.session.commit()
        return entry_again.id

    def state(self, entry: int) -> str:
        self.stand.session.rollback()
        return self.stand.session.get_one(OutboxEntry, entry, populate_existing=True).state

    def is_done(self, entry: int) -> None:
        eventually(lambda: self.state(entry) == "done", ENOUGH)

    def hang(self, tenants: int) -> list[int]:
        """Tenants that are edited and whose answers hang; they wait to be found."""
        return [self.edit(self.tenant(), hangs=True) for _ in range(tenants)]

    def __len__(self) -> int:
        return self.stand.session.query(Connection).count()

    @contextmanager
    def at_work(self) -> Iterator[list[threading.Thread]]:
        """The threads of a worker; the test's own is the one that is nudged."""
        threads = loops.threads(self.stand.app, self.place)
        for thread in threads:
            thread.start()
        try:
            yield threads
        finally:
            self.line.released.set()
            self.place.stop()
            for thread in threads:
                thread.join(ENOUGH)
            self.place.clients.close()


@pytest.fixture
def hall(postgres_url: str) -> Iterator[Hall]:
    yield from hall_of(postgres_url)


@pytest.fixture
def quick_hall(postgres_url: str) -> Iterator[Hall]:
    """With turns of half a second."""
    yield from hall_of(postgres_url, slice=0.5)


@pytest.fixture
def unswept_hall(postgres_url: str) -> Iterator[Hall]:
    """Where only nudges tell of work."""
    yield from hall_of(postgres_url, sweep_interval=3600, lease=120)


def hall_of(url: str, **settings: Any) -> Iterator[Hall]:
    with bench(url, clock=utc_now, **{"sweep_interval": 0.1, "lease": 2, **settings}) as stand:
        assert stand.runtime.transport
        line = Held(stand.runtime.transport)
        stand.runtime = stand.app.extensions[NAME] = replace(stand.runtime, transport=line)
        place = workplace()
        place.staffed = True
        yield Hall(stand, line, place)


def test_while_the_answer_of_one_hangs_another_that_is_nudged_is_delivered(hall: Hall) -> None:
    large, small = hall.tenant(), hall.tenant()
    hanging = hall.edit(large, hangs=True)
    with hall.at_work():
        jobs.drain(large)
        entry = hall.edit(small)
        jobs.drain(small)
        hall.is_done(entry)
        assert hall.state(hanging) == "in_flight"
        hall.line.released.set()
        hall.is_done(hanging)


def test_while_the_answer_of_one_hangs_others_of_the_same_connection_are_delivered_when_its_turn_is_over(
    quick_hall: Hall,
) -> None:
    hall = quick_hall
    tenant = hall.tenant()
    hanging = hall.edit(tenant, hangs=True)
    with hall.at_work():
        jobs.drain(tenant)
        eventually(lambda: hall.line.arrived, ENOUGH)
        (drain,) = hall.place.drains._open.values()
        eventually(lambda: not drain._turn.goes_on(), ENOUGH)
        entry = hall.edit(tenant)
        jobs.drain(tenant)
        hall.is_done(entry)
        assert hall.state(hanging) == "in_flight"


def test_whoever_is_edited_again_while_the_first_edit_is_on_its_way_waits_for_no_sweep(unswept_hall: Hall) -> None:
    hall = unswept_hall
    tenant = hall.tenant()
    first = hall.edit(tenant, hangs=True)
    with hall.at_work():
        jobs.drain(tenant)
        eventually(lambda: hall.line.arrived, ENOUGH)
        again = hall.edit_again(first)
        jobs.drain(tenant)  # finds the person held
        other = hall.edit(tenant)
        jobs.drain(tenant)
        hall.is_done(other)  # so the claim is over
        hall.line.released.set()
        hall.is_done(again)


def test_however_many_hang_the_sweep_finds_who_was_not_nudged(hall: Hall) -> None:
    small, hanging = hall.tenant(), hall.hang(loops.HANDS + 2)
    with hall.at_work():
        eventually(lambda: len(hall.line.arrived) == len(hanging), ENOUGH)
        hall.is_done(hall.edit(small))
        assert {hall.state(one) for one in hanging} == {"in_flight"}


def test_what_a_dead_worker_held_is_taken_up_although_others_hang(hall: Hall) -> None:
    small, hanging = hall.tenant(), hall.hang(loops.HANDS + 2)
    entry = hall.stand.session.get_one(OutboxEntry, hall.edit(small))
    entry.state, entry.lease = "in_flight", "gone"
    lease = OutboxLease(connection_id=small, person_id=entry.person_id, token="gone", until=utc_now())
    hall.stand.session.add(lease)
    hall.stand.session.commit()
    with hall.at_work():
        hall.is_done(entry.id)
        assert {hall.state(one) for one in hanging} == {"in_flight"}


def test_those_that_wait_for_their_turn_leave_room_for_one_that_is_nudged(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SILENCE", 3 * ENOUGH)
    small, hanging = hall.tenant(), hall.hang(MANY)
    with hall.at_work():
        eventually(lambda: len(hall.line.arrived) >= room.MOST - room.KEPT_FREE, ENOUGH)
        entry = hall.edit(small)
        jobs.drain(small)
        hall.is_done(entry)
        assert len(hall.line.arrived) == room.MOST - room.KEPT_FREE
        hall.line.released.set()
        for one in hanging:
            hall.is_done(one)


def test_those_that_are_slow_make_room_and_are_fewer_afterwards(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are known as soon as their turn is over, and the next time they cannot take all there is."""
    monkeypatch.setattr(hall.place.drains._room, "_patience", 0.0)
    tenants = [hall.tenant() for _ in range(MANY)]
    entries = [hall.edit(tenant, hangs=True) for tenant in tenants]
    with hall.at_work():
        eventually(lambda: len(hall.line.arrived) == MANY, ENOUGH)
        hall.line.released.set()
        for one in entries:
            hall.is_done(one)
        hall.line.released.clear()
        hall.line.arrived.clear()
        again = [hall.edit(tenant, hangs=True) for tenant in tenants]
        eventually(lambda: len(hall.line.arrived) == room.SLOW, ENOUGH)
        for _ in range(3):
            hall.is_done(hall.edit(hall.tenant()))
        assert len(hall.line.arrived) == room.SLOW
        assert {hall.state(one) for one in again} == {"in_flight", "waiting"}


def test_a_connection_has_one_drain_which_looks_again_when_it_is_nudged(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    real = turns.make
    monkeypatch.setattr(turns, "make", lambda *given: (begun.append(given[-1]), real(*given))[1])
    monkeypatch.setattr(loops.sweep, "find_connections", lambda *_: None)
    tenant = hall.tenant()
    hanging = hall.edit(tenant, hangs=True)
    with hall.at_work():
        jobs.drain(tenant)
        for _ in range(3):
            entry = hall.edit(tenant)
            jobs.drain(tenant)
            hall.is_done(entry)
        assert hall.state(hanging) == "in_flight"
        assert begun == [tenant]


def test_a_nudge_stands_until_the_drain_that_is_there_looks_again(hall: Hall, redis_url: str) -> None:
    """So one that is edited all the time tells the worker as often as it looks, and not as often as it is edited."""
    hall.stand.app.extensions[NAME] = replace(hall.stand.runtime, queue=TaskQueue(redis_url))
    tenant = hall.tenant()
    made = turns.make(hall.stand.app.extensions[NAME], hall.place, tenant)
    hall.edit(tenant, hangs=True)
    with Redis.from_url(redis_url) as redis:
        nudge = f"huma_tripletex:nudge:{tenant}"
        queue = TaskQueue(redis_url)
        queue.nudge(tenant)
        made.step()
        assert not redis.exists(nudge)
        queue.nudge(tenant)
        made.step()
        assert redis.exists(nudge), "nobody has told it"
        made.look_again()
        assert redis.exists(nudge)
        made.step()
        assert not redis.exists(nudge)
    hall.line.released.set()
    while made.step():
        pass
    assert made.end().delivered == 1


def test_a_worker_that_stops_finishes_what_is_in_flight_and_hands_back_the_rest(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "SHORT", 0.01)
    in_flight = hall.stand.runtime.settings.in_flight
    tenant = hall.tenant()
    entries = [hall.edit(tenant, hangs=True) for _ in range(in_flight + 3)]
    with hall.at_work() as threads:
        jobs.drain(tenant)
        eventually(lambda: len(hall.line.arrived) == in_flight, ENOUGH)
        hall.place.stop()
        eventually(lambda: [hall.state(one) for one in entries].count("waiting") == 3, ENOUGH)
        assert any(thread.is_alive() for thread in threads)
        hall.line.released.set()
    assert not any(thread.is_alive() for thread in threads)
    assert sorted(hall.state(one) for one in entries) == ["done"] * in_flight + ["waiting"] * 3


@pytest.mark.parametrize("what", ["the host ends it", "its context fails"])
def test_a_drain_that_ends_in_an_error_is_followed_by_another(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Whatever it was, its connection is not taken for one that somebody is at."""
    monkeypatch.setattr(loops, "PAUSE", 0.01)
    failed, load = threading.Event(), hall.stand.runtime.host.load_people

    def fail(*_: Any) -> None:
        if threading.current_thread().name.startswith("huma_tripletex-hand") and not failed.is_set():
            failed.set()
            raise SystemExit if what == "the host ends it" else LookupError

    if what == "its context fails":
        appcontext_pushed.connect(fail, hall.stand.app)
    else:
        host = replace(hall.stand.runtime.host, load_people=lambda *given: (fail(), load(*given))[1])
        hall.stand.app.extensions[NAME] = replace(hall.stand.runtime, host=host)
    entry = hall.edit(hall.tenant())
    try:
        with hall.at_work():
            hall.is_done(entry)
    finally:
        appcontext_pushed.disconnect(fail, hall.stand.app)
    assert failed.is_set()
