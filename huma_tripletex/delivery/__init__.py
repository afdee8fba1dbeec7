"""From the outbox to Tripletex: nothing else writes there."""

from huma_tripletex.delivery.clients import Clients
from huma_tripletex.delivery.drain import DrainReport
from huma_tripletex.delivery.entrance import drain

__all__ = ["Clients", "DrainReport", "drain"]
