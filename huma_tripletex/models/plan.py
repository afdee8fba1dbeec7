"""SyncPlan: a comparison at a moment, with the decisions about it. PlanItem: one person in it. Conflict: one field."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huma_tripletex.models.base import PREFIX, Base, BigId

PlanState = Literal["drafting", "ready", "approved", "discarded", "failed"]
STATES = get_args(PlanState)
ItemKind = Literal["matched", "uncertain", "only_in_huma", "only_in_tripletex", "left_out"]
"""`left_out`: never synced, by an administrator's word. Nothing is compared; the plan only tells of them."""
ITEM_KINDS = get_args(ItemKind)
DifferenceKind = Literal["conflict", "missing_in_huma", "missing_in_tripletex"]
DIFFERENCE_KINDS = get_args(DifferenceKind)
Choice = Literal["huma", "tripletex", "leave"]
"""Whose value holds. `leave` leaves both as they are and is remembered."""
CHOICES = get_args(Choice)


class SyncPlan(Base):
    """A comparison at a moment: drafting -> ready -> approved; or failed, or discarded.

    A ready plan goes stale by time (`expires_at`); approval freezes it and `digest` is what was approved.
    """

    __tablename__ = PREFIX + "sync_plan"
    __table_args__ = (CheckConstraint(f"state IN {STATES}", name="state"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey(PREFIX + "connection.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(Text, default="drafting")
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it failed: a key of `core.reasons`."""
    purpose: Mapped[str] = mapped_column(Text, default="sync")
    """`sync`: somebody will decide. `drift`: compared without writing, to tell what differs."""
    made_by: Mapped[str] = mapped_column(Text, default="")
    made_by_name: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
    waited: Mapped[list[Any]] = mapped_column(default=list, deferred=True)
    """Entries that had not ended when Huma began to be read: the comparison knows of what they are about. No moment can
    tell that: what was captured before may be committed later.
    """
    read_at: Mapped[datetime | None]
    """When both systems had been read."""
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0)
    """Goes up with every decision, so that two administrators cannot overwrite each other unknowingly."""
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_by_name: Mapped[str] = mapped_column(Text, default="")
    step: Mapped[str] = mapped_column(Text, default="queued")
    """queued, huma, tripletex, matching, comparing, done."""
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """{"huma": n, "tripletex": n, "matched": n, ...}, for the pages."""
    guards: Mapped[list[Any]] = mapped_column(default=list)
    """What must be confirmed by typing: [{"guard": key, ...facts}]."""
    digest: Mapped[str] = mapped_column(Text, default="")
    lease: Mapped[str | None] = mapped_column(Text)
    leased_until: Mapped[datetime | None] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)


class PlanItem(Base):
    """One person in a plan. `sealed` holds names and values of both sides; it is emptied after some weeks.

    `choice`: for people on one side only `add` or `leave`; for uncertain ones `same` (with `partner`) or `none`; for
    those left out `never`; `told`: asked for, and the run says that it is not possible; None: not yet decided.
    """

    __tablename__ = PREFIX + "plan_item"
    __table_args__ = (
        CheckConstraint(f"kind IN {ITEM_KINDS}", name="kind"),
        Index("ix_huma_tripletex_plan_item_page", "plan_id", "kind", "position"),
        UniqueConstraint("plan_id", "position"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey(PREFIX + "sync_plan.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Place in the alphabet of names, so that pages can be cut without opening every sealed value."""
    kind: Mapped[str] = mapped_column(Text)
    person_id: Mapped[str | None] = mapped_column(Text)
    employee_id: Mapped[int | None] = mapped_column(BigId)
    matched_by: Mapped[str] = mapped_column(Text, default="")
    why: Mapped[str] = mapped_column(Text, default="")
    """Why it is uncertain, or why it cannot be added: a key of `core.reasons`."""
    candidates: Mapped[list[Any]] = mapped_column(default=list)
    """Of an uncertain one: the employee ids it may be."""
    choice: Mapped[str | None] = mapped_column(Text)
    partner: Mapped[int | None] = mapped_column(BigId)
    blocked: Mapped[list[Any]] = mapped_column(default=list)
    """What cannot be written, said before and not after: [{"field", "reason"}]."""
    remembered: Mapped[bool] = mapped_column(default=False)
    """Decided in an earlier sync and unchanged since."""
    differences: Mapped[int] = mapped_column(default=0)
    account_huma: Mapped[str] = mapped_column(Text, default="")
    account_tripletex: Mapped[str] = mapped_column(Text, default="")
    """Hashes of the account numbers, alike within one plan alone, by which the guard finds out who would share one."""
    fingerprint: Mapped[str] = mapped_column(Text, default="")
    """A keyed hash of all that was known of them and of the candidates."""
    sealed: Mapped[bytes | None]


class Conflict(Base):
    """One field in which both sides differ. `choice` None: undecided, both stay as they are and it is asked again."""

    __tablename__ = PREFIX + "conflict"
    __table_args__ = (
        CheckConstraint(f"kind IN {DIFFERENCE_KINDS}", name="kind"),
        CheckConstraint(f"choice IS NULL OR choice IN {CHOICES}", name="choice"),
        UniqueConstraint("item_id", "field"),
        Index("ix_huma_tripletex_conflict_plan", "plan_id", "kind", "field"),
        # Room on every page for another version of each row: a choice for all of them then leaves the indexes alone.
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey(PREFIX + "sync_plan.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(ForeignKey(PREFIX + "plan_item.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(Text, default="")
    """Which side changed since the last agreement: huma, tripletex, both, or "" when nothing was agreed yet."""
    choice: Mapped[str | None] = mapped_column(Text)
    chosen: Mapped[str] = mapped_column(Text, default="")
    """How the choice came about: preselected, all, field, person, value, remembered."""
    only: Mapped[list[str]] = mapped_column(default=list)
    """The choices that can be carried out, e.g. ["huma", "leave"] where Tripletex has the value locked."""
    locked: Mapped[str] = mapped_column(Text, default="")
    """Why a choice is missing: a key of `core.reasons`."""
    needs: Mapped[str] = mapped_column(Text, default="")
    """The field whose value from Huma Tripletex wants along with this one."""
    excludes: Mapped[str] = mapped_column(Text, default="")
    """The field whose value from Huma Tripletex would not take beside this one."""
    hash_huma: Mapped[str] = mapped_column(Text)
    hash_tripletex: Mapped[str] = mapped_column(Text)


class RememberedChoice(Base):
    """A decision that is not asked again until something changes.

    `field` empty: "not added" (person or employee alone) or "not the same person" (both). Otherwise "leave both", which
    holds while both hashes are unchanged.
    """

    __tablename__ = PREFIX + "remembered_choice"
    __table_args__ = (Index("ix_huma_tripletex_remembered_choice_who", "connection_id", "person_id", "employee_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey(PREFIX + "connection.id", ondelete="CASCADE"))
    person_id: Mapped[str | None] = mapped_column(Text)
    employee_id: Mapped[int | None] = mapped_column(BigId)
    field: Mapped[str] = mapped_column(Text, default="")
    choice: Mapped[str] = mapped_column(Text)
    """not_added, not_same, leave, never_sync; undone: put back by an undo, so no side is preferred."""
    hash_huma: Mapped[str] = mapped_column(Text, default="")
    hash_tripletex: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
