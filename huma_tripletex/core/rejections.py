"""Why Tripletex does not accept a content: by the properties its validation messages name, never by their words,
which follow the language of the customer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from huma_tripletex.core.fields import FIELDS
from huma_tripletex.errors import FieldProblem, NotFound, Refused

CODE_LOCKED: Final = 10000
CODES_TAKEN: Final = (7000, 14000)
BY_PROPERTY: Final = (
    # the first that is named decides; what stands higher explains what stands lower
    ("division", "division_missing"),
    ("department", "department_missing"),
    ("userType", "user_type_rejected"),
    ("email", "email_taken"),
    ("employeeNumber", "employee_id_taken"),
    ("bankAccountNumber", "account_rejected"),
    ("firstName", "name_rejected"),
    ("lastName", "name_rejected"),
    ("phoneNumberMobile", "phone_rejected"),
    ("phoneNumberMobileCountry", "phone_rejected"),
    ("employmentEndReason", "end_reason_rejected"),
    ("startDate", "first_workday_rejected"),
    ("endDate", "last_workday_rejected"),
)


def reason_for(error: Refused, sent: Collection[str] | None = None) -> str:
    """The key of `core.reasons` for a refused content. `sent`: the properties of the request's body, where known."""
    if isinstance(error, NotFound):
        return _gone(error, sent)
    if error.names("dateOfBirth"):
        return _birth(error, sent)
    if error.names("email") and sent is not None and "email" not in sent:
        return "email_missing"
    for name, reason in BY_PROPERTY:
        if error.names(name):
            return reason
    if error.code == CODE_LOCKED:
        return "locked_in_tripletex"
    return "exists_already" if error.code in CODES_TAKEN else "rejected"


def _gone(error: NotFound, sent: Collection[str] | None) -> str:
    """Reads, and changes of an employee, are about somebody who is gone. Of new objects, which are not there yet, it is
    something that they refer to; an employment refers to its employee as well, who is looked at before.
    """
    method, _, path = error.operation.partition(" ")
    if method != "GET" and path.startswith("/employee/employment") and "division" in (sent or ()):
        return "division_missing"
    if method == "POST" and path in ("/employee", "/employee/list"):
        return "department_missing" if "department" in (sent or ()) else "rejected"
    return "not_in_tripletex"


def fields_named(error: Refused) -> tuple[str, ...]:
    """Our keys of the fields that Tripletex complains about."""
    return tuple(field.key for field in FIELDS if error.names(field.tripletex))


def _birth(error: Refused, sent: Collection[str] | None) -> str:
    """A date of birth is missing, or (sent, and refused) it is locked since an a-melding was submitted."""
    if any(_is_of_employee(problem) for problem in error.problems):
        return "date_of_birth_missing"
    if sent is None:
        return "date_of_birth_missing" if error.operation.startswith("POST") else "date_of_birth_rejected"
    if "dateOfBirth" not in sent:
        return "date_of_birth_missing"
    return "date_of_birth_locked" if error.operation.startswith("PUT") else "date_of_birth_rejected"


def _is_of_employee(problem: FieldProblem) -> bool:
    """`employee.dateOfBirth`: an employment is refused because its employee has none."""
    return any(name.endswith("employee.dateOfBirth") for name in (problem.field, problem.path))
