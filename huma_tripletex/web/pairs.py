"""Two who are the same person though nothing says so: whom an administrator may put together, found by name."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute

from huma_tripletex.core.people import Values
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import SyncPlan
from huma_tripletex.planning import people_reading as reading
from huma_tripletex.runtime import Runtime
from huma_tripletex.web.people_form import Wanted
from huma_tripletex.web.unmatched import facts

FITS = 100
"""People in one list. Nobody looks through more, so beyond that they are searched for."""


@dataclass(frozen=True)
class Option:
    """Somebody to choose. `key`: the item of a person, the number of an employee."""

    key: str
    name: str = attribute(repr=False)
    facts: str = attribute(repr=False)


@dataclass(frozen=True)
class Side:
    """Those of one system. `name`: what was searched for; `more`: not all of them are in `options`."""

    name: str = attribute(repr=False)
    options: tuple[Option, ...]
    more: bool
    chosen: str

    @property
    def searchable(self) -> bool:
        return self.more or bool(self.name)

    @classmethod
    def of(cls, name: str, found: tuple[Option, ...], chosen: str) -> Side:
        """Whoever is the only one with the name is chosen by searching for it."""
        only = found[0].key if name and len(found) == 1 else chosen
        return cls(name, found[:FITS], len(found) > FITS, only)


@dataclass(frozen=True)
class Pairs:
    """Both sides. `begun`: somebody is at it."""

    person: Side
    employee: Side
    begun: bool

    @property
    def possible(self) -> bool:
        return all(side.options or side.name for side in (self.person, self.employee))


def look(runtime: Runtime, plan: SyncPlan, wanted: Wanted) -> Pairs:
    """Everybody of the plan who is still nobody in the other system, or those with the names that are wanted."""
    people = reading.free_people(runtime, plan, name=wanted.person_name, most=FITS + 1)
    employees = reading.free_employees(runtime, plan, name=wanted.employee_name, most=FITS + 1)
    return Pairs(
        Side.of(wanted.person_name, tuple(_option(one.item.id, one.name, one.values) for one in people), wanted.person),
        Side.of(
            wanted.employee_name,
            tuple(_option(one.employee_id, one.name, one.values) for one in employees),
            wanted.employee,
        ),
        begun=wanted != Wanted(),
    )


def _option(key: int, name: str, values: Values) -> Option:
    return Option(str(key), name or _("without a name"), facts(values))
