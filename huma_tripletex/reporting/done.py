"""What a run did and what it left, in a few sentences of the current language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from huma_tripletex.i18n import gettext, ngettext
from huma_tripletex.reporting.counting import Written
from huma_tripletex.reporting.differing import LeftPerson
from huma_tripletex.reporting.differing_counts import Left
from huma_tripletex.reporting.report import RunReport
from huma_tripletex.reporting.sentences import field_names

Said = Callable[[int], str]
"""From a number to its sentence."""

NOT_DONE: Final[Mapping[str, Said]] = {
    "skipped": lambda count: ngettext(
        "%(num)s person was left alone, because something changed meanwhile.",
        "%(num)s people were left alone, because something changed meanwhile.",
        count,
    ),
    "dismissed": lambda count: ngettext(
        "%(num)s person is as before in Tripletex: the change was dismissed.",
        "%(num)s people are as before in Tripletex: the changes were dismissed.",
        count,
    ),
    "undone": lambda count: ngettext(
        "%(num)s person is as before in Tripletex: the sync was undone before it had taken the change.",
        "%(num)s people are as before in Tripletex: the sync was undone before it had taken the changes.",
        count,
    ),
    "stopped_in_part": lambda count: ngettext(
        "%(num)s person was synced in part, because the sync was stopped. Press Sync users to do the rest.",
        "%(num)s people were synced in part, because the sync was stopped. Press Sync users to do the rest.",
        count,
    ),
    "in_part": lambda count: ngettext(
        "%(num)s person was synced in part: something else of theirs changed meanwhile and was left alone.",
        "%(num)s people were synced in part: something else of theirs changed meanwhile and was left alone.",
        count,
    ),
    "waiting": lambda count: ngettext(
        "%(num)s person is still waiting for Tripletex. This is finished by itself.",
        "%(num)s people are still waiting for Tripletex. This is finished by itself.",
        count,
    ),
    "cancelled": lambda count: ngettext(
        "%(num)s person was not begun, because the sync was stopped. Press Sync users to do the rest.",
        "%(num)s people were not begun, because the sync was stopped. Press Sync users to do the rest.",
        count,
    ),
}
"""By outcome; of whoever was left alone by how much, and by the reason where it is an administrator's."""
SET_ASIDE: Final = ("dismissed", "undone", "stopped_in_part")

STILL_DIFFERENT: Final[Mapping[str, Said]] = {
    "chosen": lambda count: ngettext(
        "%(num)s value is left different on purpose.", "%(num)s values are left different on purpose.", count
    ),
    "not_chosen": lambda count: ngettext(
        "%(num)s value differs, and nobody has chosen which one is right.",
        "%(num)s values differ, and nobody has chosen which ones are right.",
        count,
    ),
    "impossible": lambda count: ngettext(
        "%(num)s value differs, and something is in the way of writing it.",
        "%(num)s values differ, and something is in the way of writing them.",
        count,
    ),
    "not_added": lambda count: ngettext(
        "%(num)s person is in one system only, and is not added to the other.",
        "%(num)s people are in one system only, and are not added to the other.",
        count,
    ),
    "cannot_be_added": lambda count: ngettext(
        "%(num)s person is in one system only, and cannot be added to the other as they are.",
        "%(num)s people are in one system only, and cannot be added to the other as they are.",
        count,
    ),
    "unsettled": lambda count: ngettext(
        "%(num)s person is not matched with anybody.", "%(num)s people are not matched with anybody.", count
    ),
    "left_out": lambda count: ngettext(
        "%(num)s person is left out of every sync.", "%(num)s people are left out of every sync.", count
    ),
}
"""By the number of `Left`."""


def done(account: RunReport) -> tuple[str, ...]:
    """One sentence per system, and one for each way in which people were not done."""
    return (
        _in_system(gettext("In Huma"), account.huma),
        _in_system(gettext("In Tripletex"), account.tripletex),
        *not_done(account),
    )


def not_done(account: RunReport) -> tuple[str, ...]:
    """One sentence for each way in which people were approved and not done."""
    whole, part = dict(account.left_alone), dict(account.partly)
    set_aside = {why: whole.pop(why, 0) + part.pop(why, 0) for why in SET_ASIDE}
    counts = {**account.outcomes, "skipped": sum(whole.values()), "in_part": sum(part.values()), **set_aside}
    return tuple(_said(NOT_DONE, counts))


def still_different(left: Left) -> tuple[str, ...]:
    """One sentence for each way in which the systems still differ."""
    return tuple(_said(STILL_DIFFERENT, {name: getattr(left, name) for name in STILL_DIFFERENT}))


def still_different_by_name(left: Left, people: Sequence[LeftPerson]) -> tuple[tuple[str, str], ...]:
    """The same sentences, each with those of these people whom it is about: `Nils Dahl (phone number), Siri Lie`. Of
    whoever cannot be added it is said why.
    """
    named: dict[str, list[str]] = defaultdict(list)
    for one in people:
        for way in dict.fromkeys(why.way for why in one.whys):
            named[way].append(_named(one, way))
    ways = [name for name in STILL_DIFFERENT if getattr(left, name)]
    between = {"cannot_be_added": " "}
    people_of = (between.get(way, ", ").join(named[way]) for way in ways)
    return tuple(zip(still_different(left), people_of, strict=True))


def _named(one: LeftPerson, way: str) -> str:
    whys = [why for why in one.whys if why.way == way]
    if way == "cannot_be_added":
        return " ".join(why.sentence for why in whys)
    fields = field_names(key for why in whys for key in why.fields)
    return f"{one.name} ({fields})" if fields else one.name


def _said(words: Mapping[str, Said], counts: Mapping[str, int]) -> Iterator[str]:
    return (say(counts[name]) for name, say in words.items() if counts.get(name))


def _in_system(system: str, written: Written) -> str:
    parts = []
    if written.values:
        parts.append(ngettext("%(num)s value changed", "%(num)s values changed", written.values))
    if written.added:
        parts.append(ngettext("%(num)s person added", "%(num)s people added", written.added))
    return f"{system}: {', '.join(parts) or gettext('no change')}."
