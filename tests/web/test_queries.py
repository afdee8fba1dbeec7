"""A page asks the database as often for a thousand people as for ten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import event

from huma_tripletex.demo import Person, db
from huma_tripletex.models import SyncPlan, SyncRun
from tests.web.conftest import Office, Visitor, approve, compare

PATHS = (
    "/tripletex",
    "/tripletex/log",
    "/tripletex/plans/{plan}",
    "/tripletex/plans/{plan}/people",
    "/tripletex/plans/{plan}/approval",
)

HTMX = {"HX-Request": "true"}
PRESSED = {
    "a name in step 2": ("", {"view-name": "a", "page": "1"}),
    "for all": ("", {"all": "tripletex"}),
    "for one field": ("", {"field-phone_number": "huma"}),
    "a name in step 3": ("/people", {"find-person": "a", "find-employee": "a", "find": "person"}),
    "everybody": ("/people", {"everybody-only_in_huma": "add"}),
    "a name in the summary": ("/approval", {"find-name": "a", "find": "name"}),
}
"""What is pressed in the wizard, by page below the plan's."""


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    with office.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def crowd(office: Office, people: int) -> None:
    """People in both systems who differ in one field, and people on one side only."""
    with office.app.app_context():
        from huma_tripletex.demo import Organisation

        fjord = db.session.query(Organisation).filter_by(name="Fjord AS").one().id
        db.session.add_all(
            Person(
                organisation_id=fjord,
                given_name=f"Given{number}",
                family_name=f"Family{number}",
                employee_id=str(5000 + number),
                phone_number=f"+47 4{number:07}",
                date_of_birth="1980-01-01",
                first_workday="2020-01-01",
            )
            for number in range(people)
        )
        db.session.commit()
    employees = [
        {
            "firstName": f"Given{number}",
            "lastName": f"Family{number}",
            "employeeNumber": str(5000 + number if number % 5 else 90000 + number),
            "phoneNumberMobile": f"9{number:07}",
            "dateOfBirth": "1980-01-01" if number % 5 else "1970-01-01",
            "email": "",
            "employments": [{"startDate": "2020-01-01", "endDate": None}],
        }
        for number in range(people)
    ]
    httpx.post(f"{office.url}/_simulator/employees", json=employees, timeout=60).raise_for_status()


def measure(office: Office, visitor: Visitor) -> dict[str, int]:
    plan = office.one(SyncPlan).id
    found = {}
    for path in PATHS:
        visitor.read(path.format(plan=plan))
        with counted(office) as statements:
            visitor.read(path.format(plan=plan))
        found[path] = len(statements)
    for what, (page, form) in PRESSED.items():
        visitor.send(f"/tripletex/plans/{plan}{page}", form, **HTMX)
        with counted(office) as statements:
            assert visitor.send(f"/tripletex/plans/{plan}{page}", form, **HTMX).status_code == 200, what
        found[what] = len(statements)
    return found


@pytest.mark.timeout(180)
def test_queries_do_not_grow_with_the_people(office: Office, synced: Visitor) -> None:
    measure(office, compare(office, synced))  # what it chooses is taken over by the next one
    few = measure(office, compare(office, synced))
    crowd(office, 1000)

    many = measure(office, compare(office, synced))

    assert {path: count for path, count in many.items() if count > few[path]} == {}


@pytest.mark.timeout(180)
def test_result_of_a_run_and_what_it_left_too(office: Office, synced: Visitor) -> None:
    few = _of_result(office, synced)
    crowd(office, 200)
    compare(office, synced)
    approve(synced, office.one(SyncPlan).id)
    office.work()

    many = _of_result(office, synced)

    assert many == few < 20


def _of_result(office: Office, visitor: Visitor) -> int:
    path = f"/tripletex/runs/{office.one(SyncRun).id}"
    assert "Still different" in visitor.read(path)
    with counted(office) as statements:
        visitor.read(path)
    return len(statements)


def test_a_number_that_does_not_fit_is_answered_without_writing_or_asking_for_nobody(
    office: Office, compared: Visitor
) -> None:
    plan = office.one(SyncPlan).id
    compared.read(f"/tripletex/plans/{plan}")
    compared.send(f"/tripletex/plans/{plan}", {"all": "huma"})
    compared.send(f"/tripletex/plans/{plan}/people", {"everybody-only_in_huma": "leave"})
    with counted(office) as shown:
        compared.read(f"/tripletex/plans/{plan}/approval")

    with counted(office) as statements:
        answer = compared.send(f"/tripletex/plans/{plan}/approval", {"confirm": "0"})

    assert answer.status_code == 422
    assert "The number does not fit." in answer.get_data(as_text=True)
    assert len(statements) <= len(shown), "it costs no more than the page"
    assert not [one for one in statements if not one.startswith(("SELECT", "WITH"))]
