"""From outcomes by field to the settlement of one entry: the field that most needs attention decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.rejections import fields_named
from huma_tripletex.core.retry import Delivered, Later, NothingToDo, Outcome, Parked, Snoozed, next_attempt
from huma_tripletex.delivery.progress import Progress
from huma_tripletex.delivery.work import Work
from huma_tripletex.errors import Refused, TripletexError
from huma_tripletex.outbox.claim import Claimed, Entry
from huma_tripletex.outbox.settle import Outcome as OutcomeName
from huma_tripletex.outbox.settle import Settlement

PATIENCE = 3
"""So many attempts in all for what is not likely to pass by itself."""
PARKED_AS = {"internal": "internal", "different": "different"}
RANK: tuple[type[Outcome], ...] = (Snoozed, Later, Parked, Delivered, NothingToDo)
NAMES: dict[type[Outcome], OutcomeName] = {
    Delivered: "delivered",
    NothingToDo: "nothing_to_do",
    Later: "later",
    Snoozed: "snoozed",
    Parked: "parked",
}


@dataclass(frozen=True)
class Retrying:
    """When what may pass is tried again: until `horizon` after it was captured, or put back, or after `flowing_since`,
    when changes began to be sent again, if that is later. Time in which nobody tries does not count.
    """

    now: datetime
    horizon: timedelta
    jitter: Callable[[], float]
    flowing_since: datetime

    def next(self, entry: Entry, reason: str) -> datetime | None:
        """The moment of the next attempt; None: there is none."""
        if reason in PARKED_AS and entry.attempts + 1 >= PATIENCE:
            return None
        since = max(entry.began, self.flowing_since)
        return next_attempt(entry.attempts + 1, since, self.now, horizon=self.horizon, jitter=self.jitter)


def settlements(claimed: Claimed, work: Work, progress: Progress, retrying: Retrying) -> list[Settlement]:
    """What came of each entry of one person. What is parked for the same fields as a newer one is not shown twice."""
    made = [_settlement(claimed, entry, work, progress, retrying) for entry in claimed.entries]
    parked = [entry for entry, one in zip(claimed.entries, made, strict=True) if one.outcome == "parked"]
    return [
        replace(one, outcome="superseded", reason="superseded", detail=None) if _is_repeated(entry, parked) else one
        for entry, one in zip(claimed.entries, made, strict=True)
    ]


def _is_repeated(entry: Entry, parked: Sequence[Entry]) -> bool:
    """Whether a newer entry asks a human for all that this one would. Entries of runs report to their run."""
    newer = {key for other in parked if other.id > entry.id for key in other.fields}
    mine = entry.kind == "change" and entry.run_id is None and bool(entry.fields)
    return mine and entry in parked and newer.issuperset(entry.fields)


def idle_settlements(claimed: Claimed, reason: str) -> list[Settlement]:
    """What came of a person for whom no call was needed."""
    return [
        Settlement(
            connection_id=claimed.connection_id,
            person_id=claimed.person_id,
            entry_ids=(entry.id,),
            outcome="withdrawn" if entry.is_withdrawn else "nothing_to_do",
            reason=entry.reason if entry.is_withdrawn else reason,
            detail=_noted(entry.taken) or None,
        )
        for entry in claimed.entries
    ]


def internal_settlements(claimed: Claimed, retrying: Retrying, *, theirs: bool = True) -> list[Settlement]:
    """What came of a person of whom nothing could be made out. `theirs`: it is about them, so it counts as an attempt;
    otherwise they wait for as long as it lasts.
    """

    def of(entry: Entry) -> Settlement:
        again = retrying.next(entry, "internal") if theirs else retrying.now
        return Settlement(
            connection_id=claimed.connection_id,
            person_id=claimed.person_id,
            entry_ids=(entry.id,),
            outcome=("later" if theirs else "snoozed") if again else "parked",
            reason=entry.reason if entry.is_withdrawn and again else "internal",
            detail=_noted(entry.taken) or None,
            not_before=again,
            unsure=entry.unsure,
        )

    return [of(entry) for entry in claimed.entries]


def _settlement(claimed: Claimed, entry: Entry, work: Work, progress: Progress, retrying: Retrying) -> Settlement:
    found = _outcomes(entry, work, progress)
    outcome = min(found.values(), key=_rank, default=NothingToDo())
    if entry.is_withdrawn and isinstance(outcome, Delivered) and NothingToDo() in found.values():
        outcome = NothingToDo()  # only a part of it was carried out before it was taken back
    not_before = None
    if isinstance(outcome, Later):
        not_before = retrying.next(entry, outcome.reason)
        outcome = outcome if not_before else Parked(PARKED_AS.get(outcome.reason, "exhausted"))
    elif isinstance(outcome, Snoozed):
        not_before = retrying.now + timedelta(seconds=outcome.seconds)
    kept = entry.is_withdrawn and (not_before is not None or isinstance(outcome, NothingToDo))
    return Settlement(
        connection_id=claimed.connection_id,
        person_id=claimed.person_id,
        entry_ids=(entry.id,),
        outcome="withdrawn" if kept and not_before is None else NAMES[type(outcome)],
        reason=entry.reason if kept else _reason(outcome, found),
        detail=_detail(entry, outcome, found, work, progress) or None,
        not_before=not_before,
        unsure=not_before is not None and (progress.unsure or work.unsure),
        request_id=progress.request_id,
        sent_at=progress.sent_at,
    )


def _outcomes(entry: Entry, work: Work, progress: Progress) -> dict[str, Outcome]:
    """By field. What an undo was to put back and somebody has edited in Huma since is left alone, whatever was sent."""
    named = KEYS if entry.kind == "create" else entry.fields
    if entry.is_withdrawn:
        return {key: _as_seen(entry, work, progress, key) for key in named if key in progress.outcomes}
    edited = {key for key in named if entry.restores(key) and key not in work.restores}
    since: Outcome = NothingToDo("changed_in_huma")
    return {
        key: since if key in edited else progress.outcomes[key]
        for key in named
        if key in edited or key in progress.outcomes
    }


def _as_seen(entry: Entry, work: Work, progress: Progress, key: str) -> Outcome:
    """Of what was taken back: whether it was carried out all the same. What is sent now is somebody else's wish."""
    outcome = progress.outcomes[key]
    if isinstance(outcome, (Later, Snoozed)):
        return outcome
    sent_now = isinstance(outcome, Delivered) and key not in work.looks and entry.kind != "create"
    return Delivered() if key in progress.agreed and not sent_now else NothingToDo()


def _rank(outcome: Outcome) -> int:
    return RANK.index(type(outcome))


def _reason(outcome: Outcome, found: Mapping[str, Outcome]) -> str:
    """Why; of something delivered, why a part of it was not, or what it has left behind."""
    if isinstance(outcome, Delivered):
        return next(filter(None, [*map(_skipped, found.values()), *map(_remark, found.values())]), "")
    return outcome.reason


def _skipped(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, NothingToDo) else ""


def _remark(outcome: Outcome) -> str:
    return outcome.remark if isinstance(outcome, Delivered) else ""


def _detail(
    entry: Entry, outcome: Outcome, found: Mapping[str, Outcome], work: Work, progress: Progress
) -> dict[str, Any]:
    """Facts for the sentence: names and numbers, never a value."""
    lists = {
        "skipped": [key for key in found if _skipped(found[key])],
        "newer": [key for key in found if _is_newer(entry, key, work)],
    }
    detail: dict[str, Any] = {name: keys for name, keys in lists.items() if keys}
    if not isinstance(outcome, Delivered):
        detail |= _noted(_taken(entry, found))
    if isinstance(outcome, (Parked, Later)):
        detail |= _trouble([key for key in found if _needs_more(found[key])], progress.error)
    return detail


def _taken(entry: Entry, found: Mapping[str, Outcome]) -> list[str]:
    """What this attempt, or an earlier one, has brought to Tripletex."""
    fields = () if entry.kind == "create" else entry.fields
    return [key for key in fields if key in entry.taken or isinstance(found.get(key), Delivered)]


def _noted(taken: Sequence[str]) -> dict[str, Any]:
    return {"taken": list(taken)} if taken else {}


def _trouble(fields: Sequence[str], error: TripletexError | None) -> dict[str, Any]:
    """Which fields are to be spoken of, which are kept back if these are more, and what Tripletex said."""
    if not isinstance(error, Refused):
        return {"fields": list(fields)}
    named = [key for key in fields if key in fields_named(error)] or list(fields)
    more = {} if len(named) == len(fields) else {"failed": list(fields)}
    return {"fields": named, **more, "status": error.status, "code": error.code}


def _needs_more(outcome: Outcome) -> bool:
    return isinstance(outcome, (Parked, Later))


def _is_newer(entry: Entry, key: str, work: Work) -> bool:
    """Whether Huma was edited after a run was approved."""
    pair = (entry.expected or {}).get(key)
    return pair is not None and pair[0] != work.hash_of(key, work.values.get(key))
