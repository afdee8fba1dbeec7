"""How a connection as a whole is doing: what the answers of a drain say about it, and what is noted on its row.

A failure that concerns everybody (revoked token, missing right, Tripletex down, rate limit) must not be tried with
person after person. The drain stops, everything goes back to waiting, and the connection is snoozed: short at first,
never longer than a minute. After the snooze one person is tried; a good answer wakes everything that waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from huma_tripletex.core.retry import WINDOW, Delivered, Snoozed, breaks_after, needs_human, outcome_of
from huma_tripletex.delivery.progress import Progress
from huma_tripletex.errors import Forbidden, RateLimited, TripletexError, Unauthorised
from huma_tripletex.models import Connection
from huma_tripletex.models.process_log import say_needs_attention, say_stopped, say_well_again

FIRST_SNOOZE, LONGEST_SNOOZE = 5.0, 60.0
"""Seconds; each failure in a row doubles the snooze."""


@dataclass
class Health:
    """What a drain has learnt. `probing`: the connection was not well when it began, so one person goes first.

    `token` is that of the row then, sealed: what was learnt is about this token, and no other.
    `ill`: why no more requests should be made now, a key of `core.reasons`; `wait`: seconds that Tripletex asked for.
    `trouble`, `request_id`: the last failure that was not about one person, whether it was one too many or not.
    """

    probing: bool
    token: bytes | None = field(default=None, repr=False)
    well: bool = False
    failing: int = 0
    ill: str = ""
    needs_attention: bool = False
    wait: float = 0
    trouble: str = ""
    request_id: str = ""

    @classmethod
    def of(cls, connection: Connection) -> Health:
        """As a drain begins."""
        return cls(_is_troubled(connection), connection.sealed_token)

    def consider(self, progress: Progress) -> None:
        """Takes the end of one attempt into account, and corrects its outcomes if it was not about the person."""
        if any(isinstance(outcome, Delivered) for outcome in progress.outcomes.values()):
            self._good()
        if progress.error is not None:
            self._consider_error(progress, progress.error)
        elif progress.sent_at is not None:
            self._good()

    def cannot_load(self) -> None:
        """The host could not read anybody: a passing trouble of its own, a migration perhaps."""
        self._stop("internal")

    def _good(self) -> None:
        self.well, self.failing = True, 0

    def _consider_error(self, progress: Progress, error: TripletexError) -> None:
        limit = breaks_after(error)
        if limit is None:
            return self._good()  # an answer about this person, so the others may go on
        if isinstance(error, Forbidden):
            self.request_id = error.request_id
            return self._forbidden(progress)
        self.failing += 1
        self.trouble, self.request_id = outcome_of(error, writing=False).reason, error.request_id
        if self.failing >= limit or (self.probing and not self.well):
            self._stop(self.trouble)
            self.needs_attention = needs_human(error)
        if isinstance(error, RateLimited):
            self.wait = error.retry_after or WINDOW
        if isinstance(error, (RateLimited, Unauthorised)):
            _put_off(progress, self.ill)
        return None

    def _forbidden(self, progress: Progress) -> None:
        """Refused while others are accepted, it is about this person, who stays parked; otherwise about everybody."""
        if not self.well:
            self._stop("forbidden")
            self.needs_attention = True
            _put_off(progress, "forbidden", 2 * LONGEST_SNOOZE)  # so that the probe takes somebody else

    def _stop(self, reason: str) -> None:
        self.ill, self.trouble, self.well = reason, reason, False


def note_health(session: Session, connection: Connection, health: Health, now: datetime, jitter: float) -> bool:
    """Writes onto the row what the drain has learnt so far; True: it is well again, so everything that waits may go.

    `jitter` is between 0 and 1. Where the token was replaced meanwhile, nothing is said of the new one, and what the
    old one has put off may go.
    """
    if not _has_news(connection, health):
        return False
    session.flush()
    session.refresh(connection, with_for_update=True)
    if connection.sealed_token != health.token:
        return not health.well
    if health.well:
        return _note_recovery(session, connection, now)
    if health.ill:
        seconds = health.wait or min(LONGEST_SNOOZE, FIRST_SNOOZE * 2.0 ** min(connection.failures, 10))
        connection.snoozed_until = now + timedelta(seconds=seconds + jitter)
    if health.needs_attention and connection.state == "connected":
        connection.change_state("needs_attention", now, health.ill)
        say_needs_attention(session, connection.id, health.ill, health.request_id)
    elif health.ill != "rate_limited" and connection.state != "needs_attention" and not connection.failures:
        say_stopped(session, connection.id, health.trouble, health.request_id)
    if health.ill != "rate_limited":
        connection.failures += 1
    return False


def _has_news(connection: Connection, health: Health) -> bool:
    if health.well:
        return _is_troubled(connection)
    return bool(health.ill or health.failing)


def _is_troubled(connection: Connection) -> bool:
    return bool(connection.failures) or connection.state == "needs_attention"


def _note_recovery(session: Session, connection: Connection, now: datetime) -> bool:
    if _is_troubled(connection):
        say_well_again(session, connection.id)
    connection.failures, connection.snoozed_until = 0, None
    if connection.state == "needs_attention":
        connection.change_state("connected", now)
    return True


def _put_off(progress: Progress, reason: str, seconds: float = 0) -> None:
    for key in progress.failing:
        progress.outcomes[key] = Snoozed(reason, seconds)
