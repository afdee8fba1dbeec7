"""One difference as a person sees it: what stands in Huma and in Tripletex, and what each choice does to either."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.gateway.still_different import depends
from huma_tripletex.i18n import lazy_gettext as _
from huma_tripletex.models import Conflict
from huma_tripletex.models.plan import CHOICES
from huma_tripletex.web import consequences, formatting
from huma_tripletex.web.consequences import OTHER, Consequence

GOES_TO = {"huma": _("goes to Huma"), "tripletex": _("goes to Tripletex")}
STAYS, STAYS_EMPTY = _("stays"), _("stays empty")
REPLACED, FILLED, CLEARED = _("will be replaced"), _("will be filled in"), _("will be cleared")

Effect = tuple[str, Any, str]
"""When it holds (the choice), the words, and a class of the stylesheet."""


@dataclass(frozen=True)
class Side:
    """One system's value. `text` is what may be seen of it, `other` what it is compared with letter by letter. `may`:
    it can be taken; of nothing it cannot, which is another choice.
    """

    system: str
    text: str = attribute(repr=False)
    other: str = attribute(repr=False)
    sensitive: bool
    revealed: bool
    may: bool
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class Row:
    """One difference of one person."""

    id: int
    field: str
    name: str = attribute(repr=False)
    choice: str | None
    changed_by: str
    locked: str
    huma: Side
    tripletex: Side
    item_id: int
    consequences: tuple[Consequence, ...]
    end_reason: str = attribute(default="", repr=False)

    @property
    def clearing(self) -> str:
        """The choice that leaves nothing in either system; "": there is none."""
        return next((one.choice for one in self.consequences if one.clears), "")

    def ends(self, choice: str) -> bool:
        """Whether it ends an employment to take this side's value."""
        return any(one.choice == choice and not one.clears for one in self.consequences)


def row(conflict: Conflict, name: str, values: dict[str, str | None], revealed: str = "", end_reason: str = "") -> Row:
    """`values` by system; `revealed`: the one system whose value is shown though it is sensitive. `end_reason`: what
    Tripletex is told if a last workday goes there.
    """
    may = tuple(conflict.only) or CHOICES
    found = (consequences.of(conflict.field, name, values, choice) for choice in consequences.SYSTEMS if choice in may)
    return Row(
        id=conflict.id,
        field=conflict.field,
        name=name,
        choice=conflict.choice,
        changed_by=conflict.changed_by,
        locked=conflict.locked or depends(conflict.needs, conflict.excludes),
        huma=_side("huma", conflict.field, values, may, revealed),
        tripletex=_side("tripletex", conflict.field, values, may, revealed),
        item_id=conflict.item_id,
        consequences=tuple(one for one in found if one is not None),
        end_reason=end_reason,
    )


def _side(system: str, key: str, values: dict[str, str | None], may: tuple[str, ...], revealed: str) -> Side:
    other = OTHER[system]
    mine, theirs = values[system], values[other]
    alike = not BY_KEY[key].sensitive or not revealed
    return Side(
        system=system,
        text=formatting.value(key, mine) if revealed == system else formatting.masked(key, mine),
        other=formatting.masked(key, theirs) if alike else "",
        sensitive=BY_KEY[key].sensitive,
        revealed=revealed == system,
        may=system in may and mine is not None,
        effects=tuple(effect for effect in _effects(system, mine, theirs) if effect[0] in may),
    )


def _effects(system: str, mine: str | None, theirs: str | None) -> tuple[Effect, ...]:
    other = OTHER[system]
    fate: Effect = (other, FILLED, "")
    if mine is not None:
        fate = (other, REPLACED, "") if theirs is not None else (other, CLEARED, "tx-warn")
    own = GOES_TO[other] if mine is not None else STAYS_EMPTY
    return ((system, own, ""), fate, ("leave", STAYS if mine is not None else STAYS_EMPTY, ""))
