"""The summary as a page: every write before and after, what is left alone, and what must be confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as attribute

from werkzeug.datastructures import MultiDict

from huma_tripletex import planning, reporting
from huma_tripletex.core.employments import LAST
from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, SyncPlan
from huma_tripletex.planning.approval import FEW
from huma_tripletex.planning.refusals import NeedsConfirmation
from huma_tripletex.planning.summary import Named
from huma_tripletex.planning.writes import PersonWrites, Write
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import endings, joining, summary_lines
from huma_tripletex.web.consequences import OTHER
from huma_tripletex.web.formatting import masked, number
from huma_tripletex.web.glimpses import Glimpse
from huma_tripletex.web.token_form import FormError

SIZE = 25
"""People on a page."""


@dataclass(frozen=True)
class Change:
    """One value, as it may be seen; the hidden ones can be shown."""

    field: str
    before: str = attribute(repr=False)
    after: str = attribute(repr=False)
    hidden_before: Glimpse | None = None
    hidden_after: Glimpse | None = None
    told: str = attribute(default="", repr=False)
    """What Tripletex is told along with it."""


@dataclass(frozen=True)
class InSystem:
    """What happens to one person in one system."""

    added: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Person:
    """One person who is written to."""

    id: int
    name: str = attribute(repr=False)
    huma: InSystem
    tripletex: InSystem


@dataclass(frozen=True)
class System:
    """The sums of one system; `added_names` are the first of them, and `added_with` is what they get besides."""

    system: str
    replaced: int
    filled: int
    cleared: int
    added: int
    added_names: str
    added_with: str = ""


@dataclass(frozen=True)
class Page:
    """One page of the summary."""

    sides: tuple[System, ...]
    cleared: summary_lines.Lines
    ending: summary_lines.Lines
    people: tuple[Person, ...]
    can_try: bool
    changed_people: int
    linked: int
    undecided: int
    left: tuple[str, ...]
    still_different: tuple[str, ...]
    left_more: int
    guards: tuple[str, ...]
    guarded: str
    to_type: str
    page: int
    pages: int

    @property
    def in_sync(self) -> int:
        """Whom the progress of the sync counts."""
        return self.changed_people + self.linked


@dataclass(frozen=True)
class Approval:
    """What the form says. `revision`: of the summary that was seen."""

    typed: str
    revision: int | None

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Approval:
        return cls(form.get("confirm", ""), form.get("revision", type=int))


@dataclass(frozen=True)
class Form:
    """What was wrong with the last attempt to approve."""

    title: str = ""
    errors: tuple[FormError, ...] = ()


def form_of(needed: NeedsConfirmation | None) -> Form:
    if needed is None:
        return Form()
    sentence = _("Confirm by typing the number of people.")
    return Form(
        _("Nothing has been synced yet"),
        (FormError("confirm", sentence, _("This sync does something that deserves a second look.")),),
    )


def look(runtime: Runtime, plan: SyncPlan, page: int, needed: NeedsConfirmation | None = None) -> Page:
    """One page of the summary; `needed`: what of the whole plan must be confirmed, where that is known already."""
    found = planning.summary(runtime, plan, page, SIZE, tripped=needed.guards if needed else None)
    usual, connection = endings.usual(runtime, plan), runtime.session.get_one(Connection, plan.connection_id)
    people = tuple(_person(one, usual) for one in found.people)
    sums, different = found.totals, reporting.left_of_plan(runtime, plan)
    huma = (sums.huma_replaced, sums.huma_filled, sums.huma_cleared, sums.huma_added)
    tripletex = (sums.tripletex_replaced, sums.tripletex_filled, sums.tripletex_cleared, sums.tripletex_added)
    return Page(
        sides=(
            System("huma", *huma, _names(found.huma_added, sums.huma_added)),
            System(
                "tripletex",
                *tripletex,
                _names(found.tripletex_added, sums.tripletex_added),
                joining.told(runtime, connection),
            ),
        ),
        cleared=summary_lines.cleared(found.cleared),
        ending=summary_lines.ending(found.ending, usual),
        people=people,
        can_try=found.changed_people > FEW,
        changed_people=found.changed_people,
        linked=found.linked,
        undecided=sums.undecided,
        left=tuple(summary_lines.left(one) for one in found.left),
        still_different=reporting.still_different(different),
        left_more=different.lines - len(found.left),
        guards=tuple(summary_lines.guard(one) for one in found.guards),
        guarded=_names(found.guarded),
        to_type=found.to_type,
        page=found.page,
        pages=found.pages,
    )


def _person(one: PersonWrites, usual: str) -> Person:
    return Person(
        one.item_id,
        one.name,
        huma=InSystem(one.action == "add_to_huma", _changes(one, "huma", usual)),
        tripletex=InSystem(one.action == "add_to_tripletex", _changes(one, "tripletex", usual)),
    )


def _changes(person: PersonWrites, system: str, usual: str) -> tuple[Change, ...]:
    writes = person.huma if system == "huma" else person.tripletex
    return tuple(_change(person, system, one, usual) for one in writes)


def _change(person: PersonWrites, system: str, one: Write, usual: str) -> Change:
    """What a value becomes is what the other system has."""
    before, after = masked(one.field, one.before), masked(one.field, one.after)
    if not BY_KEY[one.field].sensitive:
        is_ending = (system, one.field) == ("tripletex", LAST)
        told = summary_lines.beside(person.end_reasons[1], usual) if is_ending else ""
        return Change(one.field, before, after, told=told)
    return Change(
        one.field,
        before,
        after,
        Glimpse(person.item_id, system, one.field, name=person.name, text=before) if before else None,
        Glimpse(person.item_id, OTHER[system], one.field, name=person.name, text=after) if after else None,
    )


def _names(found: Sequence[Named], whole: int = 0) -> str:
    """`whole`: how many there are, if only the first are named."""
    rest = whole - len(found)
    more = [_("and %(count)s more", count=number(rest))] if rest > 0 else []
    return ", ".join([*(one.name for one in found), *more])
