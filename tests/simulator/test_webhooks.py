"""Webhooks really arrive, signed as documented, and the stubborn are given up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import queue
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.parts.processes import eventually
from tests.simulator.conftest import Api, MakeApi, refusal


class Receiver:
    """A plain HTTP server that keeps what it is told, and answers as it is told."""

    def __init__(self) -> None:
        self.told: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.status = 200
        self.taken = 0
        receiver = self

        class Told(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.told.put(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def next(self) -> tuple[dict[str, str], dict[str, Any]]:
        headers, body = self.told.get(timeout=10)
        return headers, json.loads(body)

    def silent(self) -> bool:
        try:
            self.told.get(timeout=0.2)
        except queue.Empty:
            return True
        return False


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.thread.start()
    yield receiver
    receiver.server.shutdown()
    receiver.thread.join()
    receiver.server.server_close()


@pytest.fixture
def hooked(make_api: MakeApi) -> Api:
    return make_api(switches={"webhooks_need_https": False}, webhook_pauses=(60, 3600))


def subscribe(api: Api, receiver: Receiver, event: str = "employee.update", **more: Any) -> dict[str, Any]:
    body = {"event": event, "targetUrl": receiver.url, "fields": "id,version,lastName", **more}
    answer = api("POST", "event/subscription", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["value"]


def edit(api: Api, employee: dict[str, Any], **changes: Any) -> None:
    assert api("PUT", f"employee/{employee['id']}", {"dateOfBirth": "1990-05-17", **changes}).status_code == 200


def test_an_update_is_told_with_the_chosen_fields_and_signed(hooked: Api, receiver: Receiver) -> None:
    employee = hooked("POST", "employee", hooked.person()).json()["value"]
    secret = {"hmacSharedSecret": "hemmelig", "authHeaderName": "X-Huma", "authHeaderValue": "ja"}
    subscription = subscribe(hooked, receiver, **secret)
    edit(hooked, employee, lastName="Berg")
    headers, body = receiver.told.get(timeout=10)

    expected = {"id": employee["id"], "version": 1, "lastName": "Berg"}
    told = {"subscriptionId": subscription["id"], "event": "employee.update", "id": employee["id"], "value": expected}
    assert json.loads(body) == told
    signed = headers["idempotency-key"].encode() + b"&" + body
    digest = hmac.digest(b"hemmelig", signed, hashlib.sha512)
    assert headers["x-request-signature"] == base64.b64encode(digest).decode()
    assert headers["x-huma"] == "ja"


def test_secrets_are_write_only(hooked: Api, receiver: Receiver) -> None:
    value = subscribe(hooked, receiver, hmacSharedSecret="hemmelig", authHeaderValue="ja")

    assert (value["hmacSharedSecret"], value["authHeaderValue"], value["status"]) == (None, None, "ACTIVE")
    assert "hemmelig" not in hooked("GET", "event/subscription").text


def test_creates_deletes_and_edits_at_the_control_surface_are_told(hooked: Api, receiver: Receiver) -> None:
    for event in ("employee.create", "employee.update", "employee.delete"):
        subscribe(hooked, receiver, event)
    row = hooked.control("POST", "employees", {"lastName": "Dahl"}).json()
    created = receiver.next()[1]
    hooked.control("PATCH", f"employees/{row['id']}", {"lastName": "Eide"})
    updated = receiver.next()[1]
    hooked.control("DELETE", f"employees/{row['id']}")
    deleted = receiver.next()[1]

    assert (created["event"], created["value"]["lastName"]) == ("employee.create", "Dahl")
    assert (updated["event"], updated["value"]["lastName"]) == ("employee.update", "Eide")
    assert (deleted["event"], deleted["id"], deleted["value"]) == ("employee.delete", row["id"], None)


def test_what_was_not_stored_is_not_told(hooked: Api, receiver: Receiver) -> None:
    employee = hooked("POST", "employee", hooked.person()).json()["value"]
    subscribe(hooked, receiver)
    hooked.fault("lie", times=1)
    edit(hooked, employee, lastName="Berg")
    hooked.fault("lie", times=1, answer="asked")
    edit(hooked, employee, lastName="Berg")
    edit(hooked, employee, lastName="Nordmann")  # the same as before: nothing changes
    hooked("PUT", f"employee/{employee['id']}", {"dateOfBirth": "1990-05-17", "lastName": ""})

    assert receiver.silent()


@pytest.mark.parametrize("fires", [False, True])
def test_whether_an_employment_fires_an_update_is_a_switch(hooked: Api, receiver: Receiver, fires: bool) -> None:
    employee = hooked.hire()
    hooked.switch(employment_fires_update=fires)
    subscribe(hooked, receiver)

    path = f"employee/employment/{employee['employments'][0]['id']}"
    assert hooked("PUT", path, {"startDate": "2024-02-01"}).status_code == 200

    assert receiver.silent() is not fires


def heard(api: Api, receiver: Receiver) -> tuple[dict[str, str], dict[str, Any]]:
    """The next delivery, after the simulator has taken note of how it went."""
    before = receiver.taken
    told = receiver.next()
    receiver.taken = before + 1
    eventually(lambda: api.simulator.webhooks.tried == receiver.taken, 10)
    return told


def later(api: Api, seconds: float) -> None:
    """Moves the clock, and logs in again: sessions do not live for weeks."""
    api.control("PUT", "clock", {"advance": seconds})
    api.session = api.login().json()["value"]["token"]


def test_a_delivery_is_tried_again_when_the_clock_says_so_and_given_up_after_the_last(
    hooked: Api, receiver: Receiver
) -> None:
    employee = hooked("POST", "employee", hooked.person()).json()["value"]
    subscribe(hooked, receiver)
    receiver.status = 500
    edit(hooked, employee, lastName="Berg")
    keys = [heard(hooked, receiver)[0]["idempotency-key"]]
    for pause in (60, 3600):
        later(hooked, pause - 1)
        assert receiver.silent()
        later(hooked, 1)
        keys.append(heard(hooked, receiver)[0]["idempotency-key"])
    later(hooked, 24 * 3600)

    assert len(set(keys)) == 1
    assert receiver.silent()


def test_a_delivery_that_arrives_late_arrives_once(hooked: Api, receiver: Receiver) -> None:
    employee = hooked("POST", "employee", hooked.person()).json()["value"]
    subscribe(hooked, receiver)
    receiver.status = 500
    edit(hooked, employee, lastName="Berg")
    heard(hooked, receiver)
    receiver.status = 200
    later(hooked, 60)

    assert heard(hooked, receiver)[1]["value"]["lastName"] == "Berg"
    later(hooked, 24 * 3600)
    assert receiver.silent()


DAY = 24 * 3600


@pytest.mark.parametrize(
    ("days", "status"),
    [
        ("f", "ACTIVE"),
        ("ffffff", "ACTIVE"),
        ("ffffffff", "DISABLED_TOO_MANY_ERRORS"),
        ("f------f", "DISABLED_TOO_MANY_ERRORS"),
        ("fff+fffffff", "ACTIVE"),
        ("fff+ffffffff", "DISABLED_TOO_MANY_ERRORS"),
    ],
)
def test_a_week_of_failures_disables_and_a_success_begins_it_anew(
    make_api: MakeApi, receiver: Receiver, days: str, status: str
) -> None:
    """One event a day: f fails, + arrives, - nothing happens."""
    api = make_api(switches={"webhooks_need_https": False}, webhook_pauses=())
    employee = api("POST", "employee", api.person()).json()["value"]
    path = f"event/subscription/{subscribe(api, receiver)['id']}"
    for number, day in enumerate(days):
        later(api, DAY if number else 0)
        receiver.status = 200 if day == "+" else 500
        if day != "-":
            edit(api, employee, comments=f"day {number}")
            heard(api, receiver)

    if status == "ACTIVE":
        assert api.get(path)["status"] == status
        edit(api, employee, comments="after")
        assert heard(api, receiver)[1]["event"] == "employee.update"
        return
    eventually(lambda: api.get(path)["status"] == status, 10)
    edit(api, employee, comments="after")
    assert receiver.silent()
    receiver.status = 200
    assert api("PUT", path, {"status": "ACTIVE"}).json()["value"]["status"] == "ACTIVE"
    edit(api, employee, comments="enabled again")
    assert heard(api, receiver)[1]["event"] == "employee.update"


@pytest.mark.parametrize("how", ["deleted", "disabled", "begun anew"])
def test_nothing_is_tried_again_for_a_subscription_that_is_no_more(hooked: Api, receiver: Receiver, how: str) -> None:
    employee = hooked("POST", "employee", hooked.person()).json()["value"]
    path = f"event/subscription/{subscribe(hooked, receiver)['id']}"
    receiver.status = 500
    edit(hooked, employee, lastName="Berg")
    heard(hooked, receiver)
    if how == "deleted":
        assert hooked("DELETE", path).status_code == 204
    elif how == "disabled":
        assert hooked("PUT", path, {"status": "DISABLED"}).status_code == 200
    else:
        time_before = hooked.simulator.world.clock
        hooked.control("POST", "reset")
        time_before.advance(timedelta(seconds=60))
    later(hooked, 60)

    assert receiver.silent()


def test_a_subscription_belongs_to_the_token_that_made_it(hooked: Api, receiver: Receiver) -> None:
    mine = subscribe(hooked, receiver)
    other = Api(hooked.simulator, place=3)

    assert other.get("event/subscription") == []
    assert refusal(other("DELETE", f"event/subscription/{mine['id']}")) == (404, 6000, [])
    assert hooked("DELETE", f"event/subscription/{mine['id']}").status_code == 204
    assert hooked.get("event/subscription") == []
    other.http.close()


def test_subscriptions_in_bulk(hooked: Api, receiver: Receiver) -> None:
    bodies = [{"event": f"employee.{verb}", "targetUrl": receiver.url} for verb in ("create", "update")]
    rows = hooked("POST", "event/subscription/list", bodies).json()["values"]
    changes = [{"id": row["id"], "status": "DISABLED"} for row in rows]
    changed = hooked("PUT", "event/subscription/list", changes).json()["values"]
    ids = ",".join(str(row["id"]) for row in rows)

    assert [row["status"] for row in changed] == ["DISABLED", "DISABLED"]
    assert hooked("DELETE", "event/subscription/list", params={"ids": ids}).status_code == 204
    assert hooked.get("event/subscription") == []
    assert hooked("DELETE", "event/subscription/list").json()["code"] == 15000


def test_event_and_target_are_required_and_must_make_sense(api: Api) -> None:
    assert refusal(api("POST", "event/subscription", {})) == (422, 18000, ["event", "event", "targetUrl", "targetUrl"])
    odd = {"event": "employee.sneeze", "targetUrl": "ftp://x"}
    assert refusal(api("POST", "event/subscription", odd)) == (422, 18000, ["event", "targetUrl"])
    fine = {"event": "employee.update", "targetUrl": "https://x.example/y"}
    assert refusal(api("POST", "event/subscription", {**fine, "fields": "foo"})) == (400, 11000, [])
    assert api("POST", "event/subscription", fine).status_code == 201
