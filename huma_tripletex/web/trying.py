"""Trying a plan on a few first, as a part of the summary: they are found by name, and stay chosen while others are."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute

from werkzeug.datastructures import MultiDict

from huma_tripletex.models import SyncPlan
from huma_tripletex.planning.approval import FEW
from huma_tripletex.planning.refusals import NeedsConfirmation
from huma_tripletex.planning.trying import Tryable, tryable
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import summary_lines, words

SHOWN = 10
"""So many are shown to choose from; the others are found by their names."""


@dataclass(frozen=True)
class TryForm:
    """What the form says. `first`: items of people, as ticked; `finds`: a name is looked for."""

    name: str = attribute(default="", repr=False)
    first: tuple[int, ...] = ()
    finds: bool = False
    tries: bool = False

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> TryForm:
        first = tuple(int(one) for one in form.getlist("first") if one.isdigit())
        name = " ".join(form.get("find-name", "").split())[:100]
        return cls(name, first, "find" in form, "try" in form)

    @property
    def is_few(self) -> bool:
        return 0 < len(self.first) <= FEW


@dataclass(frozen=True)
class Trying:
    """`chosen` are ticked, `found` are not. `guards`: what is to be confirmed by typing `to_type` for these few."""

    name: str = attribute(repr=False)
    chosen: tuple[Tryable, ...]
    found: tuple[Tryable, ...]
    more: bool
    begun: bool
    error: str = ""
    guards: tuple[str, ...] = ()
    to_type: str = ""


def look(runtime: Runtime, plan: SyncPlan, form: TryForm, needed: NeedsConfirmation | None = None) -> Trying:
    """`needed`: why the few that were chosen are not tried yet."""
    found = tryable(runtime, plan, name=form.name, most=SHOWN + 1 + len(form.first))
    chosen = tryable(runtime, plan, among=form.first, most=SHOWN) if form.first else ()
    others = tuple(one for one in found if one not in chosen)
    return Trying(
        name=form.name,
        chosen=chosen,
        found=others[:SHOWN],
        more=len(others) > SHOWN,
        begun=form != TryForm(),
        error=words.sentence("few_people") if form.tries and not form.is_few else "",
        guards=tuple(summary_lines.guard(one) for one in needed.guards) if needed else (),
        to_type=needed.to_type if needed else "",
    )
