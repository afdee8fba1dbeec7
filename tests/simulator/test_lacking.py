"""Bodies that lack something, as recorded: which messages come together, and how they name the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulator.conftest import Api, refusal

NOT_NULL = "Kan ikke være null."
NOT_EMPTY = "Feltet kan ikke være tomt."
REQUIRED = "Feltet må fylles ut."
USER_TYPE = 'Brukertype kan ikke være "0" eller tom.'


@dataclass(frozen=True)
class Lacking:
    """A body that lacks something, and the messages it was answered with: (field, message, path)."""

    path: str
    body: dict[str, Any]
    messages: tuple[tuple[str | None, str, str | None], ...]
    developer_message: str | None = None


LACKING = [
    Lacking("employee", {}, (("firstName", NOT_NULL, "null.firstName"), ("lastName", NOT_NULL, "null.lastName"))),
    Lacking("employee/employment", {}, (("startDate", NOT_NULL, "null.startDate"),)),
    Lacking("department", {}, (("name", NOT_NULL, "null.name"), ("name", NOT_EMPTY, "null.name"))),
    Lacking("division", {}, (("name", NOT_EMPTY, "null.name"),)),
    Lacking(
        "division",
        {"name": "DiscoveryDiv"},
        (
            ("organizationNumber", REQUIRED, None),
            ("municipalityDate", REQUIRED, None),
            ("municipality", "Må velges.", None),
            ("startDate", REQUIRED, None),
        ),
        "VALIDATION_ERROR",
    ),
    Lacking(
        "event/subscription",
        {},
        (
            ("event", NOT_NULL, "null.event"),
            ("event", NOT_EMPTY, "null.event"),
            ("targetUrl", NOT_NULL, "null.targetUrl"),
            ("targetUrl", NOT_EMPTY, "null.targetUrl"),
        ),
    ),
    Lacking("employee", {"firstName": "Test", "lastName": "Bot"}, ((None, USER_TYPE, None),), "VALIDATION_ERROR"),
]


@pytest.mark.parametrize("case", LACKING, ids=lambda case: f"{case.path} {' '.join(case.body)}")
def test_a_body_that_lacks_something_is_refused_as_recorded(second: Api, case: Lacking) -> None:
    answer = second("POST", case.path, case.body)

    body = answer.json()
    assert (answer.status_code, body["code"], body["message"]) == (422, 18000, "Validering feilet.")
    assert body["developerMessage"] == case.developer_message
    messages = [(message["field"], message["message"], message["path"]) for message in body["validationMessages"]]
    assert sorted(messages, key=str) == sorted(case.messages, key=str)  # the order was seen to vary


def test_a_division_without_id_is_taken_for_a_new_one(second: Api) -> None:
    department = {"id": second.get("department")[0]["id"]}
    body = second.person(department=department, employments=[{"startDate": "2024-01-01", "division": {}}])

    answer = second("POST", "employee", body)

    (message,) = answer.json()["validationMessages"]
    assert answer.json()["developerMessage"] is None
    assert message == {
        "field": "employments.division.name",
        "message": NOT_EMPTY,
        "path": "employments[0].division.name",
        "rootId": None,
    }


def test_a_missing_department_and_a_taken_email_are_told_together(second: Api) -> None:
    email = second.get("employee")[0]["email"]

    assert refusal(second("POST", "employee", second.person(email=email))) == (422, 18000, ["department.id", "email"])


def test_a_version_that_has_passed(api: Api) -> None:
    row = api.hire()
    stale = {"id": row["id"], "version": row["version"] + 5, "dateOfBirth": row["dateOfBirth"]}

    answer = api("PUT", f"employee/{row['id']}", stale)

    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (409, 8000, "RevisionException")


def test_a_change_without_date_of_birth(api: Api) -> None:
    row = api.hire()

    answer = api("PUT", f"employee/{row['id']}", {"id": row["id"], "version": row["version"], "lastName": "Ny"})

    (message,) = answer.json()["validationMessages"]
    assert (message["field"], message["message"], message["path"]) == ("dateOfBirth", REQUIRED, None)
    assert answer.json()["developerMessage"] == "VALIDATION_ERROR"


def test_the_answer_to_a_create_expands_what_fields_ask(api: Api) -> None:
    body = api.person(employments=[{"startDate": "2026-07-06"}])

    sparse = api("POST", "employee?fields=*", body).json()["value"]
    whole = api("POST", "employee?fields=*,employments(*)", body).json()["value"]

    assert set(sparse["employments"][0]) == {"id", "url"}
    assert whole["employments"][0]["startDate"] == "2026-07-06"
