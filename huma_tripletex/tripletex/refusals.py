"""An answer's status and envelope become an error of our tree. Branches on status, code and field names, never on
text: Tripletex's sentences are in the customer's language and stay in `problems`.
"""

from __future__ import annotations

import re

import msgspec

from huma_tripletex.errors import (
    FieldProblem,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    TripletexError,
    Unauthorised,
    Unavailable,
    Unreadable,
    VersionConflict,
)
from huma_tripletex.tripletex.calls import Answer, clean_request_id

REVISION_CONFLICT = 8000


class _Problem(msgspec.Struct):
    field: str | None = None
    message: str | None = None
    path: str | None = None


class _Envelope(msgspec.Struct, rename="camel"):
    code: int | None = None
    validation_messages: list[_Problem] | None = None
    request_id: str | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def accept(answer: Answer) -> Answer:
    """The answer if it is a yes. Raises Refused, or Unreadable for what no caller can use: redirects are not
    followed.
    """
    if answer.status in (200, 201, 204):
        return answer
    if answer.status < 400:
        raise unreadable(answer, f"status {answer.status}")
    raise error_of(answer)


def error_of(answer: Answer) -> TripletexError:
    """The error that an answer of 400 or above stands for.

    401, 429 and 5xx speak by their status, since gateways answer those with pages of their own. Anything else must
    come in Tripletex's envelope: a proxy's HTML 404 does not mean that the employee is gone.
    """
    kind = _kind(answer.status)
    envelope = _envelope(answer.content)
    if envelope is None and kind not in (Unauthorised, RateLimited, Unavailable):
        return unreadable(answer, f"status {answer.status} without Tripletex's error envelope")
    return _refused(kind, answer, envelope or _Envelope())


def unreadable(answer: Answer, why: str) -> Unreadable:
    """`why` must hold no values."""
    return Unreadable(
        f"{answer.operation} was answered with something else than specified: {why}",
        operation=answer.operation,
        request_id=answer.request_id,
        status=answer.status,
    )


def _kind(status: int) -> type[Refused]:
    if status >= 500:
        return Unavailable
    return {401: Unauthorised, 403: Forbidden, 404: NotFound, 429: RateLimited}.get(status, Invalid)


def _refused(kind: type[Refused], answer: Answer, envelope: _Envelope) -> Refused:
    code = envelope.code or 0
    if answer.status == 409 and code == REVISION_CONFLICT:
        kind = VersionConflict
    problems = tuple(
        FieldProblem(field=p.field or "", message=p.message or "", path=p.path or "")
        for p in envelope.validation_messages or ()
    )
    return kind(
        _sentence(answer, code, problems),
        status=answer.status,
        code=code,
        problems=problems,
        operation=answer.operation,
        request_id=answer.request_id or clean_request_id(envelope.request_id),
        retry_after=answer.retry_after,
    )


def _sentence(answer: Answer, code: int, problems: tuple[FieldProblem, ...]) -> str:
    fields = [name for p in problems if re.fullmatch(r"[\w.:\[\]]{1,100}", name := p.field or p.path, re.ASCII)]
    about = f", about {', '.join(fields)}" if fields else ""
    return f"{answer.operation} was refused with status {answer.status}, code {code}{about}"


def _envelope(content: bytes) -> _Envelope | None:
    try:
        return _ENVELOPE.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
