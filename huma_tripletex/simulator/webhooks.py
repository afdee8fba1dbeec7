"""Real webhook deliveries, signed and retried as documented: with growing pauses over thirty hours, and a subscription
is disabled once nothing it is for has arrived for a week. Pauses and weeks are those of the simulator's clock.
"""

import base64
import hashlib
import hmac
import queue
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

from huma_tripletex.simulator.clock import Clock
from huma_tripletex.simulator.company import Company
from huma_tripletex.simulator.rendering import renderer
from huma_tripletex.simulator.shapes import Row
from huma_tripletex.simulator.view import View

# Tripletex tries for thirty hours. Seconds between the tries:
PAUSES: tuple[float, ...] = (1, 5, 60, 600, 3600, 6 * 3600, 22 * 3600)
PATIENCE = timedelta(days=7)
_GLANCE = 0.02
"""Seconds between two looks at the clock, which may be set, while something waits."""


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one subscription."""

    company: Company
    subscription_id: int
    url: str
    headers: dict[str, str]
    body: bytes
    tries: int = 0


class Webhooks:
    """Posts events to subscribers from a thread of its own, so that no API call waits for them."""

    def __init__(self, lock: threading.RLock, clock: Clock, pauses: Sequence[float] = PAUSES) -> None:
        self._lock = lock
        self._clock = clock
        self._pauses = tuple(pauses)
        self._due: queue.PriorityQueue[tuple[datetime, int, Delivery]] = queue.PriorityQueue()
        self._order = 0
        self._thread: threading.Thread | None = None
        self._closed = False
        self.tried = 0  # deliveries whose outcome is known, for whoever waits for one

    def fire(self, view: View, happened: Sequence[tuple[str, int]]) -> None:
        """Queue what has happened for every active subscription. The caller holds the lock."""
        if not happened:
            return
        for subscription in view.company.rows("Subscription"):
            for event, row_id in happened:
                if subscription["event"] == event and subscription["status"] == "ACTIVE":
                    self._queue(_delivery(view, subscription, event, row_id), 0)

    def close(self) -> None:
        """Deliver no more."""
        self._closed = True

    def _queue(self, delivery: Delivery, pause: float) -> None:
        self._order += 1
        self._due.put((self._clock.now() + timedelta(seconds=pause), self._order, delivery))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="simulator-webhooks", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        with httpx.Client(timeout=10, trust_env=False) as client:
            while not self._closed:
                try:
                    due, order, delivery = self._due.get(timeout=1)
                except queue.Empty:
                    continue  # to see whether it is closed
                if due > self._clock.now():
                    self._due.put((due, order, delivery))
                    time.sleep(_GLANCE)
                    continue
                self._deliver(client, delivery)

    def _deliver(self, client: httpx.Client, delivery: Delivery) -> None:
        with self._lock:
            if self._subscription(delivery) is None:
                return
        try:
            accepted = client.post(delivery.url, content=delivery.body, headers=delivery.headers).is_success
        except (httpx.HTTPError, httpx.InvalidURL):
            accepted = False
        with self._lock:
            self._heard(delivery, accepted)
            self.tried += 1

    def _subscription(self, delivery: Delivery) -> Row | None:
        """What the delivery is for, unless it has been deleted or disabled meanwhile."""
        row = delivery.company.get("Subscription", delivery.subscription_id)
        return row if row is not None and row["status"] == "ACTIVE" else None

    def _heard(self, delivery: Delivery, accepted: bool) -> None:
        """A success forgets earlier failures. A failure is tried again, unless it was the last or all fail for long."""
        row, now = self._subscription(delivery), self._clock.now()
        if row is None:
            return
        since = None if accepted else row["failing_since"] or now
        given_up = since is not None and now - since >= PATIENCE
        status = "DISABLED_TOO_MANY_ERRORS" if given_up else "ACTIVE"
        delivery.company.put("Subscription", {**row, "failing_since": since, "status": status})
        if not accepted and not given_up and delivery.tries < len(self._pauses):
            self._queue(replace(delivery, tries=delivery.tries + 1), self._pauses[delivery.tries])


def signature(secret: str, key: str, body: bytes) -> str:
    """`x-request-signature`: base64 of HMAC-SHA512 over the idempotency key, an ampersand and the body."""
    digest = hmac.new(secret.encode(), f"{key}&".encode() + body, hashlib.sha512).digest()
    return base64.b64encode(digest).decode()


def _delivery(view: View, subscription: Row, event: str, row_id: int) -> Delivery:
    row = view.company.get("Employee", row_id)
    value: Any = None if row is None else renderer("Employee", subscription["fields"] or "")(view, row)
    payload = {"subscriptionId": subscription["id"], "event": event, "id": row_id, "value": value}
    body, key = msgspec.json.encode(payload), str(uuid.uuid4())
    headers = {"Content-Type": "application/json; charset=utf-8", "idempotency-key": key}
    if subscription["authHeaderName"]:
        headers[subscription["authHeaderName"]] = subscription["authHeaderValue"] or ""
    if subscription["hmacSharedSecret"]:
        headers["x-request-signature"] = signature(subscription["hmacSharedSecret"], key, body)
    return Delivery(view.company, subscription["id"], subscription["targetUrl"], headers, body)
