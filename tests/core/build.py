"""Short ways to make people, employees and employments for the tests of the rules."""

from __future__ import annotations

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.mapping import employee_values
from huma_tripletex.core.people import EmploymentPeriod, HostPerson, TripletexEmployee

OLA = {"given_name": "Ola", "family_name": "Hansen"}
KARI = {"given_name": "Kari", "family_name": "Berg"}


def person(id: str = "1", *, email: str | None = None, takes_part: bool = True, **values: str | None) -> HostPerson:
    """A person in Huma; what is not said is None."""
    return HostPerson(id, {key: values.get(key) for key in KEYS}, email=email, takes_part=takes_part)


def employee(
    id: int = 1,
    *,
    email: str | None = None,
    unseen: tuple[str, ...] = (),
    employments: tuple[EmploymentPeriod, ...] = (),
    **values: str | None,
) -> TripletexEmployee:
    """An employee in Tripletex; what is not said is None."""
    return TripletexEmployee(
        id, 1, {key: values.get(key) for key in KEYS}, email=email, unseen=unseen, employments=employments
    )


def read_employee(id: int, body: dict[str, str | None], country: str | None = "NO") -> TripletexEmployee:
    """An employee as read from an answer of Tripletex, where nothing is "" or null."""
    values = employee_values(
        first_name=body.get("firstName", ""),
        last_name=body.get("lastName", ""),
        phone_number=body.get("phoneNumberMobile", ""),
        phone_country=country,
        date_of_birth=body.get("dateOfBirth"),
        bank_account_number=body.get("bankAccountNumber", ""),
        employee_number=body.get("employeeNumber", ""),
        employments=[EmploymentPeriod(1, 1, body.get("startDate"), body.get("endDate"))],
    )
    return TripletexEmployee(id, 1, values, email=body.get("email"))


def period(start: str | None, end: str | None = None, id: int = 1) -> EmploymentPeriod:
    """An employment."""
    return EmploymentPeriod(id, 3, start, end)
