"""A person as Huma has them, an employee as Tripletex has them: frozen snapshots that the rules work on.

Values are text or None, keyed by the supported fields' keys; dates are ISO text. None means "nothing there". They are
as the system holds them; `core.normalise` gives the form in which they are compared and sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Values = Mapping[str, str | None]


@dataclass(frozen=True)
class HostPerson:
    """One person in Huma. `takes_part` is the host's rule: someone out of scope is neither compared nor updated."""

    id: str
    values: Values = field(repr=False)
    email: str | None = field(default=None, repr=False)
    takes_part: bool = True

    @property
    def name(self) -> str:
        return full_name(self.values)


@dataclass(frozen=True)
class EmploymentPeriod:
    """One employment in Tripletex. Dates are ISO text; `end` None: still in force. `end_reason`: Tripletex's word, "":
    there is none, None: not seen.
    """

    id: int
    version: int
    start: str | None = field(default=None, repr=False)
    end: str | None = field(default=None, repr=False)
    division_id: int | None = None
    end_reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class TripletexEmployee:
    """One employee in Tripletex. `values` has the workdays of the employment in force, or of the last one."""

    id: int
    version: int
    values: Values = field(repr=False)
    email: str | None = field(default=None, repr=False)
    employments: tuple[EmploymentPeriod, ...] = ()
    department_id: int | None = None
    unseen: tuple[str, ...] = ()
    """Fields that the token may lack the right to see: they have no value here, and that means nothing."""

    @property
    def name(self) -> str:
        return full_name(self.values)


def full_name(values: Values) -> str:
    """Given and family name, for pages; a person without any name is called by nothing."""
    return " ".join(part for part in (values.get("given_name"), values.get("family_name")) if part)
