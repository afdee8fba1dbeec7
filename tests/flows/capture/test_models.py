"""Hosts whose people are several models: accounts in a table of their own, attributes not called as columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, update

from tests.flows.host_parts import (
    WORKERS,
    Account,
    Clock,
    Statements,
    Worker,
    db,
    entries,
    forget,
    make_connection,
    make_host_app,
)


@pytest.fixture
def worker(host_url: str) -> Iterator[Worker]:
    """Kari, number 017 of company A, with an account; her being added is forgotten."""
    app = make_host_app(host_url, WORKERS, Clock(), has_tables=True)
    with app.app_context():
        make_connection("A")
        worker = Worker(number="017", company="A", first="Kari", last="Nordmann")
        worker.account = Account(number="12345678903", bank="DNB")
        db.session.add(worker)
        db.session.commit()
        forget()
        yield worker
        db.session.remove()
        db.engine.dispose()


def told() -> list[tuple[str, str, list[str]]]:
    return sorted((entry.person_id, entry.kind, entry.fields) for entry in entries())


def test_an_edit_of_either_model(worker: Worker) -> None:
    worker.first = "Karin"
    db.session.commit()
    assert worker.account
    worker.account.number = "98765432109"
    db.session.commit()
    assert told() == [("017", "change", ["bank_account_number"]), ("017", "change", ["given_name"])]


def test_both_in_one_flush_are_one_statement(worker: Worker) -> None:
    assert worker.account
    worker.first, worker.account.number = "Karin", "98765432109"
    statements = Statements().listen(db.engine)
    db.session.commit()
    assert len(statements.ours) == 1
    assert [entry[2] for entry in told()] in (
        [["given_name", "bank_account_number"]],
        [["bank_account_number"], ["given_name"]],
    )


def test_nothing_supported_changed(worker: Worker) -> None:
    assert worker.account
    worker.account.bank = "Nordea"
    db.session.commit()
    assert told() == []


def test_a_new_row_that_says_something(worker: Worker) -> None:
    worker.account = None
    db.session.commit()
    worker.account = Account(opened=date(2020, 1, 1))
    db.session.commit()
    worker.account = None
    db.session.commit()
    forget()
    worker.account = Account(bank="DNB")
    db.session.commit()
    assert told() == []


def test_what_a_new_and_a_removed_row_say(worker: Worker) -> None:
    worker.account = None
    db.session.commit()
    assert told() == [("017", "change", ["bank_account_number", "first_workday"])]
    forget()
    worker.account = Account(opened=date(2020, 1, 1))
    db.session.commit()
    assert told() == [("017", "change", ["first_workday"])]


def test_an_account_that_becomes_somebody_elses(worker: Worker) -> None:
    other = Worker(number="018", company="A", first="Ola", last="Nordmann")
    db.session.add(other)
    db.session.commit()
    forget()
    account, worker.account = worker.account, None
    other.account = account
    db.session.commit()
    both = ["bank_account_number", "first_workday"]
    assert told() == [("017", "change", both), ("018", "change", both)]


def test_statements_on_either_model(worker: Worker) -> None:
    db.session.execute(update(Worker).where(Worker.number == "017").values(last="Berg"))
    db.session.execute(update(Account).where(Account.bank == "DNB").values(number="98765432109"))
    db.session.execute(update(Account).values(bank="Nordea"))
    db.session.commit()
    assert told() == [("017", "change", ["bank_account_number"]), ("017", "change", ["family_name"])]


def test_a_delete_of_either_model(worker: Worker) -> None:
    db.session.execute(delete(Account))
    assert told() == [("017", "change", ["bank_account_number", "first_workday"])]
    forget()
    db.session.execute(delete(Worker))
    db.session.commit()
    assert told() == [("017", "change", [])]


def test_deleting_the_person_with_everything(worker: Worker) -> None:
    db.session.delete(worker)
    db.session.commit()
    assert ("017", "change", []) in told()
