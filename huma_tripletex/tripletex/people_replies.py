"""Employees and employments as they stand in Tripletex's answers, and how each becomes a shape."""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import astuple

from huma_tripletex.tripletex import shapes
from huma_tripletex.tripletex.envelopes import Link, Reference, Reply, Text, day, id_of


class Employment(Reply, rename="camel", kw_only=True):
    """An employment. Without its version or its dates it is only a reference: our `fields` were not honoured, and that
    must not pass for an employment that goes on.
    """

    id: int
    version: int
    employee: Reference | None = None
    start_date: str | None
    end_date: str | None
    division: Reference | None = None
    employment_end_reason: Text = UNSET

    def shape(self) -> shapes.Employment:
        reason = self.employment_end_reason
        return shapes.Employment(
            id=self.id,
            version=self.version,
            employee_id=id_of(self.employee),
            start_date=day(self.start_date),
            end_date=day(self.end_date),
            division_id=id_of(self.division),
            employment_end_reason=None if reason is UNSET else reason or "",
        )


class EmploymentReference(Employment, rename="camel", kw_only=True):
    """What answers to writes hold in place of employments."""

    version: int = shapes.NOT_READ
    start_date: str | None = None
    end_date: str | None = None


class _Person(Reply, rename="camel", kw_only=True):
    """What answers to reads and to writes have in common; `userType` is not here because it always reads null."""

    id: int
    version: int
    first_name: Text = UNSET
    last_name: Text = UNSET
    employee_number: Text = UNSET
    date_of_birth: Text = UNSET
    email: Text = UNSET
    phone_number_mobile: Text = UNSET
    phone_number_mobile_country: Link = UNSET
    bank_account_number: Text = UNSET
    department: Link = UNSET

    def with_employments(self, employments: tuple[Employment, ...]) -> shapes.Employee:
        return shapes.Employee(
            id=self.id,
            version=self.version,
            first_name=self.first_name or "",
            last_name=self.last_name or "",
            employee_number=self.employee_number or "",
            date_of_birth=day(self.date_of_birth),
            email=self.email or "",
            phone_number_mobile=self.phone_number_mobile or "",
            phone_country_id=id_of(self.phone_number_mobile_country),
            bank_account_number=self.bank_account_number or "",
            department_id=id_of(self.department),
            employments=tuple(employment.shape() for employment in employments),
            unseen=_left_out(self),
        )


class Employee(_Person, rename="camel", kw_only=True):
    """An employee as read. Without `employments`, nobody knows whether there is one, and it must not pass for none."""

    employments: tuple[Employment, ...]

    def shape(self) -> shapes.Employee:
        return self.with_employments(self.employments)


class WrittenEmployee(_Person, rename="camel", kw_only=True):
    """An employee as answered to a write, which knows no `fields`."""

    employments: tuple[EmploymentReference, ...] | None = None

    def shape(self) -> shapes.Employee:
        return self.with_employments(self.employments or ())


def _left_out(person: _Person) -> tuple[str, ...]:
    values = astuple(person)
    if UNSET not in values:
        return ()
    return tuple(name for name, value in zip(person.__struct_fields__, values, strict=True) if value is UNSET)
