"""Tripletex's other answers as they stand in JSON, and how each becomes a shape. Objects carry more than we asked for;
what is missing or mistyped raises, and `reading` makes that `Unreadable`.
"""

from __future__ import annotations

from datetime import date

import msgspec

from huma_tripletex.tripletex import shapes
from huma_tripletex.tripletex.envelopes import Reply, day


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
        expires_on = day(self.expiration_date)
        return self.token, date.fromisoformat(expires_on) if expires_on else None
