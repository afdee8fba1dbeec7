"""How a session with Tripletex is obtained. `EmployeeTokenSession` is the way of an integrator (consumer token and
employee token); another way, such as the refresh token that newer specifications announce (`POST
/token/session/:createFromRefreshToken`), is one more class with `fingerprint` and `mint`, and the client does not
change.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import httpx

from huma_tripletex.errors import Invalid, TokenRefused
from huma_tripletex.tripletex.budget import Budget
from huma_tripletex.tripletex.calls import PLAIN_JSON, Answer, Ask, OnCall
from huma_tripletex.tripletex.reading import SESSION, read_one
from huma_tripletex.tripletex.refusals import accept
from huma_tripletex.tripletex.wire import Timeouts, Wire

OSLO: Final = ZoneInfo("Europe/Oslo")
SHORTEST: Final = 1
"""Days that a session lives at least: Tripletex wants a date after today."""
MARGIN: Final = timedelta(minutes=10)
"""How long before midnight a session counts as over, for clocks that differ and calls that take their time."""


@dataclass(frozen=True)
class Session:
    """A session token and the date at whose beginning, in Norway, it ends. Seal it before keeping it."""

    token: str = field(repr=False)
    expires_on: date
    found: bool = False
    """Whether somebody else has made it, some time ago: then it may have ended unseen."""

    def is_over(self, now: datetime) -> bool:
        """Compared by date in Norway, as Tripletex does, never by the time of day (API2 issue 73)."""
        return (now + MARGIN).astimezone(OSLO).date() >= self.expires_on


class SessionSource(Protocol):
    """Whatever can make a session."""

    @property
    def fingerprint(self) -> str:
        """Stands for the credentials without revealing them; rate budgets are kept by it."""

    def mint(self, now: datetime) -> Session:
        """A new session. Raises TokenRefused if the credentials are not accepted, and whatever a call can raise."""


class EmployeeTokenSession:
    """Sessions from a consumer token and an employee token. Sessions live `days` days, 1 or more. The maximum is not
    documented: where so many are refused, they live one, and that is remembered.
    """

    def __init__(
        self,
        base_url: str,
        consumer_token: str,
        employee_token: str,
        days: int = 2,
        *,
        transport: httpx.BaseTransport | None = None,
        timeouts: Timeouts | None = None,
        on_call: OnCall | None = None,
    ) -> None:
        self._base_url = base_url
        self._consumer_token = consumer_token
        self._employee_token = employee_token
        self._days = days
        self._transport = transport
        self._timeouts = timeouts
        self._on_call = on_call

    @property
    def fingerprint(self) -> str:
        """Tripletex counts calls per employee and consumer, in each of its installations."""
        parts = (self._base_url, self._consumer_token, self._employee_token)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def mint(self, now: datetime) -> Session:
        """POST /token/session/:create, the form that keeps secrets out of the URL."""
        days = self._days
        try:
            return self._minted(now, days)
        except Invalid as error:
            if days == SHORTEST or not error.names("expirationDate"):
                raise
        self._days = SHORTEST
        return self._minted(now, SHORTEST)

    def _minted(self, now: datetime, days: int) -> Session:
        expires_on = now.astimezone(OSLO).date() + timedelta(days=days)
        # A budget of its own: the call is made without a session, so it cannot count on one
        wire = Wire(
            self._base_url, budget=Budget(), transport=self._transport, timeouts=self._timeouts, on_call=self._on_call
        )
        try:
            answer = wire.send(self._ask(expires_on))
        finally:
            wire.close()
        token, told = read_one(_accepted(answer), SESSION)
        return Session(token, told or expires_on)

    def _ask(self, expires_on: date) -> Ask:
        return Ask.write(
            "POST",
            "/token/session/:create",
            {
                "consumerToken": self._consumer_token,
                "employeeToken": self._employee_token,
                "expirationDate": expires_on.isoformat(),
            },
            content_type=PLAIN_JSON,
        )


def _accepted(answer: Answer) -> Answer:
    """A bad credential is a 422 here, not a 401 (API2 issue 53)."""
    try:
        return accept(answer)
    except Invalid as error:
        if not (error.names("consumerToken") or error.names("employeeToken")):
            raise
        refused = TokenRefused(
            str(error),
            status=error.status,
            code=error.code,
            problems=error.problems,
            operation=error.operation,
            request_id=error.request_id,
        )
    raise refused
