"""Why something was written, and which way: an edit in Huma, a sync, or an undo; one query for all lines of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import lazy_gettext
from huma_tripletex.models import OutboxEntry, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.web.formatting import recently
from huma_tripletex.web.rendering import to

TO_TRIPLETEX: Any = lazy_gettext("Huma to Tripletex")
TO_HUMA: Any = lazy_gettext("Tripletex to Huma")
BACK_IN_TRIPLETEX: Any = lazy_gettext("Put back in Tripletex")
BACK_IN_HUMA: Any = lazy_gettext("Put back in Huma")
"""An undo gives a system its own earlier value, which is not the other one's."""


@dataclass(frozen=True)
class Cause:
    """`words` in a few words; `url`: the page of the sync or undo, if it was one."""

    words: str
    url: str = ""


def runs_of(runtime: Runtime, run_ids: Iterable[int | None]) -> Mapping[int, SyncRun]:
    """The runs with these ids."""
    wanted = sorted({one for one in run_ids if one is not None})
    if not wanted:
        return {}
    return {run.id: run for run in runtime.session.scalars(select(SyncRun).where(SyncRun.id.in_(wanted)))}


def of_entry(entry: OutboxEntry, runs: Mapping[int, SyncRun]) -> Cause:
    """What made an entry. A run that is gone is still a run."""
    if entry.run_id is not None:
        run = runs.get(entry.run_id)
        return of_run(run) if run else Cause(_("Sync"))
    return Cause(_("Added in Huma") if entry.kind == "added" else _("Edited in Huma"))


def of_run(run: SyncRun) -> Cause:
    """`Sync, today 09:14`."""
    when = recently(run.approved_at)
    words = _("Undo, %(when)s", when=when) if run.undoes else _("Sync, %(when)s", when=when)
    return Cause(words, to("run", run_id=run.id))
