"""OutboxEntry: the intent "make Tripletex agree about these fields of this person"; and the lease on a person.

Ids and field names only: values are read when they are sent, so they are fresh and no personal data rests here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from huma_tripletex.models.base import PREFIX, Base, BigId

EntryState = Literal["waiting", "in_flight", "done", "parked", "dismissed"]
STATES = get_args(EntryState)
EntryKind = Literal["change", "added", "create"]
"""change: fields of a person were edited. added: a person was added in Huma. create: an approved plan adds them."""
KINDS = get_args(EntryKind)
WITHDRAWN: Final = ("cancelled", "undone")
"""Why an entry is taken back; one that waits for this reason, its answer lost, is looked at and never sent."""
OPEN = "state IN ('waiting', 'in_flight', 'parked')"


class OutboxEntry(Base):
    """The intent "make Tripletex agree about these fields of this person".

    waiting -> in_flight -> done | parked | waiting (later, or handed back); parked -> waiting (retry) | dismissed |
    done (an edit of the person superseded it). No foreign key: an insert must never wait for a lock on the connection.
    """

    __tablename__ = PREFIX + "outbox_entry"
    # Most indexes are over a part: a change in Huma must not wait for those that it is not in yet.
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        Index(
            # read by outbox.leasing
            "ix_huma_tripletex_outbox_entry_waiting",
            "connection_id",
            "not_before",
            "id",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index(
            # read by claim and by sweep before the first run has ended
            "ix_huma_tripletex_outbox_entry_waiting_run",
            "connection_id",
            "not_before",
            postgresql_where=text("state = 'waiting' AND run_id IS NOT NULL"),
            sqlite_where=text("state = 'waiting' AND run_id IS NOT NULL"),
        ),
        Index(
            # read by claim, by the figures and by the pages
            "ix_huma_tripletex_outbox_entry_open",
            "connection_id",
            "person_id",
            postgresql_where=text(OPEN),
            sqlite_where=text(OPEN),
        ),
        Index(
            # read by settle and by sweep
            "ix_huma_tripletex_outbox_entry_lease",
            "lease",
            postgresql_where=text("lease IS NOT NULL"),
            sqlite_where=text("lease IS NOT NULL"),
        ),
        Index(
            "ix_huma_tripletex_outbox_entry_settled",
            "connection_id",
            "settled_at",
            postgresql_where=text("settled_at IS NOT NULL"),
            sqlite_where=text("settled_at IS NOT NULL"),
        ),
        Index(
            "ix_huma_tripletex_outbox_entry_run",
            "run_id",
            postgresql_where=text("run_id IS NOT NULL"),
            sqlite_where=text("run_id IS NOT NULL"),
        ),
        Index(
            # read by the log, and to tell what came of trying again
            "ix_huma_tripletex_outbox_entry_again",
            "connection_id",
            "again_at",
            postgresql_where=text("again_at IS NOT NULL"),
            sqlite_where=text("again_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(BigId)
    person_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, default="change", server_default="change")
    fields: Mapped[list[str]] = mapped_column()
    run_id: Mapped[int | None] = mapped_column(BigId)
    expected: Mapped[dict[str, Any] | None]
    """Of a run: keyed hashes of both sides as they were approved, {field: [huma, tripletex]}."""

    state: Mapped[str] = mapped_column(Text, default="waiting", server_default="waiting")
    captured_at: Mapped[datetime]
    not_before: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    unsure: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """The last attempt's answer was lost: look before acting."""

    outcome: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    """Why it waits or is parked: a key of `core.reasons`."""
    detail: Mapped[dict[str, Any] | None]
    """Facts for the sentence: {"fields": [...], "status": 422, "code": 18000}; never a value. And what any attempt that
    did not do all has brought to Tripletex: {"taken": [...]}."""
    request_id: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    again_at: Mapped[datetime | None]
    """When it was last put back, by a human or with a newer change: the time for retries began anew then."""
    failed_at: Mapped[datetime | None]
    """When it was parked before that."""
    failed_reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    """And why: a key of `core.reasons`."""
    by_hand: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """A human has put it back after it was parked: the settings hold as they are, and not those of its run."""

    @property
    def why(self) -> str:
        """`reason` as it is told: what was taken back and still waits does so until Tripletex says what it holds."""
        return "taken_back_unsure" if self.state == "waiting" and self.reason in WITHDRAWN else self.reason

    @property
    def kept_out(self) -> list[str]:
        """Of one that has failed: the fields that Tripletex has not taken."""
        return kept_out_of(self.fields, self.detail)

    @property
    def taken(self) -> list[str]:
        """Of one that is not done, or has failed: what Tripletex took all the same."""
        return taken_of(self.kind, self.fields, self.detail)

    def __repr__(self) -> str:
        return f"<OutboxEntry {self.id} {self.state}>"


def kept_out_of(fields: Sequence[str], detail: Mapping[str, Any] | None) -> list[str]:
    """`OutboxEntry.kept_out`, of an entry that is not loaded as one."""
    told = detail or {}
    return list(told.get("failed") or told.get("fields") or fields)


def taken_of(kind: str, fields: Sequence[str], detail: Mapping[str, Any] | None) -> list[str]:
    """`OutboxEntry.taken`, of an entry that is not loaded as one."""
    told = detail or {}
    left = {*kept_out_of(fields, detail)}.difference(told.get("taken", ())).union(told.get("skipped", ()))
    return [] if kind == "create" else [key for key in fields if key not in left]


class OutboxLease(Base):
    """One worker holds one person's entries of one connection. The primary key is the promise: never two."""

    __tablename__ = PREFIX + "outbox_lease"

    connection_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    person_id: Mapped[str] = mapped_column(Text, primary_key=True)
    token: Mapped[str] = mapped_column(Text, index=True)
    until: Mapped[datetime] = mapped_column(index=True)
