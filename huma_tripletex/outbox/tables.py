"""The tables that the statements here are about, without the object mapping: no row is loaded to change its state."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table

from huma_tripletex.models.connection import Connection
from huma_tripletex.models.outbox import OutboxEntry, OutboxLease

ENTRIES = cast(Table, OutboxEntry.__table__)
LEASES = cast(Table, OutboxLease.__table__)
CONNECTIONS = cast(Table, Connection.__table__)
