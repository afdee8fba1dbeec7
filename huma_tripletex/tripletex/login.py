"""The session that several threads share: made when first needed, made anew when its date has come or Tripletex no
longer accepts it, and by one thread for all.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime

from huma_tripletex.errors import TripletexError
from huma_tripletex.tripletex.calls import Authorization
from huma_tripletex.tripletex.session import MARGIN, Session, SessionSource


class Login:
    """`on_session` hears of each new session, in the thread that made it and before any other may use it."""

    def __init__(
        self,
        source: SessionSource,
        session: Session | None,
        on_session: Callable[[Session], None] | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._source = source
        self._session = session
        self._on_session = on_session
        self._clock = clock
        self._lock = threading.Lock()
        self._flights = 0
        self._failure: TripletexError | None = None
        self._minted_at: datetime | None = None

    def current(self) -> Session:
        """A session that is not over by its date. Raises what the source raises."""
        session, now = self._session, self._clock()
        if session is None or (session.is_over(now) and not self._is_new(now)):
            return self.renewed(session)
        return session

    def _is_new(self, now: datetime) -> bool:
        """Whether the session has just been made: one that is over from the beginning is tried all the same, since
        another would be no better, shortly before midnight or where Tripletex's clock is another than ours.
        """
        return self._minted_at is not None and self._minted_at <= now < self._minted_at + MARGIN

    def renewed(self, used: Session | None) -> Session:
        """A session other than the one that was `used`. Threads that come together share one new session, or one
        failure.
        """
        flights = self._flights
        with self._lock:
            if self._session is not None and self._session is not used:
                return self._session
            if self._flights != flights and self._failure is not None:
                raise self._failure
            return self._minted()

    def given_up(self) -> Session | None:
        """The session, which is no longer held."""
        with self._lock:
            session, self._session = self._session, None
            return session

    def _minted(self) -> Session:
        self._failure, now = None, self._clock()
        try:
            session = self._source.mint(now)
        except TripletexError as error:
            self._failure = error
            raise
        finally:
            self._flights += 1  # when it is over, so that whoever came during the flight sees that one has ended
        self._session, self._minted_at = session, now
        if self._on_session:
            self._on_session(session)
        return session


def authorization(session: Session) -> Authorization:
    """Basic authentication; user 0 is the company of the employee token."""
    return Authorization("Basic " + b64encode(f"0:{session.token}".encode()).decode())
