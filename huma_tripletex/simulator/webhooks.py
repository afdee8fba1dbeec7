"""Real webhook deliveries: signed as documented, retried with growing pauses, given up after the last."""

import base64
import hashlib
import hmac
import queue
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from huma_tripletex.simulator.company import Company
from huma_tripletex.simulator.rendering import renderer
from huma_tripletex.simulator.shapes import Row
from huma_tripletex.simulator.view import View

# Tripletex tries for thirty hours. Seconds between the tries:
PAUSES: tuple[float, ...] = (1, 5, 60, 600, 3600, 6 * 3600, 24 * 3600)


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

    def __init__(self, lock: threading.RLock, pauses: Sequence[float] = PAUSES) -> None:
        self._lock = lock
        self._pauses = tuple(pauses)
        self._due: queue.PriorityQueue[tuple[float, int, Delivery]] = queue.PriorityQueue()
        self._order = 0
        self._thread: threading.Thread | None = None

    def fire(self, view: View, happened: Sequence[tuple[str, int]]) -> None:
        """Queue what has happened for every active subscription. The caller holds the lock."""
        if not happened:
            return
        for subscription in view.company.rows("Subscription"):
            for event, row_id in happened:
                if subscription["event"] == event and subscription["status"] == "ACTIVE":
                    self._queue(_delivery(view, subscription, event, row_id), 0)

    def _queue(self, delivery: Delivery, pause: float) -> None:
        self._order += 1
        self._due.put((time.monotonic() + pause, self._order, delivery))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="simulator-webhooks", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        with httpx.Client(timeout=10, trust_env=False) as client:
            while True:
                due, order, delivery = self._due.get()
                if (wait := due - time.monotonic()) > 0:
                    self._due.put((due, order, delivery))
                    time.sleep(min(wait, 0.05))
                    continue
                self._deliver(client, delivery)

    def _deliver(self, client: httpx.Client, delivery: Delivery) -> None:
        try:
            accepted = client.post(delivery.url, content=delivery.body, headers=delivery.headers).is_success
        except httpx.HTTPError:
            accepted = False
        if accepted:
            return
        with self._lock:
            if delivery.tries < len(self._pauses):
                again = Delivery(**{**vars(delivery), "tries": delivery.tries + 1})
                self._queue(again, self._pauses[delivery.tries])
            elif (row := delivery.company.get("Subscription", delivery.subscription_id)) is not None:
                delivery.company.put("Subscription", {**row, "status": "DISABLED_TOO_MANY_ERRORS"})


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
