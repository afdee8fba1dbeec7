"""The people of an undo, with each value that the run wrote and the one that would be back, and why where it would not.

What is known to have been changed since is said; Tripletex is looked at when the undo runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute

from sqlalchemy import select

from huma_tripletex import reporting
from huma_tripletex.core.employments import LAST
from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.core.people import HostPerson
from huma_tripletex.errors import NotReadable
from huma_tripletex.gateway.left_out import never_synced
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing import Written
from huma_tripletex.syncing.approved import Approved, opened
from huma_tripletex.web import undo_since, words
from huma_tripletex.web.formatting import masked
from huma_tripletex.web.named import having
from huma_tripletex.web.undo_form import Ticked, name_of
from huma_tripletex.web.undo_glimpses import UndoGlimpse, hidden
from huma_tripletex.web.undo_since import Since


@dataclass(frozen=True)
class Change:
    """From the value that was written to the earlier one, as they may be seen; the hidden ones can be shown."""

    field: str
    before: str = attribute(repr=False)
    after: str = attribute(repr=False)
    hidden_before: UndoGlimpse | None = None
    hidden_after: UndoGlimpse | None = None


@dataclass(frozen=True)
class Value:
    """One value: `change` from the one that was written to the earlier one. `why`: it stays, and why; `note`: what goes
    along with it.
    """

    key: str
    change: Change
    why: str
    ticked: bool
    note: str = ""


@dataclass(frozen=True)
class Marks:
    """What a page comes with: `ticked` None: everything is, or, if `bare`, nothing; `seen`: the one value unmasked."""

    ticked: Ticked | None = None
    bare: bool = False
    seen: UndoGlimpse | None = None

    def person(self, person_id: str) -> bool:
        if self.ticked is None:
            return not self.bare
        single = any(value[0] == person_id for value in self.ticked.values)
        return single or person_id in self.ticked.people

    def value(self, person_id: str, key: str) -> bool:
        """The values of somebody who is not ticked are all ticked, for when they are."""
        if self.ticked is None or person_id not in self.ticked.people:
            return True
        return (person_id, key) in self.ticked.parts

    def glimpse(self, hidden: UndoGlimpse | None) -> UndoGlimpse | None:
        return self.seen if hidden and self.seen and self.seen.key == hidden.key else hidden


@dataclass(frozen=True)
class Person:
    """One person. `single`: their one value that can be put back; more have a box each. `why`: nothing can."""

    id: str
    name: str = attribute(repr=False)
    huma: tuple[Value, ...]
    tripletex: tuple[Value, ...]
    ticked: bool
    why: str = ""

    @property
    def open(self) -> tuple[Value, ...]:
        """What can be put back."""
        return () if self.why else tuple(one for one in (*self.huma, *self.tripletex) if not one.why)

    @property
    def single(self) -> str:
        return self.open[0].key if len(self.open) == 1 else ""


def names(runtime: Runtime, connection: Connection, run: SyncRun, positions: Sequence[int]) -> dict[int, str]:
    """Names by position, as they were then; "" where they are no longer kept."""
    return {position: was.name for position, was in _approved(runtime, connection, run, positions).items() if was}


def called(runtime: Runtime, connection: Connection, run: SyncRun, name: str) -> frozenset[int]:
    """The positions of those who have this in their name, as it was when the run was approved."""
    return reporting.called_in(runtime, connection, run, having(name))


def people(
    runtime: Runtime,
    connection: Connection,
    run: SyncRun,
    shown: Sequence[Written],
    marks: Marks,
) -> tuple[Person, ...]:
    """These people, each with what the run wrote in both systems."""
    was = _approved(runtime, connection, run, [one.position for one in shown])
    ids = [one.person_id for one in shown]
    now = undo_since.look(runtime, connection, ids)
    left_out = never_synced(runtime, connection.id, ids)
    made = []
    for one in shown:
        content = was.get(one.position)
        since = now[one.person_id]
        why = _why_not(one, content, since.person, left_out)
        made.append(_person(one, content or Approved(), since, why, marks))
    return tuple(made)


def _person(one: Written, was: Approved, since: Since, why: str, marks: Marks) -> Person:
    name = was.name or (since.person.name if since.person else "") or _("Person %(id)s", id=one.person_id)
    huma = tuple(_values(one, was, "huma", name, since, marks))
    tripletex = tuple(_values(one, was, "tripletex", name, since, marks))
    return Person(one.person_id, name, huma, tripletex, marks.person(one.person_id), words.sentence(why, name=name))


def _why_not(one: Written, was: Approved | None, now: HostPerson | None, left_out: set[str]) -> str:
    if now is None or not now.takes_part:
        return "left_huma"
    if one.person_id in left_out:
        return "never_sync"
    return "" if one.kept and was is not None else "values_forgotten"


def _values(one: Written, was: Approved, system: str, name: str, since: Since, marks: Marks) -> Iterator[Value]:
    writes, can = (was.huma, one.huma) if system == "huma" else (was.tripletex, one.tripletex)
    for key, (earlier, ours) in writes.items():
        if key not in (*can, *one.stuck, *one.back, *one.changed):
            continue
        why = _why_stays(one, key, can, name) or since.why_stays(system, key, earlier, ours)
        yield Value(
            name_of(one.person_id, key),
            _change(one, system, key, name, ours, earlier, marks),
            why,
            marks.value(one.person_id, key),
            "" if why or system == "huma" or key != LAST else _reason_for_leaving(was, earlier),
        )


def _reason_for_leaving(was: Approved, earlier: str | None) -> str:
    """What becomes of it in Tripletex when the last workday goes back."""
    reason = words.END_REASONS.get(was.end_reasons[0], "") if earlier else ""
    if reason:
        return _("with the reason: %(reason)s", reason=reason)
    return _("The reason for leaving goes along with it, if Tripletex lets go of it.")


def _why_stays(one: Written, key: str, can: Sequence[str], name: str) -> str:
    if key in can:
        return ""
    if key in one.stuck:
        return words.sentence("cannot_go_back", name=name, fields=[key])
    if key in one.changed:
        return str(_("An undo has found another value in Tripletex, so it stays."))
    return str(_("Put back already."))


def _change(
    one: Written, system: str, key: str, name: str, ours: str | None, earlier: str | None, marks: Marks
) -> Change:
    before, after = masked(key, ours), masked(key, earlier)
    if not BY_KEY[key].sensitive:
        return Change(key, before, after)
    return Change(
        key,
        before,
        after,
        marks.glimpse(hidden(one.position, system, key, "ours", name, before)),
        marks.glimpse(hidden(one.position, system, key, "earlier", name, after)),
    )


def _approved(
    runtime: Runtime, connection: Connection, run: SyncRun, positions: Sequence[int]
) -> Mapping[int, Approved | None]:
    """What was approved for them, by position; None: it cannot be read any more."""
    if not positions:
        return {}
    chosen = select(SyncResult).where(SyncResult.run_id == run.id, SyncResult.position.in_(positions))
    found: dict[int, Approved | None] = {}
    for result in runtime.session.scalars(chosen):
        try:
            found[result.position] = opened(runtime, connection, result) if result.sealed is not None else None
        except NotReadable:
            found[result.position] = None
    return found
