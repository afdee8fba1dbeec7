"""How much of a run an undo would put back, in numbers, and what it cannot: the top of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from itertools import chain

from huma_tripletex.core.fields import KEYS
from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import ngettext
from huma_tripletex.syncing import Unsent, Written
from huma_tripletex.web import words
from huma_tripletex.web.formatting import number
from huma_tripletex.web.undo_rows import Person

NAMED = 10
"""So many people are named."""


@dataclass(frozen=True)
class System:
    """What would be put back in one system."""

    system: str
    values: int
    people: int


@dataclass(frozen=True)
class Stays:
    """One way in which something stays as it is: a sentence, and the first who are concerned."""

    sentence: str
    names: str = attribute(default="", repr=False)
    outcome: str = ""
    """Which of the run's people they are, for its page."""


@dataclass(frozen=True)
class Sums:
    """`fields`: how many people have what, for the filter."""

    systems: tuple[System, ...]
    people: int
    values: int
    fields: tuple[tuple[str, int], ...]
    stays: tuple[Stays, ...]


@dataclass(frozen=True)
class Chosen:
    """What is ticked on a page, which is what its button puts back."""

    systems: tuple[System, ...]
    people: int
    values: int

    @property
    def key(self) -> str:
        """What the page has said of it: a form whose ticks say something else has not been told yet."""
        return f"{self.values}-{self.people}"


def chosen(people: Sequence[Person]) -> Chosen:
    """Of the people of one page."""
    ticked = [(one, [value for value in one.open if one.single or value.ticked]) for one in people if one.ticked]
    huma = [len([value for value in values if value in one.huma]) for one, values in ticked]
    tripletex = [len([value for value in values if value in one.tripletex]) for one, values in ticked]
    return Chosen(
        systems=(
            System("huma", sum(huma), sum(map(bool, huma))),
            System("tripletex", sum(tripletex), sum(map(bool, tripletex))),
        ),
        people=sum(1 for _one, values in ticked if values),
        values=sum(huma) + sum(tripletex),
    )


def sums(all_of_them: Sequence[Written], scoped: Sequence[Written], unsent: Unsent, names: dict[int, str]) -> Sums:
    """`all_of_them`: with every field, for the filter; `scoped`: of the chosen one. `names` by position."""
    kept = [one for one in scoped if one.kept]
    huma, tripletex = [one.huma for one in kept if one.huma], [one.tripletex for one in kept if one.tripletex]
    counts = Counter(chain.from_iterable(one.fields for one in all_of_them if one.kept))
    return Sums(
        systems=(
            System("huma", sum(map(len, huma)), len(huma)),
            System("tripletex", sum(map(len, tripletex)), len(tripletex)),
        ),
        people=sum(1 for one in kept if one.fields),
        values=sum(len(one.fields) for one in kept),
        fields=tuple((key, counts[key]) for key in KEYS if counts[key]),
        stays=(*_stays(scoped, names), *_unsent(unsent, names)),
    )


def named(scoped: Iterable[Written], unsent: Unsent) -> list[int]:
    """Positions of those whose names are said."""
    people = list(scoped)
    added, stuck = [one for one in people if one.added], [one for one in people if one.stuck]
    positions = [one.position for one in (*added[:NAMED], *stuck[:NAMED])]
    return [*positions, *unsent.dropped[:NAMED], *unsent.going[:NAMED]]


def _stays(scoped: Sequence[Written], names: dict[int, str]) -> Iterable[Stays]:
    added, stuck = [one for one in scoped if one.added], [one for one in scoped if one.stuck]
    if added:
        yield Stays(
            ngettext(
                "%(num)s person was added by this sync and stays. Nobody is deleted.",
                "%(num)s people were added by this sync and stay. Nobody is deleted.",
                len(added),
            ),
            _listed([names.get(one.position, "") for one in added[:NAMED]], len(added)),
            "created",
        )
    if stuck:
        values = [
            _("%(field)s of %(name)s", field=words.label(key), name=names.get(one.position, ""))
            for one in stuck[:NAMED]
            for key in one.stuck
        ]
        yield Stays(
            ngettext(
                "%(num)s value stays in Tripletex: it cannot be empty there again, or an employment began with it.",
                "%(num)s values stay in Tripletex: they cannot be empty there again, or an employment began with them.",
                sum(len(one.stuck) for one in stuck),
            ),
            _listed(values, sum(len(one.stuck) for one in stuck)),
        )
    forgotten = sum(len(one.fields) for one in scoped if not one.kept)
    if forgotten:
        yield Stays(
            ngettext(
                "%(num)s earlier value is no longer kept, so what the sync wrote stays.",
                "%(num)s earlier values are no longer kept, so what the sync wrote stays.",
                forgotten,
            )
        )


def _unsent(unsent: Unsent, names: dict[int, str]) -> Iterable[Stays]:
    dropped, going = len(unsent.dropped), len(unsent.going)
    if dropped:
        yield Stays(
            ngettext(
                "Tripletex has not taken the change of %(num)s person. If everything is undone, it is not tried again.",
                "Tripletex has not taken the changes of %(num)s people. If everything is undone, they are not tried "
                "again.",
                dropped,
            ),
            _listed([names.get(position, "") for position in unsent.dropped[:NAMED]], dropped),
        )
    if going:
        yield Stays(
            ngettext(
                "The change of %(num)s person is on its way to Tripletex just now. Undo the rest when it is there.",
                "The changes of %(num)s people are on their way to Tripletex just now. Undo the rest when they are "
                "there.",
                going,
            ),
            _listed([names.get(position, "") for position in unsent.going[:NAMED]], going),
        )


def _listed(said: Sequence[str], whole: int) -> str:
    rest = whole - len(said)
    more = _("and %(count)s more", count=number(rest)) if rest > 0 else ""
    return ", ".join([*filter(None, said), *filter(None, [more])])
