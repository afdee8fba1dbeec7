"""What an attempt is given, frozen: all it needs is read before, so that its thread never touches the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from huma_tripletex.core.people import Values
from huma_tripletex.delivery.terms import Terms
from huma_tripletex.gateway.agreement import HashOf

Approved = Mapping[str, tuple[str, str]]
"""Of a run: per field the hashes of Huma's and of Tripletex's value as they were when the plan was approved."""


@dataclass(frozen=True)
class Known:
    """What the link remembers of the employee; versions are Tripletex's, None: not known."""

    employee_id: int
    employee_version: int | None = None
    employment_id: int | None = None
    employment_version: int | None = None
    employment_count: int | None = None
    """None: one more may have been begun."""
    agreed: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Work:
    """One person to be delivered."""

    person_id: str
    values: Values = field(repr=False)
    """Canonical, and Huma's, but where a value is put back."""
    email: str | None = field(repr=False)
    fields: frozenset[str]
    """Those that entries name."""
    terms: Terms = field(repr=False)
    hash_of: HashOf = field(repr=False)
    approved: Approved = field(default_factory=dict, repr=False)
    compared: frozenset[int | None] = frozenset()
    """The employee's versions that runs were approved with, None for one that is not known."""
    known: Known | None = None
    """None: nobody in Tripletex, as far as we know."""
    unsure: bool = False
    """An earlier attempt's answer was lost, so the agreement proves nothing."""
    doubt_until: datetime | None = None
    """Until when a write whose answer was lost may still be carried out."""
    creates: bool = False
    """May be created in Tripletex."""
    unasked: bool = False
    """Is created by the option, or long after a run was approved to, so nobody has been asked whether somebody in
    Tripletex is the same person.
    """
    tried: Mapping[str, str] | None = field(default=None, repr=False)
    """The hashes of what an earlier create sent, so look whether it was carried out."""
    taken: frozenset[int] = frozenset()
    """Employees that are somebody else's."""
    restores: frozenset[str] = frozenset()
    """Fields whose value is an earlier one that is put back, and not Huma's, so that both sides do not agree on it."""
    approved_reason: str = field(default="", repr=False)
    """Why a run was approved to end the employment; "": no run says."""
    looks: frozenset[str] = frozenset()
    """Fields that are looked at and not sent, for what named them was taken back."""

    @property
    def end_reason(self) -> str:
        """What Tripletex is told along with a last workday."""
        return self.approved_reason or self.terms.options.end_reason

    def seconds_in_doubt(self, now: datetime) -> float:
        """How long an earlier write may still be carried out."""
        return max(0.0, (self.doubt_until - now).total_seconds()) if self.doubt_until else 0.0

    def is_agreed(self, key: str) -> bool:
        """Whether Huma's value is the one that both sides last held."""
        agreed = self.known.agreed.get(key) if self.known else None
        return agreed is not None and agreed == self.hash_of(key, self.values.get(key))

    def is_as_approved(self, key: str) -> bool:
        """Whether a run was approved with the value that Huma has now."""
        return key in self.approved and self.approved[key][0] == self.hash_of(key, self.values.get(key))

    def is_as_compared(self, version: int | None) -> bool:
        """Whether every run saw this version of the employee: a newer one may hold what nobody who approved has seen,
        also when it is our own of a change that was sent in between.
        """
        return self.compared == {version}
