"""When a token may be looked at again: by one worker at a time, and not at once where Tripletex did not answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE = "huma_tripletex_connection"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("check_not_before", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column(TABLE, "check_not_before")
