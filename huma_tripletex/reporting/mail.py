"""One email per run to whoever pressed the button: counts in the subject, everybody who needs something by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from huma_tripletex.errors import NotReadable
from huma_tripletex.host.port import Email
from huma_tripletex.i18n import force_locale, gettext, ngettext
from huma_tripletex.models import Connection, SyncRun
from huma_tripletex.reporting import due, taken_back
from huma_tripletex.reporting.attempt import attempt, send
from huma_tripletex.reporting.differing import left_people
from huma_tripletex.reporting.differing_counts import Left, left_of
from huma_tripletex.reporting.done import done, still_different_by_name
from huma_tripletex.reporting.headline import headline
from huma_tripletex.reporting.letter import babel_locale, letter
from huma_tripletex.reporting.report import RunReport, report
from huma_tripletex.runtime import Runtime

NAMED = 50
"""So many people are named; the page has the rest."""
OSLO = ZoneInfo("Europe/Oslo")
WHEN = {"nb": "d. MMMM y HH:mm", "en": "d MMMM y HH:mm"}


def send_due_mail(runtime: Runtime, now: datetime, stop: due.Stop = due.never) -> int:
    """Sends some of what is due, until `stop` says so, and answers how many went out. Mail that cannot be sent never
    fails a run, nor keeps another one's. Commits.
    """
    return sum(_send(runtime, run_id) for run_id in due.due_mail(runtime, now) if not stop())


def _send(runtime: Runtime, run_id: int) -> bool:
    if not due.claim(runtime, run_id):
        return False
    run = runtime.session.get_one(SyncRun, run_id, populate_existing=True)
    if due.is_over(run) or not _is_readable(runtime, run):
        due.give_up(runtime, run)
        return False
    went_out = attempt(runtime, f"the mail of run {run_id}", lambda: send(runtime, compose(runtime, run)))
    run = runtime.session.get_one(SyncRun, run_id, populate_existing=True)
    if went_out:
        due.sent(runtime, run)
    else:
        due.failed(runtime, run)
    return bool(went_out)


def _is_readable(runtime: Runtime, run: SyncRun) -> bool:
    """Whether the address opens; otherwise no attempt will ever help."""
    try:
        return bool(_recipient(runtime, run))
    except NotReadable:
        return False


def _recipient(runtime: Runtime, run: SyncRun) -> str:
    connection = runtime.session.get_one(Connection, run.connection_id)
    assert run.sealed_recipient is not None
    context = (connection.organisation_id, connection.id, "recipient", run.id)
    return runtime.vault.open(run.sealed_recipient, *context).decode()


def compose(runtime: Runtime, run: SyncRun) -> Email:
    """The email of a run that has ended. Its key is the same every time it is made.

    Raises:
        NotReadable: the address is sealed with a key that is gone.
    """
    connection = runtime.session.get_one(Connection, run.connection_id)
    to = _recipient(runtime, run)
    with force_locale(babel_locale(run.locale)):
        account = report(runtime, run, needs_you=True, size=NAMED)
        counted = left_of(runtime, run)
        about = _about(runtime, run, connection, account, counted)
        return letter("run", to, _subject(run, account, counted), f"huma-tripletex-run-{connection.id}-{run.id}", about)


def _subject(run: SyncRun, account: RunReport, left: Left) -> str:
    said = taken_back.headline(account) if run.undoes else headline(account, left)
    return f"Tripletex: {said[:1].lower()}{said[1:]}"


@dataclass(frozen=True)
class About:
    """What the templates of the run's email are given."""

    run: SyncRun
    connection: Connection
    report: RunReport
    greeting: str
    what: str
    more: int
    done: tuple[str, ...]
    left: Left
    left_more: int
    still_different: tuple[tuple[str, str], ...]
    active: bool


def _about(runtime: Runtime, run: SyncRun, connection: Connection, account: RunReport, counted: Left) -> dict[str, Any]:
    shown = left_people(runtime, run, size=NAMED) if counted.told else []
    about = About(
        run=run,
        connection=connection,
        report=account,
        greeting=(run.pressed_by_name.split() or [""])[0],
        what=_what(runtime, run, connection, account),
        more=account.need_you - len(account.rows),
        done=taken_back.done(account) if run.undoes else done(account),
        left=counted,
        left_more=counted.told - len(shown),
        still_different=still_different_by_name(counted, shown),
        active=connection.is_active and not run.undoes,
    )
    return {"about": about}


def _what(runtime: Runtime, run: SyncRun, connection: Connection, account: RunReport) -> str:
    facts = {
        "organisation": runtime.host.organisation_name(connection.organisation_id),
        "company": connection.company_name,
        "when": _moment(run, run.approved_at),
        "took": _duration(account.took),
    }
    if run.undoes:
        earlier = _moment(run, runtime.session.get_one(SyncRun, run.undoes).approved_at)
        return gettext(
            "On %(when)s you undid the sync of %(earlier)s between %(organisation)s in Huma and %(company)s in "
            "Tripletex. It took %(took)s.",
            earlier=earlier,
            **facts,
        )
    return gettext(
        "You synced %(organisation)s in Huma with %(company)s in Tripletex on %(when)s. It took %(took)s.", **facts
    )


def _moment(run: SyncRun, moment: datetime) -> str:
    locale = babel_locale(run.locale)
    return format_datetime(moment.astimezone(OSLO), WHEN[locale[:2]], locale=locale)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return ngettext("%(num)s second", "%(num)s seconds", max(1, round(seconds)))
    return ngettext("%(num)s minute", "%(num)s minutes", round(seconds / 60))
