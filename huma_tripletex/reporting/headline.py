"""What became of a run in half a line: the heading of its page and the subject of its mail."""

from __future__ import annotations

from babel.numbers import format_decimal
from flask_babel import get_locale

from huma_tripletex.i18n import gettext, ngettext
from huma_tripletex.reporting.differing_counts import Left
from huma_tripletex.reporting.report import RunReport


def headline(account: RunReport, left: Left) -> str:
    """It never says that all is well while somebody is needed, waits, was not begun, or still differs."""
    return ", ".join(filter(None, (_synced(account, left), _needed(account), _waiting(account), _differing(left))))


def _synced(account: RunReport, left: Left) -> str:
    if not account.total:
        return gettext("Nothing had to be written") if left.people else gettext("Everything was the same already")
    locale = get_locale() or "en"
    numbers = {"good": format_decimal(account.good, locale=locale), "all": format_decimal(account.total, locale=locale)}
    if account.outcomes.get("cancelled"):
        return ngettext(
            "%(good)s of %(all)s person synced before it was stopped",
            "%(good)s of %(all)s people synced before it was stopped",
            account.total,
            **numbers,
        )
    return ngettext("%(good)s of %(all)s person synced", "%(good)s of %(all)s people synced", account.total, **numbers)


def _needed(account: RunReport) -> str:
    return ngettext("%(num)s needs you", "%(num)s need you", account.need_you) if account.need_you else ""


def _waiting(account: RunReport) -> str:
    count = account.outcomes.get("waiting", 0)
    return ngettext("%(num)s is on its way", "%(num)s are on their way", count) if count else ""


def _differing(left: Left) -> str:
    return ngettext("%(num)s still differs", "%(num)s still differ", left.people) if left.people else ""
