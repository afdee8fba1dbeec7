"""What a drain goes by of its connection's row. It is kept for the next drain, and the claim tells whether the row is
still the same: so a change is on its way without the row having been read again.

PostgreSQL alone tells; elsewhere the row is read for every drain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, bindparam, literal_column, select
from sqlalchemy.orm import Session

from huma_tripletex.gateway.opening import OpenClient
from huma_tripletex.models import Connection
from huma_tripletex.outbox.claim import Claimed
from huma_tripletex.outbox.leasing import VERSION
from huma_tripletex.outbox.rows import POSTGRESQL, dialect_of
from huma_tripletex.outbox.tables import CONNECTIONS

_READING = select(CONNECTIONS, literal_column(VERSION, Text).label("version")).where(
    CONNECTIONS.c.id == bindparam("id")
)


@dataclass
class Remembered:
    """`row` is not to be changed. `proven`: it was read in this drain, or a claim has found it unchanged; `outdated`: a
    claim has found that it was changed since the last drain, so the client may be the wrong one too.
    """

    row: Connection
    version: str | None
    client: OpenClient
    proven: bool = True
    outdated: bool = False

    def row_for(self, session: Session, claimed: Sequence[Claimed]) -> Connection | None:
        """The row as it is; None: it is outdated, and the claim must not be kept."""
        if self.version is not None and claimed[0].row_version == self.version:
            return self.row
        self.outdated = not self.proven
        return None if self.outdated else session.get_one(Connection, claimed[0].connection_id)


def read_row(session: Session, connection_id: int) -> tuple[Connection | None, str | None]:
    """The row, and its version where the database tells one; then it is a copy that belongs to no session."""
    if dialect_of(session) != POSTGRESQL:
        return session.get(Connection, connection_id), None
    found = session.connection().execute(_READING, {"id": connection_id}).mappings().one_or_none()
    if found is None:
        return None, None
    return Connection(**{column.key: found[column] for column in CONNECTIONS.c}), found["version"]
