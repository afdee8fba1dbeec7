"""Several workers at one connection on PostgreSQL, and how many statements a delivery takes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, make_url

from huma_tripletex.clock import utc_now
from huma_tripletex.delivery import Clients, drain, draining, in_hand
from tests.flows.delivery_parts import Bench, bench, statements


@pytest.fixture
def stand(postgres_url: str) -> Iterator[Bench]:
    with bench(postgres_url, clock=utc_now, batch=5, in_flight=3) as made:
        yield made


def work(stand: Bench, until: threading.Event, errors: list[BaseException]) -> None:
    clients = Clients()
    while not until.is_set():
        try:
            with stand.app.app_context():
                drain(stand.runtime, stand.connection_id, clients=clients)
        except BaseException as error:
            errors.append(error)
            return
    clients.close()


def test_four_workers_deliver_everything_once_and_in_order(stand: Bench) -> None:
    numbers = {f"p{n}": stand.linked(f"p{n}", employee_id=str(n)) for n in range(8)}
    over, errors = threading.Event(), list[BaseException]()
    threads = [threading.Thread(target=work, args=(stand, over, errors)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for edit in range(25):
        for person_id in numbers:
            stand.edit(person_id, phone_number=f"4{person_id[1:]}{edit:06}")
    for _ in range(600):
        if {entry.state for entry in stand.entries()} == {"done"} or errors:
            break
        stand.session.commit()
        over.wait(0.05)
    over.set()
    for thread in threads:
        thread.join()
    assert not errors
    assert {entry.state for entry in stand.entries()} == {"done"}
    for person_id, number in numbers.items():
        assert stand.employee(number)["phoneNumberMobile"] == f"4{person_id[1:]}000024"
    answers = Counter(row["status"] for row in stand.http("GET", "requests"))
    assert answers.keys() <= {200, 201}, "nobody was ever faster than the one who held the person"


def test_a_terminated_database_connection_costs_nothing(stand: Bench, postgres_server: str, postgres_url: str) -> None:
    """The answer was there, and the transaction that should note it is done again on a new connection."""
    number = stand.linked("p1")
    stand.edit("p1", phone_number="41000001")
    name = make_url(postgres_url).database
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    real, killed = stand.clients.of(stand.runtime, stand.connection), []
    update = real.update_employee

    def update_and_kill(*arguments: object) -> object:
        answer = update(*arguments)  # type: ignore[arg-type]
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            killed.append(connection.execute(kill, [name]).rowcount)
        return answer

    real.update_employee = update_and_kill  # type: ignore[method-assign,assignment]
    stand.drain()
    assert killed[0] > 0
    assert stand.employee(number)["phoneNumberMobile"] == "41000001"
    assert (stand.entry().state, stand.entry().outcome) == ("done", "delivered")


@pytest.mark.parametrize(("people", "most"), [(1, 3 + 7), (40, 3 + 4 * 7)])
def test_statements_do_not_grow_with_people(postgres_url: str, people: int, most: int) -> None:
    """Three to claim and load a batch, seven to settle whatever answers have come."""
    with bench(postgres_url, clock=utc_now) as stand:
        for n in range(people):
            stand.linked(f"p{n}", employee_id=str(n))
        for name in ("Karin", "Kari"):
            stand.edit("p0", given_name=name)
            stand.drain()  # makes and keeps the session, and then remembers the row with it
        for n in range(people):
            stand.edit(f"p{n}", phone_number=f"410000{n:02}")
        with statements(stand) as counted:
            stand.drain()
        assert {entry.state for entry in stand.entries()} == {"done"}
        assert sum(counted.values()) <= most, counted


def test_the_next_are_claimed_before_the_last_are_settled(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the lanes stand still for as long as the database takes."""
    happened: list[str] = []
    monkeypatch.setattr(in_hand, "AHEAD", 2)
    for name in ("take", "settle_people"):
        monkeypatch.setattr(draining, name, noting(happened, name, getattr(draining, name)))
    with bench(postgres_url, clock=utc_now, batch=8, in_flight=1) as stand:
        for n in range(16):
            stand.linked(f"p{n}", employee_id=str(n))
            stand.edit(f"p{n}", phone_number=f"410000{n:02}")
        stand.drain()
        assert happened[:3] == ["take", "take", "settle_people"]
        assert {entry.state for entry in stand.entries()} == {"done"}


@pytest.mark.parametrize("kind", ["change", "create"])
def test_the_disk_is_waited_for(stand: Bench, kind: str) -> None:
    """Whoever forgets in a crash who holds a person lets two workers write."""
    stand.linked("p1") if kind == "change" else stand.person("p1")
    stand.edit("p1", kind=kind, phone_number="41000001")
    seen: list[str] = []

    def look(connection: Any) -> None:
        seen.append(connection.exec_driver_sql("SHOW synchronous_commit").scalar_one())

    event.listen(stand.runtime.host.db.engine, "commit", look)
    stand.drain()
    event.remove(stand.runtime.host.db.engine, "commit", look)
    assert set(seen) == {"on"}


def noting(happened: list[str], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*arguments: Any) -> Any:
        happened.append(name)
        return function(*arguments)

    return noted
