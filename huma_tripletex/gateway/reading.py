"""From Tripletex's shapes to the frozen snapshots that the rules compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from huma_tripletex.core.mapping import employee_values
from huma_tripletex.core.people import EmploymentPeriod, TripletexEmployee
from huma_tripletex.core.rights import may_see_salary
from huma_tripletex.models import Connection
from huma_tripletex.tripletex import shapes

ACCOUNT: Final = "bank_account_number"
SHOWN_BY: Final = {
    "first_name": "given_name",
    "last_name": "family_name",
    "phone_number_mobile": "phone_number",
    "phone_number_mobile_country": "phone_number",
    "date_of_birth": "date_of_birth",
    "bank_account_number": ACCOUNT,
    "employee_number": "employee_id",
}
"""Which of our fields something in an answer is needed for."""


def employee(
    answer: shapes.Employee, iso_by_country_id: Mapping[int, str], bank_hidden: bool = False
) -> TripletexEmployee:
    """An employee as read. In the answer to a write the employments are mere references: there are no workdays then.

    `bank_hidden`: the token may lack the right to see account numbers, so that an empty one says nothing.
    """
    periods = tuple(period(employment) for employment in answer.employments if not employment.is_reference)
    return TripletexEmployee(
        id=answer.id,
        version=answer.version,
        values=employee_values(
            first_name=answer.first_name,
            last_name=answer.last_name,
            phone_number=answer.phone_number_mobile,
            phone_country=iso_by_country_id.get(answer.phone_country_id or 0),
            date_of_birth=answer.date_of_birth,
            bank_account_number=answer.bank_account_number,
            employee_number=answer.employee_number,
            employments=periods,
        ),
        email=answer.email or None,
        employments=periods,
        department_id=answer.department_id,
        unseen=_unseen(answer, bank_hidden),
    )


def _unseen(answer: shapes.Employee, bank_hidden: bool) -> tuple[str, ...]:
    hidden = bank_hidden and not answer.bank_account_number
    if not (hidden or answer.unseen):
        return ()
    unseen = {SHOWN_BY[name] for name in answer.unseen if name in SHOWN_BY} | ({ACCOUNT} if hidden else set())
    return tuple(sorted(unseen))


def period(employment: shapes.Employment) -> EmploymentPeriod:
    """One employment."""
    return EmploymentPeriod(
        employment.id,
        employment.version,
        employment.start_date,
        employment.end_date,
        employment.division_id,
        employment.employment_end_reason,
    )


def countries_by_id(connection: Connection) -> Mapping[int, str]:
    """ISO codes by Tripletex's country ids, as last read."""
    return {int(number): code for code, number in connection.countries.items()}


def hides_accounts(connection: Connection) -> bool:
    """Whether the token may lack the right to see account numbers, so that an empty one means nothing."""
    return not may_see_salary(connection.rights)
