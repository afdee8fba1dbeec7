"""Connection: one company of the host joined to one Tripletex company."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from huma_tripletex.models.base import PREFIX, Base, BigId

ConnectionState = Literal["connected", "paused", "needs_attention", "disconnected"]
STATES = get_args(ConnectionState)


class Connection(Base):
    """One company of the host joined to one Tripletex company.

    connected -> paused (by an administrator) | needs_attention (by us: revoked token, missing right) -> connected;
    any -> disconnected -> connected (the same company connected again: its links resume).

    *Connected* is not *active*: real time begins when the first run has ended and `activated_at` is set. Capture begins
    earlier, with the first comparison (`capturing_since`), so that an edit made meanwhile is not lost.
    """

    __tablename__ = PREFIX + "connection"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index(
            "uq_huma_tripletex_connection_open",
            "organisation_id",
            unique=True,
            postgresql_where=text("state <> 'disconnected'"),
            sqlite_where=text("state <> 'disconnected'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Text, index=True)
    state: Mapped[str] = mapped_column(Text, default="connected")
    state_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it is not `connected`: a key of `core.reasons`. Of one that is paused, also what is wrong with its token."""
    state_since: Mapped[datetime]

    company_id: Mapped[int] = mapped_column(BigId)
    company_name: Mapped[str] = mapped_column(Text)
    owner_employee_id: Mapped[int] = mapped_column(BigId)
    owner_name: Mapped[str] = mapped_column(Text)
    rights: Mapped[list[str]] = mapped_column(default=list)
    """Names of the entitlements the token had when it was last looked at."""

    sealed_token: Mapped[bytes | None]
    token_fingerprint: Mapped[str] = mapped_column(Text, default="")
    """Keyed hash of the employee token: connections that share a token share its rate budget."""
    sealed_session: Mapped[bytes | None]
    session_expires_on: Mapped[date | None]

    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the administrator chose; see `ConnectionOptions`."""
    countries: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Tripletex's country ids by ISO code, read when connecting and with each comparison."""
    company_facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Departments and divisions as last read: {"departments": [{"id", "name"}], "divisions": [...]}."""

    connected_at: Mapped[datetime]
    connected_by: Mapped[str] = mapped_column(Text, default="")
    capturing_since: Mapped[datetime | None]
    activated_at: Mapped[datetime | None]
    last_synced_at: Mapped[datetime | None]
    disconnected_at: Mapped[datetime | None]

    snoozed_until: Mapped[datetime | None]
    """No request before then (rate limit, maintenance, probing a broken connection)."""
    failures: Mapped[int] = mapped_column(default=0)
    """Failures in a row of the kind that concerns the whole connection; a good answer resets them."""
    checked_at: Mapped[datetime | None]
    """When the token was last checked."""
    check_not_before: Mapped[datetime | None]
    """No daily look at the token before then: a worker has begun one, or Tripletex did not answer it."""
    drift: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the last comparison found: {"fields": n, "people": n, "on_the_way": n, "left": n, "alone": n, "at": iso}."""
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """When we last mailed about what, so that nobody is told twice: {"parked": iso, "attention": iso, ...}, and which
    administrators are still to hear of it: {"unheard": {"attention": {id: [attempts, not before]}}}."""

    @property
    def is_open(self) -> bool:
        return self.state != "disconnected"

    @property
    def is_active(self) -> bool:
        """Whether changes may go to Tripletex now."""
        return self.state == "connected" and self.activated_at is not None

    @property
    def flowing_since(self) -> datetime | None:
        """Since when changes go to Tripletex without a pause or trouble that needs somebody; None: they do not."""
        return max(self.state_since, self.activated_at or self.state_since) if self.state == "connected" else None

    @property
    def has_broken_token(self) -> bool:
        """Whether Tripletex did not accept the token, or refused what needs a right, when it was last asked."""
        return self.state == "needs_attention" or (self.state == "paused" and self.state_reason != "paused")

    def change_state(self, state: ConnectionState, now: datetime, reason: str = "") -> None:
        self.state, self.state_reason, self.state_since = state, reason, now

    def __repr__(self) -> str:
        return f"<Connection {self.id} {self.state}>"
