"""Complete capture: what a session executes, with the keys of the very rows that were touched."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, delete, event, func, insert, or_, select, text, update

from huma_tripletex.core.fields import KEYS
from huma_tripletex.models import Connection
from tests.flows.host_parts import Person, Statements, db, entries, forget, make_connection, make_person

NAMES = {"organisation_id": 1, "given_name": "A", "family_name": "B"}


@pytest.fixture
def people(connection: Connection) -> list[int]:
    """Three people of organisation 1, and one of organisation 2, which is not connected."""
    people = [make_person(phone_number=number).id for number in ("1", "2", "3")]
    make_person(organisation_id=2, phone_number="1")
    forget()
    return people


def told() -> list[tuple[str, int, list[str]]]:
    return sorted((entry.kind, int(entry.person_id), entry.fields) for entry in entries())


def changes(people: list[int], *fields: str) -> list[tuple[str, int, list[str]]]:
    return [("change", person_id, list(fields)) for person_id in people]


@pytest.mark.parametrize("synchronize", ["auto", "evaluate", "fetch", False])
def test_update_of_a_model(people: list[int], synchronize: Any) -> None:
    kept = db.session.get_one(Person, people[1])
    statement = update(Person).where(Person.phone_number.in_(["1", "2"])).values(phone_number="9", shoe_size=1)
    result = db.session.execute(statement, execution_options={"synchronize_session": synchronize})
    assert result.rowcount == 3
    assert kept.phone_number == ("9" if synchronize else "2")
    db.session.commit()
    assert told() == changes(people[:2], "phone_number")


def test_update_with_an_expression_and_with_parameters(people: list[int]) -> None:
    db.session.execute(update(Person).where(Person.id == people[0]).values(given_name=func.upper(Person.given_name)))
    db.session.execute(update(Person).where(Person.id == people[1]), {"employee_id": "7"})
    db.session.execute(update(Person).where(Person.id == bindparam("who")).values(employee_id="8"), {"who": people[2]})
    db.session.commit()
    assert told() == sorted(
        [*changes(people[:1], "given_name"), *changes(people[1:], "employee_id")], key=lambda told: told[1]
    )


def test_update_through_a_query(people: list[int]) -> None:
    query = db.session.query(Person).filter(Person.organisation_id == 1)
    assert query.update({Person.phone_number: "9"}) == 3
    assert query.update({"employee_id": "7"}, synchronize_session=False) == 3
    db.session.commit()
    assert len(told()) == 6


def test_update_of_the_table(people: list[int]) -> None:
    table = Person.__table__
    result = db.session.execute(update(table).where(table.c.id == people[0]).values(phone_number="9"))
    assert result.rowcount == 1
    db.session.commit()
    assert told() == changes(people[:1], "phone_number")


def test_update_by_primary_key(people: list[int]) -> None:
    db.session.execute(update(Person), [{"id": number, "phone_number": "9"} for number in people[:2]])
    db.session.commit()
    assert told() == changes(people[:2], "phone_number")


def test_update_that_returns(people: list[int]) -> None:
    changing = update(Person).where(Person.id == people[0]).values(phone_number="9")
    assert db.session.execute(changing.returning(Person.phone_number, Person.id)).all() == [("9", people[0])]
    assert db.session.scalars(changing.returning(Person)).one().id == people[0]
    assert db.session.scalar(changing.returning(Person.given_name)) == "Kari"
    db.session.commit()
    assert told() == changes([people[0]] * 3, "phone_number")


def test_an_update_that_touches_nobody_or_nothing_supported(people: list[int], statements: Statements) -> None:
    statements.clear()
    db.session.execute(update(Person).values(shoe_size=40))
    db.session.execute(update(Person).where(Person.id == 0).values(phone_number="9"))
    db.session.commit()
    assert statements.ours == []
    assert entries() == []


def test_one_statement_more_per_update(people: list[int], statements: Statements) -> None:
    statements.clear()
    db.session.execute(update(Person).values(phone_number="9"))
    db.session.commit()
    assert [text.split()[0] for text in statements.texts] == ["UPDATE", "INSERT"]


def test_an_update_flushes_first_and_both_are_captured(people: list[int]) -> None:
    db.session.get_one(Person, people[0]).employee_id = "7"
    db.session.execute(update(Person).where(Person.employee_id == "7").values(phone_number="9"))
    db.session.commit()
    assert told() == [*changes(people[:1], "employee_id"), *changes(people[:1], "phone_number")]


def test_an_update_that_moves_people(people: list[int], connection: Connection) -> None:
    other = make_connection("2", company_id=2)
    db.session.execute(update(Person).where(Person.id.in_(people[:2])).values(organisation_id=2, employee_id=None))
    db.session.commit()
    found = sorted((entry.connection_id, entry.kind, int(entry.person_id), entry.fields) for entry in entries())
    left = [(connection.id, "change", person_id, []) for person_id in people[:2]]
    came = [(other.id, "added", person_id, list(KEYS)) for person_id in people[:2]]
    assert found == left + came


def test_deletes(people: list[int]) -> None:
    assert db.session.execute(delete(Person).where(Person.id == people[0])).rowcount == 1
    assert db.session.query(Person).filter(Person.id == people[1]).delete() == 1
    assert db.session.scalars(delete(Person).where(Person.id == people[2]).returning(Person.id)).all() == people[2:]
    db.session.commit()
    assert told() == changes(people)


@pytest.mark.parametrize("insert_people", ["list", "dictionary", "values", "several values", "select", "table"])
def test_inserts(connection: Connection, insert_people: str) -> None:
    expected = 1
    if insert_people == "list":
        expected = 1500
        db.session.execute(insert(Person), [NAMES] * expected)
    elif insert_people == "dictionary":
        db.session.execute(insert(Person), NAMES)
    elif insert_people == "values":
        assert db.session.execute(insert(Person).values(**NAMES)).inserted_primary_key
    elif insert_people == "several values":
        expected = 3
        assert db.session.execute(insert(Person).values([{**NAMES, "on_payroll": True}] * 3)).rowcount == 3
    elif insert_people == "select":
        wanted = [Person.organisation_id, Person.given_name, Person.family_name, Person.on_payroll]
        db.session.execute(insert(Person).values(**NAMES))
        forget()
        assert db.session.execute(insert(Person).from_select(wanted, select(*wanted))).rowcount == 1
    else:
        assert db.session.execute(insert(Person.__table__), [NAMES] * 2).rowcount in (2, -1)
        expected = 2
    db.session.commit()
    new = entries()
    assert len(new) == expected
    assert {(entry.kind, tuple(entry.fields)) for entry in new} == {("added", KEYS)}
    assert {int(entry.person_id) for entry in new} <= set(db.session.scalars(select(Person.id)))


def test_an_insert_that_returns_keeps_its_order(connection: Connection) -> None:
    rows = [{**NAMES, "given_name": str(number)} for number in range(50)]
    inserting = insert(Person).returning(Person.given_name, sort_by_parameter_order=True)
    assert db.session.scalars(inserting, rows).all() == [str(number) for number in range(50)]
    db.session.commit()
    assert len(entries()) == 50


def test_rows_that_begin_to_match_are_not_missed(people: list[int]) -> None:
    """Just before the update is carried out, another transaction makes one more row match."""
    db.session.commit()

    meddled: list[str] = []

    def meddle(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE person SET phone_number") and not meddled:
            meddled.append(statement)
            with db.engine.begin() as other:
                other.execute(text(f"UPDATE person SET employee_id = '7' WHERE id = {people[2]}"))

    event.listen(db.engine, "before_cursor_execute", meddle)
    changing = update(Person).where(or_(Person.id == people[0], Person.employee_id == "7")).values(phone_number="9")
    assert db.session.execute(changing).rowcount == 2
    db.session.commit()
    event.remove(db.engine, "before_cursor_execute", meddle)
    assert told() == changes([people[0], people[2]], "phone_number")


def test_a_database_without_returning(people: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("update_returning", "delete_returning"):
        monkeypatch.setattr(db.engine.dialect, name, False)
    kept = db.session.get_one(Person, people[0])
    kept.employee_id = "7"
    changing = update(Person).where(Person.employee_id == bindparam("number")).values(phone_number="9")
    db.session.execute(changing, {"number": "7"})
    db.session.execute(delete(Person).where(Person.id == people[1]))
    db.session.commit()
    assert kept.phone_number == "9"
    found = sorted((int(entry.person_id), entry.fields) for entry in entries())
    assert found == [(people[0], ["employee_id"]), (people[0], ["phone_number"]), (people[1], [])]


def test_the_hosts_own_listeners_are_heard_too(people: list[int]) -> None:
    heard: list[int] = []

    def listen(context: Any) -> None:
        heard.append(context.result.rowcount)

    event.listen(db.session, "after_bulk_update", listen)
    try:
        db.session.query(Person).filter(Person.organisation_id == 1).update({"phone_number": "9"})
    finally:
        event.remove(db.session, "after_bulk_update", listen)
    assert heard == [3]
