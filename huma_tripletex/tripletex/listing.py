"""Long lists: pages until one is not full. Nobody has documented how many objects Tripletex gives at most in a page,
and `fullResultSize` is not exact: so where a short page may be a full one, one more is asked for, and what comes of it
is remembered.

A list of N objects costs N // 1000 + 1 calls, which is ceil(N / 1000), and one more when N is a multiple of 1,000:
only a page that is not full says that it is the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from huma_tripletex.tripletex.calls import Answer, Ask
from huma_tripletex.tripletex.reading import Form, Found, read_page
from huma_tripletex.tripletex.refusals import unreadable

PAGE: Final = 1000
ROUND: Final = 50
"""A page with a multiple of this may have been cut off there."""

EMPLOYMENT_FIELDS: Final = "id,version,employee(id),startDate,endDate,division(id),employmentEndReason"
EMPLOYEE_FIELDS: Final = (
    "id,version,firstName,lastName,employeeNumber,dateOfBirth,email,phoneNumberMobile,phoneNumberMobileCountry(id),"
    f"bankAccountNumber,department(id),employments({EMPLOYMENT_FIELDS})"
)
"""Named one by one, not `*`: national identity numbers and home addresses stay in Tripletex."""

Send = Callable[[Ask], Answer]


class Lists:
    """The lists of one client, and what they have taught about pages. One object serves several threads: what one of
    them overlooks costs a call.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._largest = 0
        self._exaggerates = False

    def all(self, form: Form[Found], ask: Ask) -> tuple[Found, ...]:
        """Everything that a list operation lists, each object once, ordered by id."""
        return tuple(found for page in self.pages(form, ask) for found in page)

    def pages(self, form: Form[Found], ask: Ask) -> Iterator[tuple[Found, ...]]:
        """Page after page, each without what earlier ones had. Raises Unreadable if a page that is not the last brings
        nothing new.
        """
        seen: set[int] = set()
        start = before = longest = 0
        while True:
            answer = self._send(ask.page(start, PAGE))
            page, told = read_page(answer, form)
            self._learn(before, len(page))
            fresh = {found.id: found for found in page if found.id not in seen}
            yield tuple(fresh.values())
            start += len(page)
            if not page or len(page) < longest or not self._may_go_on(len(page), told, start):
                return
            if not fresh:
                raise unreadable(answer, "the list repeats itself")
            seen.update(fresh)
            before, longest = len(page), max(longest, len(page))

    def _may_go_on(self, size: int, told: int, seen: int) -> bool:
        """Whether there may be more after a page of `size`, the last of `seen` objects in all. A page smaller than one
        of another list was is the last as well, but for one that looks cut off and is not said to be the last.
        """
        if size >= PAGE:
            return True
        largest = size >= self._largest
        if size % ROUND == 0 and (largest or told != seen):
            return True
        return largest and told > seen and not self._exaggerates

    def _learn(self, before: int, size: int) -> None:
        """Of a page that was asked for after one with `before` objects, 0: after none."""
        self._largest = max(self._largest, size)
        if 0 < before < PAGE and before % ROUND and not size:
            self._exaggerates = True
