"""Long lists: pages until one is not full. `fullResultSize` never ends a list, since it is not exact; when a page
is short and it says that there is more, one more page is asked for, because nobody has documented how many
Tripletex gives at most.

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

EMPLOYMENT_FIELDS: Final = "id,version,employee(id),startDate,endDate,division(id),employmentEndReason"
EMPLOYEE_FIELDS: Final = (
    "id,version,firstName,lastName,employeeNumber,dateOfBirth,email,phoneNumberMobile,phoneNumberMobileCountry(id),"
    f"bankAccountNumber,department(id),employments({EMPLOYMENT_FIELDS})"
)
"""Named one by one, not `*`: national identity numbers and home addresses stay in Tripletex."""

Send = Callable[[Ask], Answer]


def list_all(send: Send, form: Form[Found], ask: Ask) -> tuple[Found, ...]:
    """Everything that a list operation lists, each object once, ordered by id."""
    return tuple(found for page in pages(send, form, ask) for found in page)


def pages(send: Send, form: Form[Found], ask: Ask) -> Iterator[tuple[Found, ...]]:
    """Page after page, each without what earlier ones had. Raises Unreadable if a page that is not the last brings
    nothing new.
    """
    seen: set[int] = set()
    start = 0
    while True:
        answer = send(ask.page(start, PAGE))
        page, told = read_page(answer, form)
        fresh = {found.id: found for found in page if found.id not in seen}
        yield tuple(fresh.values())
        start += len(page)
        if not page or (len(page) < PAGE and told <= start):
            return
        if not fresh:
            raise unreadable(answer, "the list repeats itself")
        seen.update(fresh)
