"""First and last workday: which of several employments they are about, and what has to happen to it.

The rule: of an employment in force the start is corrected; after the last one ended, a later first workday is a new
employment (rehire); a last workday that was removed makes the end empty again; anything else is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from huma_tripletex.core.normalise import normalise, problem
from huma_tripletex.core.people import EmploymentPeriod, TripletexEmployee, Values

FIRST, LAST = "first_workday", "last_workday"
END_REASONS: Final = (
    "EMPLOYMENT_END_EMPLOYEE",
    "EMPLOYMENT_END_EMPLOYER",
    "EMPLOYMENT_END_EXPIRED",
    "EMPLOYMENT_END_INTERNAL_CHANGE",
    "EMPLOYMENT_END_SYSTEM_OR_ACCOUNTANT_CHANGE",
    "EMPLOYMENT_END_WRONGLY_REPORTED",
)
"""Why an employment may end, in Tripletex's words."""


@dataclass(frozen=True)
class NoChange:
    """Tripletex holds these workdays already."""


@dataclass(frozen=True)
class CorrectPeriod:
    """Employment `id` gets what `body` says: Tripletex's `startDate`, `endDate` or both."""

    id: int
    version: int
    body: dict[str, object] = field(repr=False)


@dataclass(frozen=True)
class NewPeriod:
    """A new employment of the same employee begins. Dates are ISO text; `end` None: open."""

    start: str = field(repr=False)
    end: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Ask:
    """A human has to look. `reason` is a key of `core.reasons`."""

    reason: str


Change = NoChange | CorrectPeriod | NewPeriod | Ask


def choose(employments: Sequence[EmploymentPeriod]) -> EmploymentPeriod | None:
    """The employment in force, otherwise the one that ended last; None: there is none. Today does not matter."""
    return max(employments, key=_lateness, default=None)


def about(employee: TripletexEmployee, start: str | None, today: date) -> TripletexEmployee:
    """The employee with the workdays of the employment that somebody in Huma is about. Where several go on, or are to
    begin, that is the one with their first workday `start` (canonical), as it is when it is written.
    """
    period = _starting(_in_force(employee.employments, today), start)
    if period is None or period == choose(employee.employments):
        return employee
    return replace(employee, values={**employee.values, FIRST: period.start, LAST: period.end})


def shown(employee: TripletexEmployee) -> tuple[EmploymentPeriod, ...]:
    """The employments that the workdays in its values may be of."""
    days = (employee.values.get(FIRST), employee.values.get(LAST))
    return tuple(one for one in employee.employments if (one.start, one.end) == days)


def ending(person: Values, employments: Sequence[EmploymentPeriod], otherwise: str) -> str:
    """The reason to suggest for the last workday of a person in Huma: Tripletex's own for the employment, if it has one
    already. "": there is no last workday.
    """
    if normalise(LAST, person.get(LAST)) is None:
        return ""
    known = reason_of(employments)
    return known if known in END_REASONS else otherwise


def reason_of(employments: Sequence[EmploymentPeriod]) -> str:
    """Why the employment that the workdays are read from ends, as Tripletex has it; "": it does not, or is not said."""
    period = choose(employments)
    return (period.end_reason or "") if period and period.end else ""


def change_for(employments: Sequence[EmploymentPeriod], values: Values, fields: Collection[str], today: date) -> Change:
    """What brings `fields` (the workdays among them) of these employments to Huma's `values`."""
    wanted = {key: normalise(key, values.get(key)) for key in (FIRST, LAST)}
    asked = [key for key in (FIRST, LAST) if key in fields]
    if not asked:
        return NoChange()
    if any(wanted[key] and problem(key, wanted[key]) for key in asked):
        return Ask("date_invalid")
    if not employments:
        return _first_employment(wanted, asked)
    if FIRST in asked and wanted[FIRST] is None:
        return Ask("first_workday_missing")
    in_force = _in_force(employments, today)
    if not in_force:
        return _change_ended(employments, wanted, asked, today)
    period = in_force[0] if len(in_force) == 1 else _starting(in_force, wanted[FIRST])
    if period is None:
        return Ask("several_employments")
    return _change_in_force(period, employments, wanted, asked)


def _in_force(employments: Sequence[EmploymentPeriod], today: date) -> Sequence[EmploymentPeriod]:
    """Also those that are to begin."""
    return [one for one in employments if one.end is None or one.end >= today.isoformat()]


def _first_employment(wanted: Values, asked: Collection[str]) -> Change:
    end = wanted[LAST] if LAST in asked else None
    start = wanted[FIRST] if FIRST in asked else None
    if start:
        return _new(start, end)
    if end is None:
        return NoChange()
    return Ask("first_workday_missing" if wanted[FIRST] is None else "no_employment")


def _change_in_force(
    period: EmploymentPeriod, employments: Sequence[EmploymentPeriod], wanted: Values, asked: Collection[str]
) -> Change:
    start = wanted[FIRST] if FIRST in asked else period.start
    end = wanted[LAST] if LAST in asked else period.end
    if FIRST in asked and start and period.end and start > period.end:
        return _new(start, wanted[LAST] if LAST in asked else None)
    if start and _reaches_another(period, employments, start):
        return Ask("employments_overlap")
    return _correct(period, start, end)


def _change_ended(
    employments: Sequence[EmploymentPeriod], wanted: Values, asked: Collection[str], today: date
) -> Change:
    """All employments are over. The last one is changed only where Huma's first workday is about it too."""
    period = max(employments, key=_lateness)
    end = wanted[LAST] if LAST in asked else period.end
    start = wanted[FIRST]
    if FIRST in asked and start and period.end and start > period.end:
        return _new(start, wanted[LAST] if LAST in asked else None)
    if FIRST not in asked:
        ours = end == period.end or _is_about(period, start)
        return _correct(period, period.start, end) if ours else Ask("last_workday_unclear")
    if start == period.start:
        return _correct(period, start, end)
    if end is None or end >= today.isoformat():  # back in force, so its start may be corrected as well
        return _correct(period, start, end) if len(employments) == 1 else Ask("employments_overlap")
    return Ask("first_workday_unclear")


def _correct(period: EmploymentPeriod, start: str | None, end: str | None) -> Change:
    if start and end and end < start:
        return Ask("workdays_reversed")
    body: dict[str, object] = {}
    if start != period.start:
        body["startDate"] = start
    if end != period.end:
        body["endDate"] = end
    return CorrectPeriod(period.id, period.version, body) if body else NoChange()


def _new(start: str, end: str | None) -> Change:
    return Ask("workdays_reversed") if end and end < start else NewPeriod(start, end)


def _reaches_another(period: EmploymentPeriod, employments: Sequence[EmploymentPeriod], start: str) -> bool:
    """Whether with the new start it would no longer come after the employments that are over."""
    others = (other for other in employments if other.id != period.id)
    return start != period.start and any(other.end is not None and other.end >= start for other in others)


def _is_about(period: EmploymentPeriod, start: str | None) -> bool:
    return start is None or period.start is None or start == period.start


def _starting(periods: Sequence[EmploymentPeriod], start: str | None) -> EmploymentPeriod | None:
    found = [one for one in periods if start is not None and one.start == start]
    return found[0] if len(found) == 1 else None


def _lateness(period: EmploymentPeriod) -> tuple[bool, str, str, int]:
    return period.end is None, period.end or "", period.start or "", period.id
