"""Rows and their legal transitions, one file per aggregate."""

from huma_tripletex.models.base import Base
from huma_tripletex.models.budget import TokenBudget
from huma_tripletex.models.connection import Connection
from huma_tripletex.models.link import PersonLink
from huma_tripletex.models.logbook import LogLine
from huma_tripletex.models.options import ConnectionOptions
from huma_tripletex.models.outbox import OutboxEntry, OutboxLease
from huma_tripletex.models.plan import Conflict, PlanItem, RememberedChoice, SyncPlan
from huma_tripletex.models.run import SyncResult, SyncRun

__all__ = [
    "Base",
    "Conflict",
    "Connection",
    "ConnectionOptions",
    "LogLine",
    "OutboxEntry",
    "OutboxLease",
    "PersonLink",
    "PlanItem",
    "RememberedChoice",
    "SyncPlan",
    "SyncResult",
    "SyncRun",
    "TokenBudget",
]
