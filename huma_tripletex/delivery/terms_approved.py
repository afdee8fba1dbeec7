"""With which settings somebody is delivered: those that their run was approved with, else the connection's own.

An approved plan is exactly what runs, also where the settings were changed before it was sent. What was refused goes by
the settings as they are once a human has tried it again: otherwise nobody could mend a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import select

from huma_tripletex.core.fields import EMPLOYMENT_KEYS
from huma_tripletex.delivery.terms import Terms
from huma_tripletex.models import ConnectionOptions, SyncRun
from huma_tripletex.models.among import Among
from huma_tripletex.outbox.claim import Claimed, Entry
from huma_tripletex.runtime import Runtime


def terms_by_run(runtime: Runtime, terms: Terms, claimed: Iterable[Claimed]) -> Callable[[Claimed], Terms]:
    """The terms of each of these people, by what is claimed of them. No statement unless a run says what they are."""
    runs = {run_id for one in claimed if (run_id := _approved_by(one)) is not None}
    found = {run_id: _with(terms, options) for run_id, options in _options(runtime, runs)} if runs else {}
    return lambda one: found.get(_approved_by(one) or 0, terms)


def _approved_by(person: Claimed) -> int | None:
    """The run whose settings hold: the last one that adds the person or names a workday, which may begin an employment,
    whatever was edited since. None: the connection's own hold.
    """
    placing = [one for one in person.entries if one.run_id and (one.kind == "create" or _names_workday(one))]
    return None if not placing or placing[-1].by_hand else placing[-1].run_id


def _names_workday(entry: Entry) -> bool:
    return not EMPLOYMENT_KEYS.isdisjoint(entry.fields)


def _options(runtime: Runtime, run_ids: Iterable[int]) -> Iterable[tuple[int, ConnectionOptions]]:
    chosen = select(SyncRun.id, SyncRun.options).where(Among(SyncRun.id, "runs"))
    for run_id, options in runtime.session.execute(chosen, {"runs": sorted(run_ids)}):
        yield run_id, ConnectionOptions.read(options)


def _with(terms: Terms, approved: ConnectionOptions) -> Terms:
    """Whom the option adds by itself is no run's."""
    return replace(terms, options=replace(approved, add_new_people=terms.options.add_new_people))
