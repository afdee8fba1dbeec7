"""The comparison of one person with one employee: two-way for what differs, three-way for who changed it.

The third side is the agreement: keyed hashes of what both last held. Only where both
sides changed is it a real conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as field_of
from typing import Final, Literal

from huma_tripletex.core.fields import BY_KEY, KEYS
from huma_tripletex.core.normalise import normalise, problem
from huma_tripletex.core.people import HostPerson, TripletexEmployee

Kind = Literal["conflict", "missing_in_huma", "missing_in_tripletex"]
Side = Literal["huma", "tripletex"]
ChangedBy = Literal["", "huma", "tripletex", "both"]
CHOICES: Final = ("huma", "tripletex", "leave")


@dataclass(frozen=True)
class Difference:
    """One field in which both sides differ in meaning.

    `huma` and `tripletex` are as each system holds them. `changed_by`: who changed since the agreement; "": nothing was
    agreed. `preselect`: the sensible choice, never one that clears a value. `only`: the choices that can be carried
    out; `locked`: why one is missing, a key of `core.reasons`. The hashes are those of the canonical values.
    """

    field: str
    kind: Kind
    huma: str | None = field_of(repr=False)
    tripletex: str | None = field_of(repr=False)
    changed_by: ChangedBy = ""
    preselect: Side | None = None
    only: tuple[str, ...] = CHOICES
    locked: str = ""
    hash_huma: str = field_of(default="", repr=False)
    hash_tripletex: str = field_of(default="", repr=False)


def differences(
    person: HostPerson,
    employee: TripletexEmployee,
    agreed: Mapping[str, str],
    hash_of: Callable[[str, str | None], str],
    locked: Mapping[str, str] | None = None,
) -> tuple[Difference, ...]:
    """The fields in which they differ, in the catalogue's order.

    `agreed` has a hash per field that was agreed on, made by `hash_of(key, canonical value)`. `locked`: fields that
    Tripletex is known not to take from us, with the reason.
    """
    found = []
    for key in KEYS:
        raw = person.values.get(key), employee.values.get(key)
        huma, tripletex = normalise(key, raw[0]), normalise(key, raw[1])
        if huma == tripletex or key in employee.unseen:
            continue
        hashes = hash_of(key, huma), hash_of(key, tripletex)
        who = changed_by(agreed.get(key), *hashes)
        only, why = possible(key, huma, tripletex, (locked or {}).get(key, ""))
        best = preselected(huma, tripletex, who)
        best = best if best in only else None
        found.append(Difference(key, kind_of(huma, tripletex), *raw, who, best, only, why, *hashes))
    return tuple(found)


def kind_of(huma: str | None, tripletex: str | None) -> Kind:
    """Two-way: which side has nothing, or that both have something else."""
    if huma is None:
        return "missing_in_huma"
    return "missing_in_tripletex" if tripletex is None else "conflict"


def changed_by(agreed: str | None, huma: str, tripletex: str) -> ChangedBy:
    """Three-way, by hashes that differ from each other: who no longer holds what was agreed on."""
    if agreed is None:
        return ""
    if huma == agreed:
        return "tripletex"
    return "huma" if tripletex == agreed else "both"


def preselected(huma: str | None, tripletex: str | None, who: ChangedBy) -> Side | None:
    """The side that changed; where nothing was agreed, the side that has a value. Clearing is never preselected."""
    if who in ("huma", "tripletex"):
        side: Side = "huma" if who == "huma" else "tripletex"
        value = huma if who == "huma" else tripletex
        return side if value is not None else None
    if who == "both" or (huma is not None and tripletex is not None):
        return None
    return "huma" if tripletex is None else "tripletex"


def possible(key: str, huma: str | None, tripletex: str | None, locked: str = "") -> tuple[tuple[str, ...], str]:
    """The choices that can be carried out for these canonical values, and why another one cannot."""
    to_tripletex = locked or problem(key, huma) or ""
    to_huma = _problem_in_huma(key, tripletex)
    only = tuple(
        choice
        for choice in CHOICES
        if not (choice == "huma" and to_tripletex) and not (choice == "tripletex" and to_huma)
    )
    return only, to_tripletex or to_huma


def _problem_in_huma(key: str, value: str | None) -> str:
    """Huma takes any text, but nobody there is without a name, and a date is a date."""
    kind = BY_KEY[key].kind
    if kind == "name" and value is None:
        return "name_empty"
    return "date_invalid" if kind == "date" and value is not None and problem(key, value) else ""
