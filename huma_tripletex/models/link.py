"""PersonLink: this person is that employee; holds what both sides last agreed on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from huma_tripletex.models.base import PREFIX, Base, BigId

LinkState = Literal["creating", "linked", "left_huma", "left_tripletex", "archived"]
STATES = get_args(LinkState)


class PersonLink(Base):
    """This person is that employee.

    creating -> linked -> left_huma | left_tripletex; archived when the company was exchanged for another. `creating` is
    written before the first request of a create, so that whoever finds it looks before creating again.

    `agreed` holds a keyed hash of the last agreed value per field; versions are Tripletex's, from its last answer.
    """

    __tablename__ = PREFIX + "person_link"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        UniqueConstraint("connection_id", "person_id"),
        Index(
            "uq_huma_tripletex_person_link_employee",
            "connection_id",
            "employee_id",
            unique=True,
            postgresql_where=text("employee_id IS NOT NULL"),
            sqlite_where=text("employee_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey(PREFIX + "connection.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(Text)
    employee_id: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[str] = mapped_column(Text, default="linked")
    matched_by: Mapped[str] = mapped_column(Text, default="")
    """Why we believe it: a key of `core.matching.REASONS`, `chosen`, `created_in_huma` or `created_in_tripletex`."""

    employee_version: Mapped[int | None]
    employment_id: Mapped[int | None] = mapped_column(BigId)
    """The employment in force, or the last one."""
    employment_version: Mapped[int | None]
    employment_count: Mapped[int | None]
    agreed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    doubt_until: Mapped[datetime | None]
    """Until when a write whose answer was lost may still be carried out; of a create it is set before it is sent."""
    linked_at: Mapped[datetime]

    def __repr__(self) -> str:
        return f"<PersonLink {self.id} {self.state}>"
