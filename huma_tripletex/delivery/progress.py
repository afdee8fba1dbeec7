"""What an attempt has found out so far, kept apart from its steps so that an error halfway loses nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from huma_tripletex.core.doubt import LOOK
from huma_tripletex.core.employments import choose
from huma_tripletex.core.people import TripletexEmployee
from huma_tripletex.core.retry import Delivered, Later, NothingToDo, Outcome, Parked, Snoozed, outcome_of
from huma_tripletex.delivery.work import Known
from huma_tripletex.errors import NotSent, Refused, TripletexError, Unavailable


@dataclass
class Progress:
    """Outcomes by field, and what the link should remember.

    `known` None: nobody in Tripletex, as far as we know. `agreed` are fields in which both sides now hold Huma's value,
    `forgotten` those of which that is no longer known, `failing` those that `error` kept back. `absent`: a look has
    proven that an earlier create was not carried out. `facts`: what of the company was read anew.
    """

    known: Known | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    agreed: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    absent: bool = False
    starts_over: bool = False
    facts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    error: TripletexError | None = None
    request_id: str = ""
    sent_at: datetime | None = None

    def delivered(self, fields: Iterable[str], remark: str = "") -> None:
        """Tripletex answered that it now holds Huma's values; `remark`: what else somebody should know."""
        for key in fields:
            self.outcomes[key] = Delivered(remark)
            self.agreed.add(key)

    def remarked(self, key: str, remark: str) -> None:
        """Of something that was delivered, that it has left something behind."""
        if key in self.agreed:
            self.outcomes[key] = Delivered(remark)

    def equal_already(self, fields: Iterable[str]) -> None:
        """Tripletex was seen to hold Huma's values already."""
        for key in fields:
            self.outcomes[key] = NothingToDo()
            self.agreed.add(key)

    def left_alone(self, fields: Iterable[str], reason: str = "") -> None:
        """Nothing is to be sent."""
        for key in fields:
            self.outcomes[key] = NothingToDo(reason)

    def parked(self, fields: Iterable[str], reason: str) -> None:
        """A human is needed."""
        for key in fields:
            self.outcomes[key] = Parked(reason)

    @property
    def unsure(self) -> bool:
        """Whether something may have been written that nobody told us of."""
        return bool(self.forgotten)

    def failed(self, fields: Iterable[str], error: TripletexError, sent: Collection[str] | None = None) -> None:
        """A call did not end well: these fields did not get there, or we do not know. `sent`: its body's properties."""
        self.error = error
        self.request_id = error.request_id or self.request_id
        fields = tuple(fields)
        self.failing.update(fields)
        for key in fields:
            self.outcomes[key] = outcome_of(error, is_write(error), sent=sent)
        if may_be_done(error):
            self.forgotten.update(fields)

    def put_off(self, fields: Iterable[str], reason: str = "", seconds: float = 0) -> None:
        """Nothing came of these, and it was nobody's fault: it does not count as an attempt."""
        for key in fields:
            if not isinstance(self.outcomes.get(key), (Delivered, NothingToDo, Parked)):
                self.outcomes[key] = Snoozed(reason, seconds)

    def doubt(self, fields: Iterable[str], seconds: float) -> None:
        """What was seen of these says nothing yet: for so many seconds an earlier write may be carried out."""
        for key in fields:
            self.outcomes[key] = Snoozed("no_answer", min(seconds, LOOK))
            self.agreed.discard(key)

    def start_over(self, fields: Iterable[str]) -> None:
        """Somebody was faster: claimed and read anew, at once, and looked at before anything is sent."""
        self.starts_over = True
        self.put_off(fields)
        self.remember(employee_version=None, employment_version=None)

    def not_kept(self, fields: Iterable[str]) -> None:
        """Tripletex said yes, and its answer shows something else."""
        for key in fields:
            self.outcomes[key] = Later("different")
            self.forgotten.add(key)

    def internal(self, fields: Iterable[str], *, may_be_done: bool) -> None:
        """An error of our own."""
        left = set(fields) - set(self.outcomes)
        for key in left:
            self.outcomes[key] = Later("internal")
        if may_be_done:
            self.forgotten.update(left)

    def remember(self, **facts: int | None) -> None:
        """Newer versions and ids of what the link already knows."""
        assert self.known is not None
        self.known = replace(self.known, **facts)  # type: ignore[arg-type]


def is_write(error: TripletexError) -> bool:
    """Whether the call that failed was to change an employee or an employment; making a session is not."""
    return "/employee" in error.operation and not error.operation.startswith("GET")


def may_be_done(error: TripletexError) -> bool:
    """Whether what was to be written may have been written all the same."""
    if isinstance(error, NotSent) or not is_write(error):
        return False
    return not isinstance(error, Refused) or isinstance(error, Unavailable)


def known_of(employee: TripletexEmployee, agreed: Mapping[str, str]) -> Known:
    """What a link should remember of an employee that was read with employments."""
    chosen = choose(employee.employments)
    return Known(
        employee_id=employee.id,
        employee_version=employee.version,
        employment_id=chosen.id if chosen else None,
        employment_version=chosen.version if chosen else None,
        employment_count=len(employee.employments),
        agreed=agreed,
    )
