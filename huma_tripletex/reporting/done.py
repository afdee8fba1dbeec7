"""What a run did, in a few sentences of the current language."""

from __future__ import annotations

from huma_tripletex.i18n import gettext, ngettext
from huma_tripletex.reporting.report import RunReport, Written


def done(account: RunReport) -> tuple[str, ...]:
    """One sentence per system, and one for each way in which people were left out."""
    left = (_skipped(account), _waiting(account), _cancelled(account))
    return (
        _in_system(gettext("In Huma"), account.huma),
        _in_system(gettext("In Tripletex"), account.tripletex),
        *filter(None, left),
    )


def _in_system(system: str, written: Written) -> str:
    parts = []
    if written.values:
        parts.append(ngettext("%(num)s value changed", "%(num)s values changed", written.values))
    if written.added:
        parts.append(ngettext("%(num)s person added", "%(num)s people added", written.added))
    return f"{system}: {', '.join(parts) or gettext('no change')}."


def _skipped(account: RunReport) -> str:
    count = account.outcomes.get("skipped", 0)
    return (
        ""
        if not count
        else ngettext(
            "%(num)s person was left alone, because something changed meanwhile.",
            "%(num)s people were left alone, because something changed meanwhile.",
            count,
        )
    )


def _waiting(account: RunReport) -> str:
    count = account.outcomes.get("waiting", 0)
    return (
        ""
        if not count
        else ngettext(
            "%(num)s person is still waiting for Tripletex. It is sent by itself.",
            "%(num)s people are still waiting for Tripletex. They are sent by themselves.",
            count,
        )
    )


def _cancelled(account: RunReport) -> str:
    count = account.outcomes.get("cancelled", 0)
    return (
        ""
        if not count
        else ngettext(
            "%(num)s person was not begun, because the sync was stopped.",
            "%(num)s people were not begun, because the sync was stopped.",
            count,
        )
    )
