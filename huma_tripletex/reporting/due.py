"""Which mail is due, and who sends it: a conditional update claims it, so that two workers never both send.

The claim ends after a while, so that a worker that dies over it does not keep the mail for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, or_, select, update

from huma_tripletex.models import SyncRun
from huma_tripletex.runtime import Runtime

log = logging.getLogger(__name__)

CLAIM: Final = timedelta(minutes=2)
"""Longer than any mail server is waited for."""
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, *(720,) * 5))
"""After each attempt that failed; when they are used up, which is nearly three days, the mail is undeliverable."""
AT_ONCE: Final = 20
"""So many mails are tried in one round, so that whatever else there is to do has its turn."""

Stop = Callable[[], bool]
"""Whether nothing should be begun any more."""


def never() -> bool:
    """For whoever is not told to stop."""
    return False


def due_mail(runtime: Runtime, now: datetime) -> list[int]:
    """Runs whose mail may be tried now, as many as are tried in one round."""
    return list(runtime.session.scalars(select(SyncRun.id).where(*_due(now)).order_by(SyncRun.id).limit(AT_ONCE)))


def claim(runtime: Runtime, run_id: int) -> bool:
    """Whether the mail is ours to send. Commits."""
    now = runtime.clock()
    claiming = update(SyncRun).where(SyncRun.id == run_id, *_due(now))
    claiming = claiming.values(mail_attempts=SyncRun.mail_attempts + 1, mail_not_before=now + CLAIM)
    result = runtime.session.execute(claiming.execution_options(synchronize_session=False))
    runtime.session.commit()
    return cast("CursorResult[Any]", result).rowcount == 1


def sent(runtime: Runtime, run: SyncRun) -> None:
    """Notes that the mail is out. Commits."""
    run.mail_state, run.mailed_at, run.mail_not_before = "sent", runtime.clock(), None
    runtime.session.commit()


def failed(runtime: Runtime, run: SyncRun) -> None:
    """Puts the mail off, or gives it up. Commits."""
    if run.mail_attempts > len(PAUSES):
        give_up(runtime, run)
        return
    run.mail_not_before = runtime.clock() + PAUSES[run.mail_attempts - 1]
    runtime.session.commit()


def is_over(run: SyncRun) -> bool:
    """Whether the attempt that was claimed is one too many: those before did not live to say that they failed."""
    return run.mail_attempts > len(PAUSES) + 1


def give_up(runtime: Runtime, run: SyncRun) -> None:
    """Nobody gets this mail; the run's page says the same. Commits."""
    log.error("the mail of run %s is given up", run.id)
    run.mail_state, run.mail_not_before = "undeliverable", None
    runtime.session.commit()


def _due(now: datetime) -> tuple[Any, ...]:
    return SyncRun.mail_state == "due", or_(SyncRun.mail_not_before.is_(None), SyncRun.mail_not_before <= now)
