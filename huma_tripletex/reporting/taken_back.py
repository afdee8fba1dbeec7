"""What an undo did, in half a line and in a few sentences: its own words, for it puts back and does not sync."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from babel.numbers import format_decimal
from flask_babel import get_locale

from huma_tripletex.core.reasons import CHANGED_SINCE, STAYS
from huma_tripletex.i18n import gettext, ngettext
from huma_tripletex.reporting.counting import Written
from huma_tripletex.reporting.report import RunReport

WAYS: Final[Mapping[str, Callable[[int], str]]] = {
    "since": lambda count: ngettext(
        "%(num)s person was left alone, because somebody has changed the value since.",
        "%(num)s people were left alone, because somebody has changed the values since.",
        count,
    ),
    "in_part": lambda count: ngettext(
        "%(num)s person keeps a value that somebody has changed since; their other values are back.",
        "%(num)s people keep values that somebody has changed since; their other values are back.",
        count,
    ),
    "added_stays": lambda count: ngettext(
        "%(num)s person was added by that sync and stays.", "%(num)s people were added by that sync and stay.", count
    ),
    "cannot_go_back": lambda count: ngettext(
        "%(num)s person keeps a value that cannot be put back in Tripletex.",
        "%(num)s people keep values that cannot be put back in Tripletex.",
        count,
    ),
    "waiting": lambda count: ngettext(
        "%(num)s person is still waiting for Tripletex. This is finished by itself.",
        "%(num)s people are still waiting for Tripletex. This is finished by itself.",
        count,
    ),
    "stopped_in_part": lambda count: ngettext(
        "%(num)s person was put back in part, because the undo was stopped. Undo the sync once more to do the rest.",
        "%(num)s people were put back in part, because the undo was stopped. Undo the sync once more to do the rest.",
        count,
    ),
    "cancelled": lambda count: ngettext(
        "%(num)s person was not begun, because the undo was stopped. Undo the sync once more to do the rest.",
        "%(num)s people were not begun, because the undo was stopped. Undo the sync once more to do the rest.",
        count,
    ),
}


def headline(account: RunReport) -> str:
    """Of whoever has something that can be put back: for how many it is, and for how many only a part of it."""
    locale = get_locale() or "en"
    asked = account.total - account.stays
    numbers = {"good": format_decimal(account.good, locale=locale), "all": format_decimal(asked, locale=locale)}
    said = ngettext(
        "Earlier values are back for %(good)s of %(all)s person",
        "Earlier values are back for %(good)s of %(all)s people",
        asked,
        **numbers,
    )
    in_part = ngettext("partly for %(num)s more", "partly for %(num)s more", account.in_part) if account.in_part else ""
    needed = ngettext("%(num)s needs you", "%(num)s need you", account.need_you) if account.need_you else ""
    return ", ".join(filter(None, (said, in_part, needed)))


def done(account: RunReport) -> tuple[str, ...]:
    """One sentence per system, and one for each way in which something stays."""
    return (
        _in_system(gettext("In Huma"), account.huma),
        _in_system(gettext("In Tripletex"), account.tripletex),
        *not_done(account),
    )


def not_done(account: RunReport) -> tuple[str, ...]:
    """One sentence for each way in which something stays as it is."""
    return tuple(_not_done(account))


def _not_done(account: RunReport) -> Iterator[str]:
    alone, partly = account.left_alone, account.partly
    counts = {
        **{reason: alone.get(reason, 0) + partly.get(reason, 0) for reason in (*STAYS, "stopped_in_part")},
        "since": sum(alone.get(reason, 0) for reason in CHANGED_SINCE),
        "in_part": sum(partly.get(reason, 0) for reason in CHANGED_SINCE),
        "waiting": account.outcomes.get("waiting", 0),
        "cancelled": account.outcomes.get("cancelled", 0),
    }
    for name, say in WAYS.items():
        if counts.get(name):
            yield say(counts[name])


def _in_system(system: str, written: Written) -> str:
    back = ngettext("%(num)s value put back", "%(num)s values put back", written.values) if written.values else ""
    return f"{system}: {back or gettext('no change')}."
