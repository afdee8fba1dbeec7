"""What was approved for one person: opened from the run's result, and from the plan it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import select

from huma_tripletex.core.people import HostPerson, TripletexEmployee
from huma_tripletex.errors import NotReadable
from huma_tripletex.models import Connection, PlanItem, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime

Before = str | None
After = str | None
Writes = dict[str, tuple[Before, After]]
Expected = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Approved:
    """Values before and after, by system and field. `agreed`: hashes of what both sides hold already; `expected`:
    hashes of both sides as they were approved, {field: (huma, tripletex)}. The email is for somebody to be added.
    `end_reasons`: before and after, where a last workday is written in Tripletex.
    """

    name: str = field(default="", repr=False)
    email: str | None = field(default=None, repr=False)
    huma: Writes = field(default_factory=dict, repr=False)
    tripletex: Writes = field(default_factory=dict, repr=False)
    agreed: dict[str, str] = field(default_factory=dict, repr=False)
    expected: Expected = field(default_factory=dict, repr=False)
    matched_by: str = ""
    end_reasons: tuple[str, str] = field(default=("", ""), repr=False)


@dataclass(frozen=True)
class Compared:
    """Both sides as the plan read them."""

    person: HostPerson | None = None
    employee: TripletexEmployee | None = None


@dataclass(frozen=True)
class Step:
    """One person's part of a run. `takes_back`: of a run that undoes another. `readable` False: the key is gone."""

    result: SyncResult
    approved: Approved = Approved()
    compared: Compared = Compared()
    takes_back: bool = False
    readable: bool = True

    @property
    def person_id(self) -> str:
        assert self.result.person_id is not None
        return self.result.person_id

    @property
    def employee(self) -> TripletexEmployee | None:
        """The employee that this person is, as the plan read them."""
        return self.compared.employee


_approved, _compared = msgspec.json.Decoder(Approved), msgspec.json.Decoder(Compared)


def steps(runtime: Runtime, run: SyncRun, connection: Connection, result_ids: Sequence[int]) -> list[Step]:
    """The parts with these ids in the order of their positions; one statement."""
    chosen = (
        select(SyncResult, PlanItem)
        .outerjoin(PlanItem, PlanItem.id == SyncResult.item_id)
        .where(SyncResult.id.in_(result_ids))
        .order_by(SyncResult.position)
    )
    return [_step(runtime, run, connection, result, item) for result, item in runtime.session.execute(chosen)]


def opened(runtime: Runtime, connection: Connection, result: SyncResult) -> Approved:
    """The sealed part of a result; nothing, if it was emptied since.

    Raises:
        NotReadable: the key is gone.
    """
    if result.sealed is None:
        return Approved()
    context = (connection.organisation_id, connection.id, "result", result.run_id, result.position)
    return _approved.decode(runtime.vault.open(result.sealed, *context))


def sealed(runtime: Runtime, connection: Connection, run_id: int, position: int, approved: Approved) -> bytes:
    """The opposite of `opened`."""
    context = (connection.organisation_id, connection.id, "result", run_id, position)
    return runtime.vault.seal(msgspec.json.encode(approved), *context)


def _step(runtime: Runtime, run: SyncRun, connection: Connection, result: SyncResult, item: PlanItem | None) -> Step:
    try:
        approved = opened(runtime, connection, result)
        compared = Compared()
        if item is not None and item.sealed is not None:
            context = (connection.organisation_id, connection.id, "plan_item", run.plan_id, item.position)
            compared = _compared.decode(runtime.vault.open(item.sealed, *context))
    except NotReadable:
        return Step(result, readable=False)
    return Step(result, approved, compared, takes_back=run.undoes is not None)
