"""Looks whether a create whose answer was lost has been carried out.

The link keeps only hashes of what was sent. What Huma has now is asked for where it still has the same hash, and
whoever is found is compared by hash: so a person edited since is found too, and nobody who merely resembles them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import TripletexEmployee
from huma_tripletex.delivery.asking import Asking
from huma_tripletex.delivery.work import Work

IDENTITY = ("given_name", "family_name", "date_of_birth", "employee_id")


def find_ours(asking: Asking, work: Work) -> Sequence[TripletexEmployee]:
    """The employees that an earlier create of this person may have made. Raises TripletexError."""
    return [found for found in _asked(asking, work) if found.id not in work.taken and is_what_was_sent(work, found)]


def _asked(asking: Asking, work: Work) -> Iterable[TripletexEmployee]:
    unchanged = {
        key: value
        for key in IDENTITY
        if (value := work.values.get(key)) and work.tried and work.tried.get(key) == work.hash_of(key, value)
    }
    if "employee_id" in unchanged:
        return asking.find(employee_number=unchanged["employee_id"])
    if "given_name" in unchanged or "family_name" in unchanged:
        return asking.find(first_name=unchanged.get("given_name", ""), last_name=unchanged.get("family_name", ""))
    return asking.everybody()


def is_what_was_sent(work: Work, found: TripletexEmployee) -> bool:
    """Whether somebody is whom `work.tried` says was sent, as far as it is seen."""
    tried = work.tried or {}
    return all(
        work.hash_of(key, normalise(key, found.values.get(key))) == tried[key]
        for key in IDENTITY
        if key in tried and key not in found.unseen
    )


def has_another_value(work: Work, found: TripletexEmployee) -> bool:
    """Whether somebody has a value that was not sent: who has, was entered or changed by somebody else, and must not be
    overwritten unseen.
    """
    tried = work.tried or {}
    values = {key: normalise(key, found.values.get(key)) for key in tried if key not in found.unseen}
    return any(value is not None and work.hash_of(key, value) != tried[key] for key, value in values.items())


def the_one(found: Sequence[TripletexEmployee]) -> TripletexEmployee | None:
    """Who it certainly is: nobody else is like what was sent, and all of it is seen."""
    return found[0] if len(found) == 1 and not set(IDENTITY) & set(found[0].unseen) else None
