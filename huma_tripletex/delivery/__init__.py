"""From the outbox to Tripletex: nothing else writes there."""

from huma_tripletex.delivery.clients import Clients
from huma_tripletex.delivery.drain import begin, drain
from huma_tripletex.delivery.report import DrainReport
from huma_tripletex.delivery.under_way import UnderWay

__all__ = ["Clients", "DrainReport", "UnderWay", "begin", "drain"]
