"""A run as a table for a spreadsheet: who, what came of them, why, and what to do. Field names, never values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from flask_babel import get_locale

from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import SyncRun
from huma_tripletex.reporting.people import Row
from huma_tripletex.reporting.report import every_row
from huma_tripletex.reporting.sentences import OUTCOMES, field_names
from huma_tripletex.runtime import Runtime

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would calculate a cell that begins so."""
COMMA_OF: Final = {"nb": ";"}
"""Where the comma is in the numbers, spreadsheets part the cells of a line by semicolons."""
MARK: Final = "\ufeff"
"""Spreadsheets take a file for UTF-8 when it begins with this."""


def csv_of(runtime: Runtime, run: SyncRun) -> Iterator[str]:
    """The lines of the table, its head first, in the current language."""
    locale = get_locale()
    between = COMMA_OF.get(locale.language if locale else "", ",")
    yield MARK + _line(_head(), between)
    for row in every_row(runtime, run):
        yield _line(_cells(row), between)


def _head() -> list[str]:
    return [
        _("Name"),
        _("Person in Huma"),
        _("Employee in Tripletex"),
        _("Result"),
        _("Written in Huma"),
        _("Written in Tripletex"),
        _("Why"),
        _("What to do"),
        _("Tripletex's request number"),
    ]


def _cells(row: Row) -> list[str]:
    return [
        row.name,
        row.person_id or "",
        str(row.employee_id or ""),
        str(OUTCOMES[row.outcome]),
        field_names(row.huma.fields),
        field_names(row.tripletex.fields),
        row.sentence,
        row.next_step,
        row.request_id,
    ]


def _line(cells: Iterable[str], between: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=between).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()
