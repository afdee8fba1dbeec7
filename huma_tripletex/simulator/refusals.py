"""The ways Tripletex says no: status, code and the validation messages of its error envelope."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

DOCS = "https://tripletex.no/v2-docs/"
REQUIRED = "Feltet må fylles ut."
NOT_NULL = "Kan ikke være null."
NOT_EMPTY = "Feltet kan ikke være tomt."
LENGTH = "Feltet har ikke korrekt lengde. Det må være mellom 1 og 100."
BAD_FORMAT = "Ugyldig format."
WRONG_TYPE = "Verdien er ikke av korrekt type for dette feltet."
BROKEN = "The simulator failed to answer"
NO_SUCH_FIELD = "Feltet eksisterer ikke i objektet."


@dataclass(frozen=True)
class Problem:
    """One entry of `validationMessages`. `root` is the place in the list that was sent, if a list was sent."""

    field: str | None
    message: str
    path: str | None = None
    root: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The entry as Tripletex writes it."""
        return {"field": self.field, "message": self.message, "path": self.path, "rootId": self.root}


class Refusal(Exception):
    """Tripletex refuses. Becomes the error envelope; nothing of the request has been stored."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str | None,
        *,
        developer_message: str | None = None,
        problems: Sequence[Problem] | None = None,
    ) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.developer_message = developer_message
        self.problems = problems

    def as_json(self, request_id: str) -> dict[str, Any]:
        """The error envelope; its `requestId` equals the header `x-tlx-request-id`."""
        return {
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "link": DOCS,
            "developerMessage": self.developer_message,
            "validationMessages": None if self.problems is None else [p.as_json() for p in self.problems],
            "requestId": request_id,
        }


def method_not_allowed() -> Refusal:
    """A known path, another method: the 405 comes wrapped in a 400, as recorded (`GET /order/orderline`)."""
    return Refusal(400, 4000, "HTTP 405 Method Not Allowed")


def wrong_content_type() -> Refusal:
    """A body that says it is no JSON. Not recorded: follows the 405."""
    return Refusal(400, 4000, "HTTP 415 Unsupported Media Type")


def illegal_field(name: str, model: str) -> Refusal:
    """A name in `fields` that the model does not have."""
    text = f"Illegal field in fields filter: {name}. {name} does not match a field in the model: {model}DTO"
    return Refusal(400, 11000, text)


def unauthorized() -> Refusal:
    """No session, or one that has ended."""
    return Refusal(
        401, 3000, "Unauthorized", developer_message="Could not log in. Check login info in Authorization header."
    )


def forbidden() -> Refusal:
    """The token's owner lacks the entitlement."""
    return Refusal(403, 9000, "You do not have permission to access this feature.")


def not_found() -> Refusal:
    """No such path, or no object with that id in this company."""
    return Refusal(404, 6000, "Object not found")


def revision_conflict() -> Refusal:
    """The object has a later version than the request says."""
    return Refusal(409, 8000, "RevisionException")


def missing_parameters(names: Sequence[str]) -> Refusal:
    """Query parameters that must be there and are not."""
    return Refusal(422, 15000, "Validation failed", problems=[Problem(name, NOT_NULL) for name in names])


def not_mapped(problems: Sequence[Problem]) -> Refusal:
    """The body has fields that do not exist, or values of the wrong type."""
    return Refusal(422, 16000, "Request mapping failed", problems=problems)


def cannot_sort(name: str) -> Refusal:
    """A name in `sorting` that the model does not have."""
    return Refusal(422, 17000, f"Illegal field in sorting: {name}")


def broken(*problems: Problem) -> Refusal:
    """The body lacks what it must have; see `constraints`."""
    return Refusal(422, 18000, "Validering feilet.", problems=problems)


def invalid(*problems: Problem) -> Refusal:
    """The usual refusal: the values break a rule."""
    return Refusal(422, 18000, "Validering feilet.", developer_message="VALIDATION_ERROR", problems=problems)


def wrong_number(text: str) -> Refusal:
    """A number was expected in the path or the query."""
    return Refusal(422, 21000, f'Wrong data format! Expected number. For input string: "{text}"')


def wrong_date(text: str) -> Refusal:
    """A date was expected in the query. Only numbers were recorded; this follows them."""
    return Refusal(422, 21000, f'Wrong data format! Expected date. For input string: "{text}"')


def wrong_flag(text: str) -> Refusal:
    """True or false was expected in the query. Only numbers were recorded; this follows them."""
    return Refusal(422, 21000, f'Wrong data format! Expected boolean. For input string: "{text}"')


def too_low(name: str) -> Refusal:
    """A number below 0 in the query. Follows the refusals of parameters that are missing."""
    return Refusal(422, 15000, "Validation failed", problems=[Problem(name, "Må være større enn eller lik 0.")])


def wrong_id_list(text: str) -> Refusal:
    """A list of ids was expected in the query."""
    return Refusal(422, 12000, f'Illegal id list. For input string: "{text}"')


def invalid_json() -> Refusal:
    """The body is not JSON."""
    return Refusal(422, 22000, "Invalid JSON")


def too_large(limit: int) -> Refusal:
    """The query finds more than Tripletex will ever list, whatever `count` says."""
    return Refusal(422, 23000, f"Result set too large. Limit of {limit} reached.")


def breakdown(error: Exception) -> Refusal:
    """The simulator itself has a bug, which Tripletex would answer like this. Which one, its log says."""
    return Refusal(500, 1000, f"{BROKEN} ({type(error).__name__}).")


def too_many_requests() -> Refusal:
    """The budget of the period is spent. Code and text are guesses; the missing reset header is not."""
    return Refusal(429, 429, "Too many requests")
