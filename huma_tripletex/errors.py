"""Everything that can go wrong, as one tree. `core.retry` maps each leaf to an outcome, `core.reasons` to a sentence.

    HumaTripletexError
      ConfigurationError            the host set us up wrongly; the sentence says what to change
      NotReadable                   a sealed value does not open: wrong key, or moved between rows
      TripletexError                one call to Tripletex that did not end well
        NoAnswer                    nothing usable came back
          NotSent                   the request certainly did not reach Tripletex (connect refused, DNS, TLS)
          AnswerLost                it may have been carried out (dropped connection)
            TimedOut                ... or be carried out yet: nobody waits for it any more
        Refused                     Tripletex answered with a status and, mostly, a code and fields
          Unauthorised (401)   Forbidden (403)   NotFound (404)   VersionConflict (409/8000)
          Invalid (422, other 400 and 409)   RateLimited (429)   Unavailable (5xx)
          TokenRefused (422 when a session is made)   is both Unauthorised and Invalid
        Unreadable                  an answer that is not what the specification says (HTML, truncated, mistyped)
        TooManyResults              more than the 10,000 that Tripletex will list, and no way to split

No error ever carries a token, a request body or a person's values: `str(error)` may be logged, and a pickled one (task
queues and process pools send them) leaves Tripletex's own texts behind.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


class HumaTripletexError(Exception):
    """The root of the tree. Errors are copied and pickled whole, whatever their constructor takes."""

    def __reduce__(self) -> tuple[Callable[..., BaseException], tuple[Any, ...]]:
        return _again, (type(self), self.args, self.__dict__)


class ConfigurationError(HumaTripletexError):
    """The host set the extension up wrongly; the message says what to change."""


class NotReadable(HumaTripletexError):
    """A sealed value does not open: the key is missing, or the value was moved to another row."""


@dataclass(frozen=True)
class FieldProblem:
    """One of Tripletex's `validationMessages`. `message` is Tripletex's own text, in the customer's language."""

    field: str
    message: str = dataclasses.field(repr=False)  # it may repeat what a person entered
    path: str = ""

    def __copy__(self) -> FieldProblem:
        return self

    def __deepcopy__(self, _: Mapping[int, Any]) -> FieldProblem:
        return self

    def __reduce__(self) -> tuple[type[FieldProblem], tuple[str, str, str]]:
        return FieldProblem, (self.field, "", self.path)


class TripletexError(HumaTripletexError):
    """One call to Tripletex that did not end well.

    `operation` is the method and the path template ("PUT /employee/{id}"), never a path with ids in it.
    """

    def __init__(self, message: str, *, operation: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.operation = operation
        self.request_id = request_id


class NoAnswer(TripletexError):
    """Nothing usable came back."""


class NotSent(NoAnswer):
    """The request certainly did not reach Tripletex, so it may be sent again without looking."""


class AnswerLost(NoAnswer):
    """Tripletex may have carried the request out; whoever retries a write looks first."""


class TimedOut(AnswerLost):
    """We no longer wait for the answer; Tripletex may be at the request still."""


class Unreadable(TripletexError):
    """Tripletex's answer is not what its specification says. After a write, treat it as `AnswerLost`."""

    def __init__(self, message: str, *, operation: str = "", request_id: str = "", status: int = 0) -> None:
        super().__init__(message, operation=operation, request_id=request_id)
        self.status = status


class TooManyResults(TripletexError):
    """Tripletex lists at most 10,000 objects and there is no way to split the question further."""


class Refused(TripletexError):
    """Tripletex answered, and the answer is no.

    `status` is HTTP's, `code` Tripletex's own (0 when absent), `problems` its validation messages.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: int = 0,
        problems: tuple[FieldProblem, ...] = (),
        operation: str = "",
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, operation=operation, request_id=request_id)
        self.status = status
        self.code = code
        self.problems = problems
        self.retry_after = retry_after

    def names(self, field: str) -> bool:
        """Whether any validation message is about `field`, wherever it stands in a dotted or indexed name."""
        return any(field in _parts(p.field) or field in _parts(p.path) for p in self.problems)


class Unauthorised(Refused):
    """401: the session is not accepted, also after it was made anew: the employee token is revoked."""


class Forbidden(Refused):
    """403: the token's owner lacks a right."""


class NotFound(Refused):
    """404: no such object in this company."""


class VersionConflict(Refused):
    """409 with code 8000: somebody changed the object since we read it."""


class Invalid(Refused):
    """422, and the 400 and 409 that are not something else: Tripletex does not accept the content."""


class TokenRefused(Unauthorised, Invalid):
    """A session cannot be made: Tripletex does not know the consumer token or the employee token that `problems` name.

    To whoever works for people it is a 401 that no new session heals; to whoever connects, a form with a wrong value.
    """


class RateLimited(Refused):
    """429: the token's budget is used up. `retry_after` is in seconds."""


class Unavailable(Refused):
    """5xx: Tripletex is down or in trouble."""


def _parts(name: str) -> list[str]:
    return name.replace("]", "").replace("[", ".").replace(":", ".").split(".")


def _again(kind: type[BaseException], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> BaseException:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(attributes)
    return error
