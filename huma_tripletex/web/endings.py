"""Last workdays before they are written: why an employment ends, whether that is what the settings say, and how many go
along when values are chosen for many at once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from huma_tripletex.core.employments import LAST
from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import ngettext
from huma_tripletex.models import Conflict, Connection, ConnectionOptions, SyncPlan
from huma_tripletex.planning.totals import EFFECTS
from huma_tripletex.planning.turn import allows, conflicts_of
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import words
from huma_tripletex.web.formatting import number

FILLS = {"missing_in_huma": "tripletex", "missing_in_tripletex": "huma"}
"""Where one side has nothing, every preference takes the other side's value."""


@dataclass(frozen=True)
class Along:
    """How many last workdays a preference writes in each system."""

    huma: int
    tripletex: int

    @property
    def people(self) -> int:
        return self.huma + self.tripletex


def usual(runtime: Runtime, plan: SyncPlan) -> str:
    """The reason that the settings of the connection say."""
    return ConnectionOptions.read(runtime.session.get_one(Connection, plan.connection_id).options).end_reason


def named(end_reason: str, usual_one: str) -> str:
    """A reason in words, and that nobody has chosen another than the settings say; "" for none."""
    known = words.END_REASONS.get(end_reason)
    if known is None:
        return ""
    return _("%(reason)s (as set for this connection)", reason=known) if end_reason == usual_one else str(known)


def told_along(runtime: Runtime, plan: SyncPlan) -> dict[str, str]:
    """By preference what it does to last workdays, for beside its button; of none nothing is said. One statement."""
    groups = (Conflict.kind, allows("huma").label("may_huma"), allows("tripletex").label("may_tripletex"))
    which = (*conflicts_of(plan), Conflict.field == LAST, Conflict.chosen.not_in(("remembered", "value")))
    rows = select(*groups, func.count()).where(*which).group_by(*groups)
    written: Counter[tuple[str, str]] = Counter()
    for kind, may_huma, may_tripletex, count in runtime.session.execute(rows):
        for preference in ("huma", "tripletex"):
            choice = FILLS.get(kind, preference)
            if may_huma if choice == "huma" else may_tripletex:
                written[preference, EFFECTS[choice, kind][0]] += count
    along = {one: Along(written[one, "huma"], written[one, "tripletex"]) for one in ("huma", "tripletex")}
    return {one: _said(one, sums) for one, sums in along.items() if sums.people}


def _said(preference: str, along: Along) -> str:
    facts = {"where": _where(along)}
    if preference == "huma":
        return ngettext(
            "With Huma’s values a last workday goes along for %(num)s person, which ends the employment (%(where)s).",
            "With Huma’s values a last workday goes along for %(num)s people, which ends the employment (%(where)s).",
            along.people,
            **facts,
        )
    return ngettext(
        "With Tripletex’s values a last workday goes along for %(num)s person, which ends the employment (%(where)s).",
        "With Tripletex’s values a last workday goes along for %(num)s people, which ends the employment (%(where)s).",
        along.people,
        **facts,
    )


def _where(along: Along) -> str:
    """In one system, or so many in each."""
    counts = {"tripletex": along.tripletex, "huma": along.huma}
    found = [(count, str(words.WHERE[system])) for system, count in counts.items() if count]
    return ", ".join(where if len(found) == 1 else f"{number(count)} {where}" for count, where in found)
