"""What of an approved plan an undo will have to leave, known before it runs: what cannot be empty in Tripletex again,
and workdays with which another employment begins there, for Tripletex does not take employments away.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from huma_tripletex.core.employments import NewPeriod, change_for
from huma_tripletex.core.fields import BY_KEY, EMPLOYMENT_KEYS
from huma_tripletex.planning.writes import PersonWrites


def irrevocable(one: PersonWrites, today: date) -> list[str]:
    """Fields that are to be written in Tripletex, in the order in which they are. `today`: in Norway."""
    return [*_filled(one), *_of_another_employment(one, today)]


def _filled(one: PersonWrites) -> Iterator[str]:
    return (write.field for write in one.tripletex if write.how == "filled" and not BY_KEY[write.field].clearable)


def _of_another_employment(one: PersonWrites, today: date) -> list[str]:
    fields = [write.field for write in one.tripletex if write.field in EMPLOYMENT_KEYS]
    employee = one.content.employee
    if not fields or employee is None or not employee.employments:
        return []  # the first one of all can be emptied but for its beginning
    change = change_for(employee.employments, one.content.huma, fields, today)
    return fields if isinstance(change, NewPeriod) else []
