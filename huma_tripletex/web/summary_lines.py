"""The summary in sentences: what deserves a second look, what must be confirmed, and what is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from huma_tripletex.gateway.still_different import depends
from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import ngettext
from huma_tripletex.planning.notable import Notable, Notables
from huma_tripletex.planning.summary import LeftAlone
from huma_tripletex.web import consequences, endings, words
from huma_tripletex.web.formatting import number


@dataclass(frozen=True)
class Line:
    """One value: what happens, and what it means or which reason Tripletex is told."""

    title: str = attribute(repr=False)
    meaning: str = attribute(repr=False)
    field: str


@dataclass(frozen=True)
class Lines:
    """The first of them; `more`: so many are not named."""

    first: tuple[Line, ...]
    more: int


def cleared(found: Notables) -> Lines:
    """Values that will be in neither system."""
    return Lines(tuple(_cleared(one) for one in found.first), found.count - len(found.first))


def ending(found: Notables, usual: str) -> Lines:
    """Last workdays, with the reason that goes along; `usual`: the one of the settings."""
    return Lines(tuple(_ending(one, usual) for one in found.first), found.count - len(found.first))


def _cleared(one: Notable) -> Line:
    meaning = str(consequences.EMPTIED[one.field])
    return Line(consequences.cleared(one.field, one.name, one.system), meaning, one.field)


def _ending(one: Notable, usual: str) -> Line:
    title = consequences.ended(one.name, one.after, one.before, one.system)
    return Line(title, with_reason(one.end_reason, usual), one.field)


def with_reason(end_reason: str, usual: str) -> str:
    """What Tripletex is told along with a last workday; "" for none."""
    known = endings.named(end_reason, usual)
    return _("Reason told to Tripletex: %(reason)s.", reason=known) if known else ""


def beside(end_reason: str, usual: str) -> str:
    """The same, behind the last workday itself."""
    known = endings.named(end_reason, usual)
    return _("with the reason: %(reason)s", reason=known) if known else ""


def left(one: LeftAlone) -> str:
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
    if item.kind == "left_out":
        return words.sentence("left_out", name=one.name)
    if item.kind in ("matched", "uncertain"):
        how = _("not matched") if item.choice == "none" else _("not matched yet, decide later")
        return f"{one.name}: {how}."
    where = _("not added to Tripletex") if item.kind == "only_in_huma" else _("not added to Huma")
    return f"{one.name}: {where}."


def guard(one: dict[str, Any]) -> str:
    """What is large or odd, with its number."""
    people = one.get("people", 0)
    match one["guard"]:
        case "many_accounts":
            accounts = ngettext(
                "Salary will go to another account for %(num)s person.",
                "Salary will go to another account for %(num)s people.",
                people,
            )
            unsure = _("If you are unsure about a number, call the person; do not ask by email.")
            return " ".join(filter(None, (accounts, done_too(one), unsure)))
        case "same_account":
            sharers = ngettext(
                "%(num)s person would have the same bank account number as somebody else.",
                "%(num)s people would have the same bank account number as somebody else.",
                people,
            )
            return " ".join((sharers, _("Find out whose it is before you go on.")))
        case "share":
            share = ngettext(
                "A value of %(num)s person out of %(of)s is replaced or cleared.",
                "A value of %(num)s people out of %(of)s is replaced or cleared.",
                people,
                of=number(one.get("of", 0)),
            )
            return " ".join(filter(None, (share, done_too(one))))
    known = f"guard_{one['guard']}"
    linked = ngettext("Earlier syncs knew %(num)s person.", "Earlier syncs knew %(num)s people.", people)
    return f"{words.sentence(known)} {linked} {words.next_step(known)}"


def done_too(one: dict[str, Any]) -> str:
    """That the number is of more people than those who are left."""
    tried = _("Those you tried it on first are counted.") if one.get("tried") else ""
    earlier = ngettext(
        "%(num)s of them was changed by a sync of the last 24 hours.",
        "%(num)s of them were changed by syncs of the last 24 hours.",
        one.get("earlier", 0),
    )
    return " ".join(filter(None, (tried, earlier if one.get("earlier") else "")))
