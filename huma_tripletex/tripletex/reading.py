"""From an answer's bytes to a shape, or `Unreadable`. The error names the place in the JSON and the type, never a
value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from msgspec import DecodeError
from msgspec.json import Decoder

from huma_tripletex.errors import Unreadable
from huma_tripletex.tripletex import people_replies, replies, shapes
from huma_tripletex.tripletex.calls import Answer
from huma_tripletex.tripletex.envelopes import Page, Reference, Single
from huma_tripletex.tripletex.refusals import unreadable


class Identified(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> int: ...


S = TypeVar("S")
T = TypeVar("T")
Found = TypeVar("Found", bound=Identified)
S_co = TypeVar("S_co", covariant=True)


class Shaped(Protocol[S_co]):
    """A reply that knows its shape."""

    def shape(self) -> S_co: ...


@dataclass(frozen=True)
class Form(Generic[S]):
    """How one kind of object is read, alone and in a list."""

    single: Callable[[bytes], Single[Shaped[S]]]
    page: Callable[[bytes], Page[Shaped[S]]]


EMPLOYEE: Form[shapes.Employee] = Form(
    Decoder(Single[people_replies.Employee]).decode, Decoder(Page[people_replies.Employee]).decode
)
WRITTEN_EMPLOYEE: Form[shapes.Employee] = Form(
    Decoder(Single[people_replies.WrittenEmployee]).decode, Decoder(Page[people_replies.WrittenEmployee]).decode
)
EMPLOYMENT: Form[shapes.Employment] = Form(
    Decoder(Single[people_replies.Employment]).decode, Decoder(Page[people_replies.Employment]).decode
)
REFERENCE: Form[Reference] = Form(Decoder(Single[Reference]).decode, Decoder(Page[Reference]).decode)
DEPARTMENT: Form[shapes.Department] = Form(
    Decoder(Single[replies.Department]).decode, Decoder(Page[replies.Department]).decode
)
DIVISION: Form[shapes.Division] = Form(Decoder(Single[replies.Division]).decode, Decoder(Page[replies.Division]).decode)
COUNTRY: Form[shapes.Country] = Form(Decoder(Single[replies.Country]).decode, Decoder(Page[replies.Country]).decode)
COMPANY: Form[shapes.Company] = Form(Decoder(Single[replies.Company]).decode, Decoder(Page[replies.Company]).decode)
ENTITLEMENT: Form[shapes.Entitlement] = Form(
    Decoder(Single[replies.Entitlement]).decode, Decoder(Page[replies.Entitlement]).decode
)
WHO_AM_I: Form[shapes.WhoAmI] = Form(Decoder(Single[replies.WhoAmI]).decode, Decoder(Page[replies.WhoAmI]).decode)
SESSION: Form[tuple[str, date | None]] = Form(
    Decoder(Single[replies.Session]).decode, Decoder(Page[replies.Session]).decode
)


def read_one(answer: Answer, form: Form[S]) -> S:
    """The one object of an answer. Raises Unreadable."""
    return _guarded(answer, lambda content: form.single(content).value.shape())


def read_same(answer: Answer, form: Form[Found], key: int) -> Found:
    """The object `key`. Raises Unreadable, also when the answer is about another."""
    found = read_one(answer, form)
    if found.id != key:
        raise unreadable(answer, "it is about another object")
    return found


def read_list(answer: Answer, form: Form[S]) -> tuple[S, ...]:
    """The objects of a list answer, in its order. Raises Unreadable."""
    return read_page(answer, form)[0]


def read_page(answer: Answer, form: Form[S]) -> tuple[tuple[S, ...], int]:
    """The objects of a list answer, and how many there are in all as far as Tripletex says. Raises Unreadable."""
    return _guarded(answer, lambda content: _shapes(form.page(content)))


def _shapes(page: Page[Shaped[S]]) -> tuple[tuple[S, ...], int]:
    told = page.full_result_size
    return tuple(reply.shape() for reply in page.values), told if isinstance(told, int) else 0


def _guarded(answer: Answer, read: Callable[[bytes], T]) -> T:
    found = _attempt(answer, read)
    if isinstance(found, Unreadable):
        raise found  # here, outside the except: no decoding error and no bytes hang on to it
    return found


def _attempt(answer: Answer, read: Callable[[bytes], T]) -> T | Unreadable:
    try:
        return read(answer.content)
    except DecodeError as error:  # msgspec names the place and the types, not the value
        return unreadable(answer, str(error))
    except (ValueError, RecursionError) as error:  # no date, bytes that are not UTF-8, nesting without end
        return unreadable(answer, type(error).__name__)
