"""What became of a run in half a line: the heading of its page and the subject of its mail."""

from __future__ import annotations

from collections.abc import Iterator

from babel.numbers import format_decimal
from flask_babel import get_locale

from huma_tripletex.i18n import gettext, ngettext
from huma_tripletex.reporting.differing_counts import Left
from huma_tripletex.reporting.report import RunReport


def headline(account: RunReport, left: Left) -> str:
    """It never says that all is well while somebody is needed, waits, was not begun, or still differs."""
    return ", ".join(filter(None, (_synced(account, left), *_not_done(account), _differing(left))))


def _synced(account: RunReport, left: Left) -> str:
    if not account.total:
        return gettext("Nothing had to be written") if left.people else gettext("Everything was the same already")
    locale = get_locale() or "en"
    numbers = {"good": format_decimal(account.good, locale=locale), "all": format_decimal(account.total, locale=locale)}
    if account.is_stopped:
        return ngettext(
            "%(good)s of %(all)s person synced before it was stopped",
            "%(good)s of %(all)s people synced before it was stopped",
            account.total,
            **numbers,
        )
    return ngettext("%(good)s of %(all)s person synced", "%(good)s of %(all)s people synced", account.total, **numbers)


def _not_done(account: RunReport) -> Iterator[str]:
    if account.need_you:
        yield ngettext("%(num)s needs you", "%(num)s need you", account.need_you)
    if waiting := account.outcomes.get("waiting", 0):
        yield ngettext("%(num)s is on its way", "%(num)s are on their way", waiting)
    if stopped := account.outcomes.get("cancelled", 0):
        yield ngettext("%(num)s was not begun", "%(num)s were not begun", stopped)


def _differing(left: Left) -> str:
    if not left.people:
        return ""
    return ngettext(
        "something still differs for %(num)s person", "something still differs for %(num)s people", left.people
    )
