"""Sessions: how they are made, when they are over, and that several threads make one between them."""

from __future__ import annotations

import json
import threading
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from huma_tripletex.errors import Invalid, NotSent, TokenRefused, Unauthorised, Unreadable
from huma_tripletex.tripletex import Budget, Session, Tripletex
from tests.tripletex.stub import BASE, NOON, Stub, many, one, refusal, session

MINT = "POST /token/session/:create"
ME = {"employeeId": 1, "companyId": 2}
WRONG = {"field": "arg:employeeToken", "message": "The employee token is invalid.", "path": "arg:employeeToken"}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def bearer(token: str) -> httpx.BasicAuth:
    return httpx.BasicAuth("0", token)


def accepts(*tokens: str):
    """Answers whoAmI to those who come with one of the tokens, and 401 to the others."""
    allowed = {
        next(bearer(token).auth_flow(httpx.Request("GET", "http://x"))).headers["Authorization"] for token in tokens
    }

    def reply(request: httpx.Request) -> httpx.Response:
        return one(ME) if request.headers["Authorization"] in allowed else refusal(401, 3000)

    return reply


def test_a_session_is_made_with_secrets_in_the_body_and_for_two_days() -> None:
    stub = Stub({"GET /token/session/>whoAmI": accepts("session-1")})
    stub.client().who_am_i()
    assert stub.transport.asked[0] == (
        MINT,
        {},
        {"consumerToken": "consumer-secret", "employeeToken": "employee-secret", "expirationDate": "2026-03-04"},
    )


@pytest.mark.parametrize(
    ("now", "expires"),
    [
        ("2026-03-02 22:59:59", "2026-03-04"),  # 23:59:59 in Norway
        ("2026-03-02 23:00:00", "2026-03-05"),  # midnight in Norway
        ("2026-07-02 21:59:59", "2026-07-04"),  # summer time
        ("2026-07-02 22:00:00", "2026-07-05"),
    ],
)
def test_the_expiration_date_is_counted_in_norway(now: str, expires: str) -> None:
    stub = Stub({MINT: lambda _: session(expires=expires)})
    assert stub.source().mint(utc(now)) == Session("session-1", date.fromisoformat(expires))
    assert stub.transport.asked[0][2]["expirationDate"] == expires


@pytest.mark.parametrize(
    ("now", "over"),
    [
        ("2026-03-03 22:49:59", False),
        ("2026-03-03 22:50:00", True),  # ten minutes before midnight in Norway, at which the 4th begins
        ("2026-03-03 23:30:00", True),
        ("2026-03-04 12:00:00", True),
    ],
)
def test_a_session_is_over_when_its_date_begins_in_norway_with_a_margin(now: str, over: bool) -> None:
    assert Session("t", date(2026, 3, 4)).is_over(utc(now)) is over


def test_what_tripletex_says_of_the_expiry_counts() -> None:
    stub = Stub({MINT: session(expires="2026-03-03")})
    assert stub.source().mint(NOON).expires_on == date(2026, 3, 3)
    stub = Stub({MINT: one({"token": "t"}, 201)})
    assert stub.source().mint(NOON).expires_on == date(2026, 3, 4)


TOO_LONG = {"field": "arg:expirationDate", "message": "Ugyldig.", "path": "arg:expirationDate"}


def at_most_a_day(request: httpx.Request) -> httpx.Response:
    expires = json.loads(request.content)["expirationDate"]
    return session(expires=expires) if expires == "2026-03-03" else refusal(422, 18000, TOO_LONG)


def test_where_sessions_live_a_day_at_most_they_are_made_for_a_day_and_that_is_remembered() -> None:
    stub = Stub({MINT: at_most_a_day})
    source = stub.source()
    assert source.mint(NOON) == Session("session-1", date(2026, 3, 3))
    assert source.mint(NOON) == Session("session-1", date(2026, 3, 3))
    assert [body["expirationDate"] for _, _, body in stub.transport.asked] == ["2026-03-04", "2026-03-03", "2026-03-03"]


@pytest.mark.parametrize("problem", [TOO_LONG, {"field": "somethingElse", "message": "Ugyldig."}])
def test_another_date_is_tried_once_and_only_where_the_date_is_refused(problem: dict[str, str]) -> None:
    stub = Stub({MINT: refusal(422, 18000, problem)})
    with pytest.raises(Invalid):
        stub.source().mint(NOON)
    assert stub.transport.count(MINT) == (2 if problem is TOO_LONG else 1)


@pytest.mark.parametrize("expires", ["2026-03-02", "2000-01-01"])
def test_a_session_that_is_over_from_the_beginning_is_not_made_for_each_call(expires: str) -> None:
    moment = [NOON]
    stub = Stub({MINT: session(expires=expires), "GET /token/session/>whoAmI": accepts("session-1")})
    client = stub.client(clock=lambda: moment[0])
    for _ in range(5):
        client.who_am_i()
    assert stub.transport.count(MINT) == 1
    moment[0] += timedelta(minutes=10)
    for _ in range(5):
        client.who_am_i()
    assert stub.transport.count(MINT) == 2
    moment[0] -= timedelta(hours=1)  # a clock that was set back
    client.who_am_i()
    assert stub.transport.count(MINT) == 3


def test_a_session_that_is_over_from_the_beginning_and_not_accepted_is_made_anew_once() -> None:
    stub = Stub({MINT: session(expires="2026-03-02"), "GET /token/session/>whoAmI": refusal(401, 3000)})
    with pytest.raises(Unauthorised):
        stub.client().who_am_i()
    assert stub.transport.count(MINT) == 2


def test_a_kept_session_is_used_and_none_is_made() -> None:
    stub = Stub({"GET /token/session/>whoAmI": accepts("session-0")})
    stub.logged_in().who_am_i()
    assert stub.transport.count(MINT) == 0


def test_a_session_that_is_over_by_its_date_is_made_anew_without_trying_it() -> None:
    heard: list[Session] = []
    stub = Stub({"GET /token/session/>whoAmI": accepts("session-1")})
    client = stub.client(session=Session("old", date(2026, 3, 2)), on_session=heard.append)
    client.who_am_i()
    client.who_am_i()
    assert [asked for asked, _, _ in stub.transport.asked] == [MINT] + ["GET /token/session/>whoAmI"] * 2
    assert heard == [Session("session-1", date(2026, 3, 4))]


def test_a_session_that_is_no_longer_accepted_is_made_anew_once() -> None:
    heard: list[Session] = []
    stub = Stub({"GET /token/session/>whoAmI": accepts("session-1")})
    stub.logged_in(on_session=heard.append).who_am_i()
    assert heard == [Session("session-1", date(2026, 3, 4))]
    assert stub.transport.count("GET /token/session/>whoAmI") == 2


def test_a_second_401_is_unauthorised() -> None:
    stub = Stub({"GET /token/session/>whoAmI": refusal(401, 3000)})
    with pytest.raises(Unauthorised) as caught:
        stub.logged_in().who_am_i()
    assert (caught.value.status, caught.value.code) == (401, 3000)
    assert stub.transport.count(MINT) == 1
    assert stub.transport.count("GET /token/session/>whoAmI") == 2


def test_a_wrong_token_is_named() -> None:
    stub = Stub({MINT: refusal(422, 18000, WRONG)})
    with pytest.raises(TokenRefused) as caught:
        stub.client().who_am_i()
    assert caught.value.names("employeeToken")
    assert not caught.value.names("consumerToken")
    assert (caught.value.status, caught.value.code) == (422, 18000)
    assert isinstance(caught.value, Unauthorised)
    assert isinstance(caught.value, Invalid)
    assert caught.value.operation == MINT


def test_another_422_is_not_a_wrong_token() -> None:
    stub = Stub({MINT: refusal(422, 18000, {"field": "expirationDate", "message": "m", "path": None})})
    with pytest.raises(Invalid) as caught:
        stub.client().who_am_i()
    assert not isinstance(caught.value, TokenRefused)


@pytest.mark.parametrize("body", [{"value": {"token": ""}}, {"value": {}}, {"value": None}, {}])
def test_a_session_without_a_token_is_unreadable(body: object) -> None:
    stub = Stub({MINT: httpx.Response(201, json=body)})
    with pytest.raises(Unreadable):
        stub.client().who_am_i()


def test_threads_that_get_401_together_make_one_session_between_them() -> None:
    together = threading.Barrier(8)
    fresh = accepts("session-1")

    def reply(request: httpx.Request) -> httpx.Response:
        answer = fresh(request)
        if answer.status_code == 401:
            together.wait(10)
        return answer

    stub = Stub({"GET /token/session/>whoAmI": reply})
    with stub.logged_in(budget=budget_that_knows_no_limit()) as client, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: client.who_am_i().employee_id, range(8)))
    assert found == [1] * 8
    assert stub.transport.count(MINT) == 1


def test_threads_that_wait_for_a_session_share_its_failure() -> None:
    together = threading.Barrier(8)

    def reply(_: httpx.Request) -> httpx.Response:
        together.wait(10)
        return refusal(401, 3000)

    release = threading.Event()

    def mint(_: httpx.Request) -> httpx.Response:
        release.wait(10)
        return refusal(422, 18000, WRONG)

    stub = Stub({"GET /token/session/>whoAmI": reply, MINT: mint})
    with stub.logged_in(budget=budget_that_knows_no_limit()) as client, ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(client.who_am_i) for _ in range(8)]
        threading.Timer(0.3, release.set).start()  # by then all eight have their 401 and stand in line
        assert {type(call.exception(10)) for call in calls} == {TokenRefused}
    assert stub.transport.count(MINT) == 1


def test_after_a_failure_the_next_call_tries_again() -> None:
    answers = iter([refusal(503), session()])
    stub = Stub({MINT: lambda _: next(answers), "GET /token/session/>whoAmI": accepts("session-1")})
    client = stub.client()
    with pytest.raises(Exception, match="status 503"):
        client.who_am_i()
    assert client.who_am_i().employee_id == 1


def test_a_session_is_ended_by_its_token_in_the_path_and_then_not_used_again() -> None:
    paths: list[bytes] = []

    def ended(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(204)

    stub = Stub({"DELETE /token/session/{token}": ended, "GET /employee": many()})
    client = stub.client(session=Session("ey/J+9==", date(2026, 3, 4)))
    client.close_session()
    client.close_session()
    assert paths == [b"/v2/token/session/ey%2FJ%2B9%3D%3D"]
    client.employees()
    assert stub.transport.count(MINT) == 1


@pytest.mark.parametrize("status", [401, 404])
def test_ending_a_session_that_has_ended_is_no_error(status: int) -> None:
    stub = Stub({"DELETE /token/session/{token}": refusal(status)})
    stub.logged_in().close_session()
    assert stub.transport.count(MINT) == 0


def test_a_lost_way_to_the_session_is_an_error_of_ours() -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(NotSent):
        Stub({MINT: broken}).client().who_am_i()


def test_the_fingerprint_tells_credentials_and_installations_apart_and_reveals_nothing() -> None:
    from huma_tripletex.tripletex import EmployeeTokenSession

    prints = {
        EmployeeTokenSession(*parts).fingerprint
        for parts in [("http://a", "c", "e"), ("http://b", "c", "e"), ("http://a", "d", "e"), ("http://a", "c", "f")]
    }
    assert len(prints) == 4
    assert "employee-secret" not in Stub().source().fingerprint


def budget_that_knows_no_limit():
    from huma_tripletex.tripletex import Budget

    budget = Budget()
    budget.settle(budget.acquire())
    return budget


class RefreshTokenSession:
    """Another way to a session, as newer specifications announce it."""

    fingerprint = "refresh"

    def __init__(self) -> None:
        self.made = 0

    def mint(self, now: datetime) -> Session:
        self.made += 1
        return Session(f"refreshed-{self.made}", (now + timedelta(days=1)).date())


def test_a_session_may_be_had_in_another_way() -> None:
    source, used = RefreshTokenSession(), []

    def countries(request: httpx.Request) -> httpx.Response:
        used.append(b64decode(request.headers["authorization"].removeprefix("Basic ")).decode())
        return refusal(401, 3000) if len(used) == 1 else many({"id": 161, "isoAlpha2Code": "NO"})

    stub = Stub({"GET /country": countries})
    client = Tripletex(BASE, source, budget=Budget(), transport=stub.transport, clock=lambda: NOON)
    assert client.countries()[0].iso_alpha2 == "NO"
    assert used == ["0:refreshed-1", "0:refreshed-2"]
    assert stub.transport.count("POST /token/session/:create") == 0


class Found:
    """A source that first answers with what others have made, which has ended as well, `stale` times."""

    fingerprint = "found"

    def __init__(self, stale: int) -> None:
        self.stale = stale
        self.minted: list[str] = []

    def mint(self, now: datetime) -> Session:
        self.minted.append("stale" if self.stale > len(self.minted) else "good")
        return Session(self.minted[-1], (now + timedelta(days=1)).date(), found=self.minted[-1] == "stale")


@pytest.mark.parametrize(("stale", "sent"), [(0, 2), (1, 3)])
def test_a_session_that_somebody_else_made_may_have_ended_as_well(stale: int, sent: int) -> None:
    source, stub = Found(stale), Stub({"GET /token/session/>whoAmI": accepts("good")})
    client = Tripletex(
        BASE,
        source,
        session=Session("old", date(2999, 1, 1)),
        budget=Budget(),
        transport=stub.transport,
        clock=lambda: NOON,
    )
    assert client.who_am_i().employee_id == 1
    assert stub.transport.count("GET /token/session/>whoAmI") == sent


def test_sessions_of_others_are_not_tried_for_ever() -> None:
    source, stub = Found(stale=99), Stub({"GET /token/session/>whoAmI": accepts("good")})
    client = Tripletex(BASE, source, budget=Budget(), transport=stub.transport, clock=lambda: NOON)
    with pytest.raises(Unauthorised):
        client.who_am_i()
    assert stub.transport.count("GET /token/session/>whoAmI") == 3
