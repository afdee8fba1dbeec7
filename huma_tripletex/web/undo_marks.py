"""What undos and the syncs that they took back say of each other: on a run's page, and in the list of the last ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from huma_tripletex import syncing
from huma_tripletex.models import SyncRun
from huma_tripletex.runtime import Runtime


@dataclass(frozen=True)
class Mark:
    """`earlier`: the run that this one takes back; `undos`: those that took it back, the latest first; `back`: the
    positions of people of whom nothing is left to be put back.
    """

    earlier: SyncRun | None = None
    undos: tuple[SyncRun, ...] = ()
    back: frozenset[int] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left of it that could be put back, or will be when the undo has ended."""
        return any(undo.whole for undo in self.undos)


def of(runtime: Runtime, run: SyncRun) -> Mark:
    """Of one run, person by person."""
    mark = of_all(runtime, [run])[run.id]
    if not mark.undos:
        return mark
    back = (one.position for one in syncing.written(runtime, run) if one.back and not one.fields)
    return replace(mark, back=frozenset(back))


def is_back(runtime: Runtime, run: SyncRun, person_id: str) -> bool:
    """Whether nothing is left to be put back of what a run wrote of somebody."""
    return not any(one.fields for one in syncing.written(runtime, run, person_id))


def of_all(runtime: Runtime, runs: Sequence[SyncRun]) -> Mapping[int, Mark]:
    """By run; two statements."""
    undos = syncing.undos_of(runtime, [run.id for run in runs])
    earlier = {run.undoes for run in runs if run.undoes is not None}
    found = {run.id: run for run in runtime.session.scalars(select(SyncRun).where(SyncRun.id.in_(earlier)))}
    return {run.id: Mark(found.get(run.undoes or 0), tuple(undos.get(run.id, ()))) for run in runs}
