"""Our rows are read anew after each commit, also where the host's session keeps what it has read.

Flows commit often, and go by what others did meanwhile: an administrator who disconnects, another worker, a run that is
stopped. Each way into the extension begins with this.
"""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import Session

from huma_tripletex.models.base import Base


def read_anew(session: Session) -> None:
    """From now on. With SQLAlchemy's default, `expire_on_commit`, there is nothing to do; the host's own rows are left
    as the host wants them.
    """
    if not session.expire_on_commit:
        event.listen(session, "after_commit", _expire_ours)


def _expire_ours(session: Session) -> None:
    for row in session.identity_map.values():
        if isinstance(row, Base):
            session.expire(row)
