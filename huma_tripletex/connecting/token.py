"""Checks an employee token live: whose it is, in which company it works, what it may do. Stores nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from huma_tripletex.connecting.refusals import Refusal
from huma_tripletex.core.rights import may_only_read
from huma_tripletex.errors import (
    Forbidden,
    NoAnswer,
    NotReadable,
    RateLimited,
    TokenRefused,
    TripletexError,
    Unauthorised,
    Unavailable,
    Unreadable,
)
from huma_tripletex.gateway.opening import OpenClient, client_for_token
from huma_tripletex.models import Connection
from huma_tripletex.runtime import Runtime
from huma_tripletex.tripletex import Session, Tripletex, WhoAmI

PRODUCTION_HOST: Final = "tripletex.no"
TEST_HOSTS: Final = ("api-test.tripletex.tech",)
NOBODY: Final = "0"
"""An employee number asked for only to see whether the list may be read: the answer has one row at most."""

REASONS: Final[tuple[tuple[type[TripletexError], str], ...]] = (
    (Unauthorised, "token_unauthorised"),
    (Forbidden, "token_forbidden"),
    (RateLimited, "rate_limited"),
    (Unavailable, "unavailable"),
    (NoAnswer, "no_answer"),
    (Unreadable, "unreadable"),
)


@dataclass(frozen=True)
class TokenFacts:
    """What Tripletex says about a token. `countries` are ids by ISO code; departments and divisions {"id", "name"}."""

    company_id: int
    company_name: str
    owner_employee_id: int
    owner_name: str
    rights: tuple[str, ...]
    countries: dict[str, int]
    departments: tuple[dict[str, Any], ...]
    divisions: tuple[dict[str, Any], ...]
    session: Session | None = field(repr=False)


def cleaned(token: str) -> str:
    """The token as Tripletex gave it: what was pasted may have line breaks and spaces in it."""
    return "".join(token.split())


def check_token(runtime: Runtime, token: str, stop: Callable[[], bool] = lambda: False) -> TokenFacts:
    """Asks Tripletex about `token`; after the call that is under way when `stop` says so, nothing is asked any more.

    Raises:
        Refusal: it cannot be used; the reason says whether because of the token, its rights, our settings or Tripletex.
    """

    def go_on() -> None:
        if stop():
            raise Refusal("no_answer")

    if not runtime.settings.consumer_token:
        raise Refusal("consumer_token_missing")
    if not cleaned(token):
        raise Refusal("token_missing")
    client = client_for_token(runtime, cleaned(token))
    try:
        with client.checked(go_on):
            return _facts(client)
    except TripletexError as error:
        raise Refusal(_reason(error, cleaned(token), runtime.settings.api_url)) from None
    finally:
        if stop():
            client.taken_session()  # to end it would be one more call; it dies by its date
        client.close()


def token_of(runtime: Runtime, connection: Connection) -> str:
    """The token that a connection keeps.

    Raises:
        NotReadable: its key is gone, or there is none.
    """
    if connection.sealed_token is None:
        raise NotReadable("this connection has no token")
    context = (connection.organisation_id, connection.id, "token")
    return runtime.vault.open(connection.sealed_token, *context).decode()


def _facts(client: OpenClient) -> TokenFacts:
    me = client.who_am_i()
    names = _rights(client, me)
    if may_only_read(names):
        raise Refusal("token_read_only")
    client.find_employees(employee_number=NOBODY)
    return TokenFacts(
        company_id=me.company_id,
        company_name=me.company_name or client.company(me.company_id).name,
        owner_employee_id=me.employee_id,
        owner_name=me.owner_name,
        rights=names,
        countries={country.iso_alpha2: country.id for country in client.countries() if country.iso_alpha2},
        departments=tuple({"id": d.id, "name": d.name} for d in client.departments() if not d.is_inactive),
        divisions=tuple({"id": d.id, "name": d.name} for d in client.divisions()),
        session=client.taken_session(),
    )


def _rights(client: Tripletex, me: WhoAmI) -> tuple[str, ...]:
    """The rights in force: those that the owner and the user of the token both have."""
    names = {right.name for right in client.entitlements(me.employee_id)}
    if me.actual_employee_id != me.employee_id:
        names &= {right.name for right in client.entitlements(me.actual_employee_id)}
    return tuple(sorted(names))


def _reason(error: TripletexError, token: str, api_url: str) -> str:
    if isinstance(error, TokenRefused):
        return _why_refused(error, token, api_url)
    return next((reason for kind, reason in REASONS if isinstance(error, kind)), "token_rejected")


def _why_refused(error: TokenRefused, token: str, api_url: str) -> str:
    """Tripletex answers a wrong token and one of another environment alike; what the token says of itself may tell."""
    if _is_of_another_environment(token, api_url):
        return "token_other_environment"
    return "token_unknown" if error.names("employeeToken") else "consumer_token_refused"


def _is_of_another_environment(token: str, api_url: str) -> bool:
    """Tokens of Tripletex's test environment carry the prefix `test-` inside their base64 envelope."""
    inner = _inside(token)
    host = urlsplit(api_url).hostname or ""
    if not inner:
        return False
    return inner.startswith("test-") if host == PRODUCTION_HOST else host in TEST_HOSTS and inner[:5] != "test-"


def _inside(token: str) -> str:
    try:
        envelope = json.loads(base64.b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError):
        return ""
    return str(envelope.get("token", "")) if isinstance(envelope, dict) else ""
