"""What Tripletex's objects look like to us: frozen, flat, in Tripletex's own words. Unset text is "", unset dates
and references are None. Nothing here shows a person's values in its repr.
"""

from __future__ import annotations

from typing import Final

import msgspec

NOT_READ: Final = -1
"""The version of an object that was named but not read. No object has it, so a write that carries it answers 409.
"""


class Shape(msgspec.Struct, frozen=True):
    """The root of the shapes: shows its kind, and for what has one, its id."""

    def __repr__(self) -> str:
        identity = getattr(self, "id", None)
        return f"<{type(self).__name__}>" if identity is None else f"<{type(self).__name__} {identity}>"

    def __rich_repr__(self) -> list[tuple[str, int]]:
        identity = getattr(self, "id", None)
        return [] if identity is None else [("id", identity)]


class Employment(Shape, frozen=True):
    """A stretch of work at the company; dates are ISO 8601, the end date is the last day at work. A reason of None
    was not shown.
    """

    id: int
    version: int = NOT_READ
    employee_id: int | None = None
    start_date: str | None = None
    end_date: str | None = None
    division_id: int | None = None
    employment_end_reason: str | None = None

    @property
    def is_reference(self) -> bool:
        """Whether only the id is known: answers to writes of an employee name the employments and no more."""
        return self.version == NOT_READ


class Employee(Shape, frozen=True):
    """A person in Tripletex. In the answer to a write every employment `is_reference`; reads give them whole.

    `unseen`: what the answer left out, since the token may not see it. Its value here is the one of nothing, and means
    nothing.
    """

    id: int
    version: int
    first_name: str = ""
    last_name: str = ""
    employee_number: str = ""
    date_of_birth: str | None = None
    email: str = ""
    phone_number_mobile: str = ""
    phone_country_id: int | None = None
    bank_account_number: str = ""
    department_id: int | None = None
    employments: tuple[Employment, ...] = ()
    unseen: tuple[str, ...] = ()


class Department(Shape, frozen=True):
    """A department; a company has at least its default one."""

    id: int
    name: str = ""
    department_number: str = ""
    is_inactive: bool = False


class Division(Shape, frozen=True):
    """A sub-unit (virksomhet); a company that has one wants it on every employment."""

    id: int
    name: str = ""


class Country(Shape, frozen=True):
    """A country, referenced by id; `iso_alpha2` is "NO" for Norway."""

    id: int
    iso_alpha2: str = ""


class Company(Shape, frozen=True):
    """The company a session works in."""

    id: int
    name: str = ""
    organization_number: str = ""


class Entitlement(Shape, frozen=True):
    """One right of an employee; the names are Tripletex's ("ROLE_ADMINISTRATOR")."""

    id: int
    name: str = ""


class WhoAmI(Shape, frozen=True):
    """Whom a session acts for. Rights are the intersection of those of `employee_id` and `actual_employee_id`."""

    employee_id: int
    actual_employee_id: int
    company_id: int
    company_name: str = ""
    language: str = ""
    owner_name: str = ""
