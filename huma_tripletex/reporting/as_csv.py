"""A run as a table for a spreadsheet: who, what came of them, why, and what to do. Field names, never values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from typing import Final

from flask_babel import get_locale

from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import SyncRun
from huma_tripletex.reporting.differing import LeftPerson, every_left
from huma_tripletex.reporting.people import Row
from huma_tripletex.reporting.report import every_row
from huma_tripletex.reporting.sentences import OUTCOMES, STILL, field_names
from huma_tripletex.runtime import Runtime

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would calculate a cell that begins so."""
COMMA_OF: Final = {"nb": ";"}
"""Where the comma is in the numbers, spreadsheets part the cells of a line by semicolons."""
MARK: Final = "\ufeff"
"""Spreadsheets take a file for UTF-8 when it begins with this."""
One = Row | LeftPerson
"""Somebody who was approved to be done, or about whom something is still different; many are both."""


def csv_of(runtime: Runtime, run: SyncRun) -> Iterator[str]:
    """The lines of the table, its head first, in the current language."""
    locale = get_locale()
    between = COMMA_OF.get(locale.language if locale else "", ",")
    yield MARK + _line(_head(), between)
    told: tuple[Iterator[One], ...] = (every_row(runtime, run), every_left(runtime, run))
    for _position, together in groupby(merge(*told, key=_place), key=_place):
        yield _line(_cells(list(together)), between)


def _place(one: One) -> int:
    return one.position


def _head() -> list[str]:
    return [
        _("Name"),
        _("Person in Huma"),
        _("Employee in Tripletex"),
        _("Result"),
        _("Written in Huma"),
        _("Written in Tripletex"),
        _("Still different"),
        _("Why"),
        _("What to do"),
        _("Tripletex's request number"),
    ]


def _cells(together: list[One]) -> list[str]:
    """One person: what came of them, what is still different, or both."""
    rows = [one for one in together if isinstance(one, Row)]
    left = [one for one in together if isinstance(one, LeftPerson)]
    who = together[0]
    written = _written(rows[0]) if rows else [_still(left[0]), "", ""]
    known = [who.name, who.person_id or "", str(who.employee_id or "")]
    return [*known, *written, *_different(left), *_explained(rows, left)]


def _written(row: Row) -> list[str]:
    return [str(OUTCOMES[row.outcome]), field_names(row.huma.fields), field_names(row.tripletex.fields)]


def _still(one: LeftPerson) -> str:
    return _("left out of every sync") if one.kind == "left_out" else _("still different")


def _different(left: list[LeftPerson]) -> list[str]:
    return ["; ".join(field_names(one.fields) or str(STILL[one.kind]) for one in left)]


def _explained(rows: list[Row], left: list[LeftPerson]) -> list[str]:
    whys = [why for one in left for why in one.whys]
    return [
        " ".join(filter(None, [*(row.sentence for row in rows), *(why.sentence for why in whys)])),
        " ".join(filter(None, [*(row.next_step for row in rows), *(why.next_step for why in whys)])),
        "".join(row.request_id for row in rows),
    ]


def _line(cells: Iterable[str], between: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=between).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()
