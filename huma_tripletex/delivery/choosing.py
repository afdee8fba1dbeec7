"""Which of the fields that entries name are worth a request: decided without a call, and again after a look."""

from __future__ import annotations

from collections.abc import Iterable

from huma_tripletex.core.normalise import normalise, problem, same
from huma_tripletex.core.people import TripletexEmployee
from huma_tripletex.delivery.progress import Progress
from huma_tripletex.delivery.work import Work


def choose_fields(work: Work, progress: Progress) -> set[str]:
    """The fields to deliver, without having asked Tripletex.

    What was agreed on and is unchanged is not sent (somebody edited and edited back), unless an earlier answer was lost
    or a run was approved for it. What Tripletex could never hold is parked without a call.
    """
    wanted = set(work.fields)
    for key in sorted(work.fields):
        if work.is_agreed(key) and not work.unsure and not work.is_as_approved(key):
            progress.left_alone([key])
            wanted.discard(key)
        elif why := problem(key, work.values.get(key)):
            progress.parked([key], why)
            wanted.discard(key)
    return wanted


def still_worth_sending(work: Work, progress: Progress, seen: TripletexEmployee, fields: Iterable[str]) -> set[str]:
    """The fields to deliver, now that we know what Tripletex holds.

    A real-time change wins over whatever Tripletex holds. What a run was approved for is left alone if
    Tripletex's value is neither the approved one nor ours any more: it will be asked again. What differed when it was
    approved, and is equal after an answer that was lost, is what the run has written.
    """
    left = set()
    for key in fields:
        hidden = key in seen.unseen
        if not hidden and same(key, seen.values.get(key), work.values.get(key)):
            if work.unsure and _has_differed(work, key):
                progress.delivered([key])
            else:
                progress.equal_already([key])
        elif not hidden and work.is_as_approved(key) and _hash(work, seen, key) != work.approved[key][1]:
            progress.left_alone([key], "changed_in_tripletex")
        else:
            left.add(key)
    return left


def is_as_compared(work: Work, seen: TripletexEmployee, key: str) -> bool:
    """Whether Tripletex holds what it held when a run was compared, or what we have sent since; True if no run was."""
    return key not in work.approved or _hash(work, seen, key) in work.approved[key]


def has_other_value(work: Work, seen: TripletexEmployee | None, fields: Iterable[str]) -> bool:
    """Whether Tripletex holds something else of these than what both sides were last known to hold: somebody was
    faster, and it may have been another worker of ours with a newer value than the one we were given.
    """
    agreed = work.known.agreed if work.known else {}
    edited = [key for key in fields if key not in work.approved]
    return seen is not None and any(key in seen.unseen or agreed.get(key) != _hash(work, seen, key) for key in edited)


def is_kept(work: Work, answer: TripletexEmployee, key: str) -> bool:
    """Whether the answer shows what was sent, as far as the token may see it."""
    return key in answer.unseen or same(key, answer.values.get(key), work.values.get(key))


def _has_differed(work: Work, key: str) -> bool:
    return work.is_as_approved(key) and work.approved[key][1] != work.approved[key][0]


def _hash(work: Work, seen: TripletexEmployee, key: str) -> str:
    return work.hash_of(key, normalise(key, seen.values.get(key)))
