"""The simulator as a whole: from any request, through faults and journal, to its answer."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from huma_tripletex.simulator.api import Api, Budgeted
from huma_tripletex.simulator.clock import Clock, real_time
from huma_tripletex.simulator.control.table import answer_control
from huma_tripletex.simulator.faults import CODES, Fault, Faults
from huma_tripletex.simulator.hiding import without
from huma_tripletex.simulator.journal import Entry, Journal
from huma_tripletex.simulator.messages import ConnectionDropped, Request, Response, json_response
from huma_tripletex.simulator.operations import sessions
from huma_tripletex.simulator.rate_limit import RateLimit
from huma_tripletex.simulator.refusals import Refusal, breakdown, unauthorized
from huma_tripletex.simulator.seeding import populate
from huma_tripletex.simulator.switches import Switches
from huma_tripletex.simulator.tokens import Session
from huma_tripletex.simulator.webhooks import PAUSES, Webhooks
from huma_tripletex.simulator.world import World

LOG = logging.getLogger(__name__)
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Simulator:
    """A small Tripletex. `answer` may be called from many threads."""

    def __init__(
        self,
        *,
        employees: int = 25,
        seed: int = 1,
        rate_limit: int = 0,
        rate_period: float = 10.0,
        latency: float = 0.0,
        switches: Switches | None = None,
        clock: Callable[[], datetime] = real_time,
        webhook_pauses: Sequence[float] = PAUSES,
    ) -> None:
        self.lock = threading.RLock()
        self.employees = employees
        self.seed = seed
        self.latency = latency
        self.faults = Faults()
        self.journal = Journal()
        self._first_switches = switches or Switches()
        self._budget = (rate_limit, rate_period)
        self._clock_source = clock
        self._webhook_pauses = webhook_pauses
        self._begin()

    def reset(self) -> None:
        """Back to the beginning: the seed's companies, no sessions, no faults, an empty journal, the first switches."""
        with self.lock:
            self.webhooks.close()
            self._begin()

    def _begin(self) -> None:
        self.world = World(Clock(self._clock_source), self._first_switches)
        populate(self.world, self.employees, self.seed)
        self.webhooks = Webhooks(self.lock, self.world.clock, self._webhook_pauses)
        self.api = Api(self.world, RateLimit(*self._budget), self.webhooks)
        self.faults.clear()
        self.journal.clear()

    def answer(self, request: Request) -> Response:
        """The answer to any request; raises ConnectionDropped when a fault says that none is sent."""
        if request.path.startswith("/_simulator/"):
            with self.lock:
                return answer_control(self, request)
        request_id = str(uuid.uuid4())
        if not request.path.startswith("/v2/"):
            return _dressed(_envelope(Refusal(404, 6000, "Object not found"), request_id), request_id)
        return self._answer_api(request, request_id)

    def _answer_api(self, request: Request, request_id: str) -> Response:
        with self.lock:
            entry = Entry(request.method, request.path, request_id, time.time())
            self.journal.note(entry)
            session = self.api.session(request)
            struck = self.faults.struck(request, session.token.company_id if session else None)
        pause = self.latency + sum(fault.seconds for fault in struck if fault.kind == "delay")
        if pause:
            time.sleep(pause)
        fault = next((fault for fault in struck if fault.kind != "delay"), None)
        if fault is not None and fault.kind == "drop_before":
            raise ConnectionDropped
        response = _dressed(self._carried_out(request, session, fault, request_id), request_id)
        if fault is not None and fault.kind == "drop_after":
            raise ConnectionDropped
        entry.status = response.status
        return response

    def _carried_out(self, request: Request, session: Session | None, fault: Fault | None, request_id: str) -> Response:
        kind = fault.kind if fault is not None else ""
        if fault is not None and kind in ("status", "html"):
            return _faulty(fault, request_id)
        try:
            with self.lock:
                if kind == "revoke_token":
                    self._revoke(request, session)
                budget = fault.budget if fault is not None and kind == "rate_limit" else None
                lie = fault.answer if fault is not None and kind == "lie" else None
                response = self.api.answer(request, session, budget, lie)
                return without(response, fault.fields) if fault is not None and kind == "hide" else response
        except Refusal as refusal:
            return _envelope(refusal, request_id)
        except Budgeted as budgeted:
            response = _envelope(budgeted.refusal, request_id)
            response.headers.extend(budgeted.headers)
            return response
        except Exception as error:
            LOG.exception("%s %s broke the simulator", request.method, request.path)
            return _envelope(breakdown(error), request_id)

    def _revoke(self, request: Request, session: Session | None) -> None:
        """The customer has withdrawn the employee token: its sessions are dead and no new one can be had."""
        if request.path.endswith("/:create"):
            raise sessions.revoked()
        if session is not None:
            self.world.sessions.pop(session.text, None)
        raise unauthorized()


def _envelope(refusal: Refusal, request_id: str) -> Response:
    return json_response(refusal.status, refusal.as_json(request_id))


def _faulty(fault: Fault, request_id: str) -> Response:
    headers = list(fault.headers.items())
    if fault.kind == "html":
        return Response(fault.status, BAD_GATEWAY, [("Content-Type", "text/html; charset=utf-8"), *headers])
    if isinstance(fault.body, str):
        return Response(fault.status, fault.body.encode(), [("Content-Type", "application/json"), *headers])
    code = fault.code if fault.code is not None else CODES.get(fault.status, 1000)
    refusal = Refusal(fault.status, code, "A fault that was asked for")
    body = fault.body if fault.body is not None else refusal.as_json(request_id)
    return json_response(fault.status, body, headers)


def _dressed(response: Response, request_id: str) -> Response:
    """The headers every answer of Tripletex has; the request id of a fault that brought its own stands."""
    if not any(name.lower() == "x-tlx-request-id" for name, _ in response.headers):
        response.headers.append(("x-tlx-request-id", request_id))
    response.headers += [
        ("Set-Cookie", f"JSESSIONID={request_id.replace('-', '').upper()}; Path=/; Secure; HttpOnly"),
        ("Set-Cookie", "tlx_locale=no; Max-Age=3600; Path=/; Secure"),
    ]
    return response
