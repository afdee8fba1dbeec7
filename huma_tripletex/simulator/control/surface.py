"""What the control surface needs of a simulator, and how it answers."""

from collections.abc import Callable
from typing import Any, Protocol

from huma_tripletex.simulator.company import Company
from huma_tripletex.simulator.faults import Faults
from huma_tripletex.simulator.journal import Journal
from huma_tripletex.simulator.messages import Request, Response, json_response
from huma_tripletex.simulator.parsing import NotJson, parsed
from huma_tripletex.simulator.webhooks import Webhooks
from huma_tripletex.simulator.world import World


class Controlled(Protocol):
    """A simulator, as far as it can be controlled from outside."""

    world: World
    faults: Faults
    journal: Journal
    webhooks: Webhooks

    def reset(self) -> None:
        """Back to the beginning."""


Control = Callable[[Controlled, Request, str], Response]


class Mistake(ValueError):
    """A control request that makes no sense. Its text is a sentence for whoever sent it."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


def said(value: Any, status: int = 200) -> Response:
    """An answer."""
    return json_response(status, value)


def sent(request: Request) -> Any:
    """The JSON of a control request."""
    try:
        return parsed(request.body)
    except NotJson as error:
        raise Mistake("The body is not JSON.") from error


def sent_object(request: Request) -> dict[str, Any]:
    """The JSON object of a control request."""
    value = sent(request)
    if not isinstance(value, dict):
        raise Mistake("The body must be a JSON object.")
    return value


def asked_company(simulator: Controlled, request: Request) -> Company:
    """The company `?company=N` means: its id, or its place (1 is the first, which is also the default)."""
    text = request.query.get("company", "1")
    company = simulator.world.company(int(text)) if text.isdecimal() else None
    if company is None:
        known = ", ".join(str(company.id) for company in simulator.world.companies)
        raise Mistake(f"There is no company {text}. There are {known}, or 1 to {len(simulator.world.companies)}.", 404)
    return company
