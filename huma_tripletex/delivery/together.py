"""New employees made in one call: whoever of them comes first sends for all, and each attempt takes its own from there.

Whether Tripletex makes all or none when it refuses one is not documented. So after a refusal everybody is looked at
once, and only who is not there is created alone; after a lost answer each is looked for like after any lost answer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime

from huma_tripletex.core.normalise import same
from huma_tripletex.core.people import TripletexEmployee
from huma_tripletex.delivery.asking import Asking, LeaseLost
from huma_tripletex.delivery.creation import new_body, obstacle, sendable_fields, sent_hashes
from huma_tripletex.delivery.finding import has_another_value, is_what_was_sent, the_one
from huma_tripletex.delivery.resembling import resembling
from huma_tripletex.delivery.work import Work
from huma_tripletex.errors import AnswerLost, Invalid, NotFound, TripletexError, Unreadable

MOST = 25
"""New employees in one call: a lost answer costs as many look-ups, and the others of the lanes wait as long."""
COMPARED = ("given_name", "family_name", "employee_id")


@dataclass
class Claim:
    """What the groups of one claim share: who looks for their people in Tripletex waits for those being made there."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    made: set[int] = field(default_factory=set)


class Together:
    """Some new people of one claim. Safe for threads."""

    def __init__(self, works: Iterable[Work], claim: Claim) -> None:
        self._claim = claim
        self._members = {work.person_id: work for work in works}
        self._membership = threading.Lock()
        self._call = threading.Lock()
        self._begun = False
        self._made: dict[str, TripletexEmployee] = {}
        self._unclear: set[str] = set()
        self._resembling: set[str] | None = None  # nobody has looked yet
        self._error: TripletexError | None = None
        self._sent_at: datetime | None = None
        self._request_id = ""

    def sent(self, work: Work) -> bool:
        """Whether the call has begun with somebody in it; if not, they are taken out of it."""
        with self._membership:
            if not self._begun:
                self._members.pop(work.person_id, None)
            return work.person_id in self._members

    @property
    def members(self) -> set[str]:
        """Who is in the call, or is to be."""
        with self._membership:
            return set(self._members)

    def take(self, asking: Asking, work: Work) -> tuple[TripletexEmployee | None, str]:
        """The employee made for somebody, None: to be made alone; and the id of the request that did it.

        Raises TripletexError when it is not known what became of the call, LeaseLost before anything was sent.
        """
        with self._call:
            if not self._begun:
                if not asking.may_write():
                    self.sent(work)  # leaves before anybody else may send, and so is not made by their call
                    raise LeaseLost
                with self._claim.turn if self._looks else nullcontext():
                    self._send(asking)
        if self._sent_at:
            asking.sent_at = self._sent_at
        if self._error or work.person_id in self._unclear:
            raise self._error or _lost()
        return self._made.get(work.person_id), self._request_id

    def resembles(self, work: Work) -> bool:
        """Whether somebody was left out of the call, because somebody there may be the same person.

        Raises LeaseLost when whoever was to look for all could not.
        """
        if self._resembling is None:
            raise LeaseLost
        return work.person_id in self._resembling

    def _send(self, asking: Asking) -> None:
        with self._membership:
            self._begun = True
        works = self._without_resembling(asking)
        if not works:
            return
        self._error = _lost()  # until we know better
        try:
            made = asking.create_employees([new_body(work, sendable_fields(work)) for work in works])
            self._made, self._error = _in_order(works, made), None
        except LeaseLost:
            self._error = None  # nothing was sent
            raise
        except (Invalid, NotFound):  # also when what one of them refers to is gone
            self._look(asking, works)
        except TripletexError as error:
            self._error = error
        self._claim.made.update(one.id for one in self._made.values())
        self._sent_at, self._request_id = asking.sent_at, asking.api.request_id()

    @property
    def _looks(self) -> bool:
        return any(work.unasked for work in self._members.values())

    def _without_resembling(self, asking: Asking) -> list[Work]:
        works = list(self._members.values())
        try:
            self._resembling = resembling(asking, works, self._claim.made)
        except TripletexError as error:
            self._error = error
            return []
        return [work for work in works if not self.resembles(work)]

    def _look(self, asking: Asking, works: Sequence[Work]) -> None:
        """Whom the refused call made all the same: as sent, and without any employment yet."""
        try:
            bare = [one for one in asking.everybody() if not one.employments]
        except (TripletexError, LeaseLost):
            return
        for work in works:
            tried = replace(work, tried=sent_hashes(work))
            found = [one for one in bare if is_what_was_sent(tried, one)]
            mine = the_one(found)
            if mine and not has_another_value(tried, mine):
                self._made[work.person_id] = mine
            elif found:
                self._unclear.add(work.person_id)
        self._error = None


def groups(works: Sequence[Work]) -> dict[str, Together]:
    """With whom each person is made, by person; who is not there is alone."""
    new = [work for work in works if work.known is None and work.tried is None and not obstacle(work)]
    parts = [new[first : first + MOST] for first in range(0, len(new), MOST)]
    claim = Claim()
    shared = [(part, Together(part, claim)) for part in parts if len(part) > 1]
    return {one.person_id: together for part, together in shared for one in part}


def _in_order(works: Sequence[Work], made: Sequence[TripletexEmployee]) -> dict[str, TripletexEmployee]:
    """Raises Unreadable when the answer is not in the order that was sent: nobody is given somebody else's id."""
    for work, one in zip(works, made, strict=True):
        if not all(same(key, work.values.get(key), one.values.get(key)) for key in COMPARED if work.values.get(key)):
            raise Unreadable("POST /employee/list was answered with others than sent", operation="POST /employee/list")
    return {work.person_id: one for work, one in zip(works, made, strict=True)}


def _lost() -> AnswerLost:
    return AnswerLost("what became of POST /employee/list is not known", operation="POST /employee/list")
