"""The summary as a page: every write before and after, what is left alone, and what must be confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from werkzeug.datastructures import MultiDict

from huma_tripletex import planning
from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.gateway.still_different import depends
from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import ngettext
from huma_tripletex.models import SyncPlan
from huma_tripletex.planning.refusals import NeedsConfirmation
from huma_tripletex.planning.summary import LeftAlone, Named
from huma_tripletex.planning.writes import PersonWrites, Write
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import words
from huma_tripletex.web.formatting import masked, number
from huma_tripletex.web.glimpses import Glimpse
from huma_tripletex.web.sides import OTHER
from huma_tripletex.web.token_form import FormError

SIZE, TO_TRY = 40, 10
"""So many people are on a page, and so many are offered to try it on first."""


@dataclass(frozen=True)
class Change:
    """One value, as it may be seen; the hidden ones can be shown."""

    field: str
    before: str = attribute(repr=False)
    after: str = attribute(repr=False)
    hidden_before: Glimpse | None = None
    hidden_after: Glimpse | None = None


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
    """The sums of one system; `cleared_names` and `added_names` are the first of them."""

    system: str
    replaced: int
    filled: int
    cleared: int
    added: int
    cleared_names: str
    added_names: str


@dataclass(frozen=True)
class Page:
    """One page of the summary."""

    sides: tuple[System, ...]
    people: tuple[Person, ...]
    to_try: tuple[Person, ...]
    changed_people: int
    undecided: int
    left: tuple[str, ...]
    guards: tuple[str, ...]
    guarded: str
    to_type: str
    page: int
    pages: int


@dataclass(frozen=True)
class Approval:
    """What the form says. `revision`: of the summary that was seen; `only`: items of people to try it on first."""

    typed: str
    revision: int | None
    only: tuple[int, ...] | None

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Approval:
        first = tuple(int(one) for one in form.getlist("first") if one.isdigit())
        return cls(form.get("confirm", ""), form.get("revision", type=int), first if "try" in form else None)


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


def look(runtime: Runtime, plan: SyncPlan, page: int) -> Page:
    found = planning.summary(runtime, plan, page, SIZE)
    people = tuple(_person(one) for one in found.people)
    sums = found.totals
    huma = (sums.huma_replaced, sums.huma_filled, sums.huma_cleared, sums.huma_added)
    tripletex = (sums.tripletex_replaced, sums.tripletex_filled, sums.tripletex_cleared, sums.tripletex_added)
    return Page(
        sides=(
            System("huma", *huma, _cleared(found.huma_cleared), _names(found.huma_added)),
            System("tripletex", *tripletex, _cleared(found.tripletex_cleared), _names(found.tripletex_added)),
        ),
        people=people,
        to_try=people[:TO_TRY] if found.changed_people > 3 and found.page == 1 else (),
        changed_people=found.changed_people,
        undecided=sums.undecided,
        left=tuple(_left(one) for one in found.left),
        guards=tuple(_guard(one) for one in found.guards),
        guarded=_names(found.guarded),
        to_type=found.to_type,
        page=found.page,
        pages=found.pages,
    )


def _person(one: PersonWrites) -> Person:
    return Person(
        one.item_id,
        one.name,
        huma=InSystem(one.action == "add_to_huma", _changes(one, "huma")),
        tripletex=InSystem(one.action == "add_to_tripletex", _changes(one, "tripletex")),
    )


def _changes(person: PersonWrites, system: str) -> tuple[Change, ...]:
    return tuple(_change(person, system, one) for one in (person.huma if system == "huma" else person.tripletex))


def _change(person: PersonWrites, system: str, one: Write) -> Change:
    """What a value becomes is what the other system has."""
    before, after = masked(one.field, one.before), masked(one.field, one.after)
    if not BY_KEY[one.field].sensitive:
        return Change(one.field, before, after)
    return Change(
        one.field,
        before,
        after,
        Glimpse(person.item_id, system, one.field, name=person.name, text=before) if before else None,
        Glimpse(person.item_id, OTHER[system], one.field, name=person.name, text=after) if after else None,
    )


def _names(found: Iterable[Named]) -> str:
    return ", ".join(one.name for one in found)


def _cleared(found: Iterable[Named]) -> str:
    return ", ".join(_("%(field)s of %(name)s", field=words.label(one.field), name=one.name) for one in found)


def _left(one: LeftAlone) -> str:
    """One line about somebody to whom nothing is done, and why."""
    if one.row is not None:
        conflict = one.row.conflict
        if conflict.choice is None and (reason := conflict.locked or depends(conflict.needs, conflict.excludes)):
            return f"{one.name}: {words.sentence(reason, name=one.name, fields=[one.row.field])}"
        why = _("you chose to leave both") if conflict.choice == "leave" else _("not chosen yet, asked again next time")
        return f"{one.name}: {words.label(one.row.field).lower()}, {why}."
    item = one.item
    if item.blocked:
        return (
            f"{one.name}: {words.sentence(item.blocked[0]['reason'], name=one.name, fields=[item.blocked[0]['field']])}"
        )
    if item.kind == "uncertain":
        return f"{one.name}: {_('not matched') if item.choice == 'none' else _('not matched yet, decide later')}."
    where = _("not added to Tripletex") if item.kind == "only_in_huma" else _("not added to Huma")
    return f"{one.name}: {where}."


def _guard(one: dict[str, Any]) -> str:
    """What is large or odd, with its number."""
    people = one.get("people", 0)
    match one["guard"]:
        case "many_accounts":
            accounts = ngettext(
                "Salary will go to another account for %(num)s person.",
                "Salary will go to another account for %(num)s people.",
                people,
            )
            return f"{accounts} {_('If you are unsure about a number, call the person; do not ask by email.')}"
        case "same_account":
            sharers = ngettext(
                "%(num)s person would have the same bank account number as somebody else.",
                "%(num)s people would have the same bank account number as somebody else.",
                people,
            )
            return f"{sharers} {_('Find out whose it is before you go on.')}"
        case "share":
            return ngettext(
                "A value of %(num)s person out of %(of)s is replaced or cleared.",
                "A value of %(num)s people out of %(of)s is replaced or cleared.",
                people,
                of=number(one.get("of", 0)),
            )
    known = f"guard_{one['guard']}"
    linked = ngettext("Earlier syncs knew %(num)s person.", "Earlier syncs knew %(num)s people.", people)
    return f"{words.sentence(known)} {linked} {words.next_step(known)}"
