"""SyncRun: the carrying out of one approved plan. SyncResult: one person in it, kept for the report."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huma_tripletex.models.base import PREFIX, Base, BigId

RunState = Literal["queued", "running", "cancelling", "ended"]
STATES = get_args(RunState)
ResultOutcome = Literal[
    "planned", "created", "updated", "nothing_to_do", "skipped", "failed", "different", "waiting", "cancelled"
]
OUTCOMES = get_args(ResultOutcome)


class SyncRun(Base):
    """The carrying out of one approved plan: queued -> running -> ended, by way of cancelling if somebody stops it."""

    __tablename__ = PREFIX + "sync_run"
    __table_args__ = (CheckConstraint(f"state IN {STATES}", name="state"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey(PREFIX + "connection.id", ondelete="CASCADE"), index=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey(PREFIX + "sync_plan.id", ondelete="CASCADE"))
    undoes: Mapped[int | None] = mapped_column(BigId)
    """The run that this one takes back."""
    whole: Mapped[bool] = mapped_column(default=False)
    """Of a run that takes another back: whether it leaves nothing of it that can be put back."""
    confirmed: Mapped[bool] = mapped_column(default=False)
    """Whether somebody typed that they mean it, so many people being concerned: counting them begins anew then."""
    state: Mapped[str] = mapped_column(Text, default="queued")
    pressed_by: Mapped[str] = mapped_column(Text, default="")
    pressed_by_name: Mapped[str] = mapped_column(Text, default="")
    sealed_recipient: Mapped[bytes | None]
    """The email address of whoever gets the result; None: nobody."""
    locale: Mapped[str] = mapped_column(Text, default="en")
    link: Mapped[str] = mapped_column(Text, default="")
    """Address of the run's page, for the email."""
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The `ConnectionOptions` that it was approved with: what the settings become later is for others."""
    approved_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    """When everything for Huma was written and everything for Tripletex was in the outbox."""
    ended_at: Mapped[datetime | None]
    mail_state: Mapped[str] = mapped_column(Text, default="none")
    """none, due, sent, undeliverable."""
    mailed_at: Mapped[datetime | None]
    mail_not_before: Mapped[datetime | None]
    mail_attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(Text)
    leased_until: Mapped[datetime | None] = mapped_column(index=True)


class SyncResult(Base):
    """One person in a run. Made when the plan is approved (`planned`), so that progress counts people from the start.

    `sealed` holds name and values before and after, per system: {"name", "huma": {field: [before, after]}, "tripletex":
    {...}}; it is emptied after some weeks. The lists of field names stay.
    """

    __tablename__ = PREFIX + "sync_result"
    __table_args__ = (
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        UniqueConstraint("run_id", "position"),
        Index("ix_huma_tripletex_sync_result_person", "run_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(PREFIX + "sync_run.id", ondelete="CASCADE"))
    item_id: Mapped[int | None] = mapped_column(BigId)
    position: Mapped[int]
    person_id: Mapped[str | None] = mapped_column(Text)
    employee_id: Mapped[int | None] = mapped_column(BigId)
    action: Mapped[str] = mapped_column(Text)
    """link, update, add_to_huma, add_to_tripletex."""
    outcome: Mapped[str] = mapped_column(Text, default="planned")
    huma_outcome: Mapped[str] = mapped_column(Text, default="")
    tripletex_outcome: Mapped[str] = mapped_column(Text, default="")
    huma_fields: Mapped[list[str]] = mapped_column(default=list)
    tripletex_fields: Mapped[list[str]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any] | None]
    request_id: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[datetime | None]
    sealed: Mapped[bytes | None]
