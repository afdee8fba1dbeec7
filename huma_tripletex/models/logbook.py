"""LogLine: who did what to a connection, and which masked values were shown to whom. Never a value."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from huma_tripletex.host.port import HostUser
from huma_tripletex.models.base import PREFIX, Base, BigId


class LogLine(Base):
    """One act of an administrator, or of ours that an administrator should be able to find."""

    __tablename__ = PREFIX + "log_line"
    __table_args__ = (Index("ix_huma_tripletex_log_line_page", "connection_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey(PREFIX + "connection.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(Text, default="")
    what: Mapped[str] = mapped_column(Text)
    """connected, token_replaced, paused, resumed, disconnected, options, approved, cancelled, retried, revealed..."""
    person_id: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[dict[str, Any] | None]

    @classmethod
    def act(
        cls,
        connection_id: int,
        what: str,
        at: datetime,
        by: HostUser | None = None,
        person_id: str | None = None,
        **detail: Any,
    ) -> LogLine:
        """A line about what `by` did, to a person if one is named; `by` None: we, or somebody at the command line."""
        who = {"by": by.id, "by_name": by.name} if by else {}
        return cls(connection_id=connection_id, what=what, at=at, person_id=person_id, detail=detail or None, **who)
