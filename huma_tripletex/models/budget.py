"""TokenBudget: how many calls a token has used in Tripletex's current window, shared by all workers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from huma_tripletex.models.base import PREFIX, Base


class TokenBudget(Base):
    """The rate budget of one token; `fingerprint` as on the connections that use it."""

    __tablename__ = PREFIX + "token_budget"

    fingerprint: Mapped[str] = mapped_column(Text, primary_key=True)
    window_ends_at: Mapped[datetime]
    reserved: Mapped[int] = mapped_column(default=0)
    limit: Mapped[int] = mapped_column(default=100)
