"""From the outbox to Tripletex: nothing else writes there."""

from huma_tripletex.delivery.clients import Clients
from huma_tripletex.delivery.drain import drain
from huma_tripletex.delivery.report import DrainReport

__all__ = ["Clients", "DrainReport", "drain"]
