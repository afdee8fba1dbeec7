"""Tripletex's answers as they stand in JSON, and how each becomes a shape. Text may be null or "", objects carry
more than we asked for, and a list or an object stands in an envelope; what is missing or mistyped raises, and
`reading` makes that `Unreadable`.

Of an employee, a key that is not there is something else than null: Tripletex leaves out what a token may not see.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple

from huma_tripletex.tripletex import shapes

T_co = TypeVar("T_co", covariant=True)


class Reply(msgspec.Struct):
    """The root of the replies: they hold people's values and tokens, so they show none."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> list[tuple[str, int]]:
        return []


class Single(Reply, Generic[T_co]):
    """The envelope of one object."""

    value: T_co


class Page(Reply, Generic[T_co], rename="camel"):
    """The envelope of a list. `fullResultSize` is deprecated and not exact (API2 issue 127), so it may be anything."""

    values: list[T_co]
    full_result_size: Any = None


class Reference(Reply):
    """`{"id": 1, "url": "..."}`"""

    id: int

    def shape(self) -> Reference:
        return self


Text: TypeAlias = str | UnsetType | None
Link: TypeAlias = Reference | UnsetType | None


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
            employee_id=_id(self.employee),
            start_date=_day(self.start_date),
            end_date=_day(self.end_date),
            division_id=_id(self.division),
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
            date_of_birth=_day(self.date_of_birth),
            email=self.email or "",
            phone_number_mobile=self.phone_number_mobile or "",
            phone_country_id=_id(self.phone_number_mobile_country),
            bank_account_number=self.bank_account_number or "",
            department_id=_id(self.department),
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


class Department(Reply, rename="camel"):
    """A department."""

    id: int
    name: str | None = None
    department_number: str | None = None
    is_inactive: bool | None = None

    def shape(self) -> shapes.Department:
        return shapes.Department(self.id, self.name or "", self.department_number or "", bool(self.is_inactive))


class Division(Reply, rename="camel"):
    """A division; some answers carry only the display name."""

    id: int
    name: str | None = None
    display_name: str | None = None

    def shape(self) -> shapes.Division:
        return shapes.Division(self.id, self.name or self.display_name or "")


class Country(Reply, rename="camel"):
    """A country."""

    id: int
    iso_alpha2_code: str | None = msgspec.field(default=None, name="isoAlpha2Code")

    def shape(self) -> shapes.Country:
        return shapes.Country(self.id, self.iso_alpha2_code or "")


class Company(Reply, rename="camel"):
    """A company."""

    id: int
    name: str | None = None
    organization_number: str | None = None

    def shape(self) -> shapes.Company:
        return shapes.Company(self.id, self.name or "", self.organization_number or "")


class Entitlement(Reply, rename="camel"):
    """A right."""

    id: int
    name: str | None = None

    def shape(self) -> shapes.Entitlement:
        return shapes.Entitlement(self.id, self.name or "")


class Owner(Reply, rename="camel"):
    """The employee of `>whoAmI`: a reference, with the names if the token may see them."""

    first_name: str | None = None
    last_name: str | None = None


class CompanyName(Reply):
    """The company of `>whoAmI`, whose id stands beside it."""

    name: str | None = None


class WhoAmI(Reply, rename="camel"):
    """The answer of `>whoAmI`."""

    employee_id: int
    company_id: int
    actual_employee_id: int | None = None
    employee: Owner | None = None
    company: CompanyName | None = None
    language: str | None = None

    def shape(self) -> shapes.WhoAmI:
        owner = self.employee or Owner()
        return shapes.WhoAmI(
            employee_id=self.employee_id,
            actual_employee_id=self.employee_id if self.actual_employee_id is None else self.actual_employee_id,
            company_id=self.company_id,
            company_name=(self.company and self.company.name) or "",
            language=self.language or "",
            owner_name=" ".join(name for name in (owner.first_name, owner.last_name) if name),
        )


class Session(Reply, rename="camel"):
    """The answer of `/token/session/:create`."""

    token: str
    expiration_date: str | None = None

    def shape(self) -> tuple[str, date | None]:
        if not self.token:
            raise ValueError("no token")
        expires_on = _day(self.expiration_date)
        return self.token, date.fromisoformat(expires_on) if expires_on else None


def _left_out(person: _Person) -> tuple[str, ...]:
    values = astuple(person)
    if UNSET not in values:
        return ()
    return tuple(name for name, value in zip(person.__struct_fields__, values, strict=True) if value is UNSET)


def _id(reference: Link) -> int | None:
    return reference.id if reference else None


def _day(text: Text) -> str | None:
    """The ISO date, None when unset. Raises ValueError for anything that is not exactly YYYY-MM-DD."""
    if not text:
        return None
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("not a date")
    return text
