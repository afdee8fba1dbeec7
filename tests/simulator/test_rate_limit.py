"""The budget of a token: fixed windows, headers, and no reset header when it is spent."""

from __future__ import annotations

from datetime import timedelta

from tests.simulator.conftest import NOON, Api, MakeApi


def test_the_headers_count_down_and_the_refusal_has_no_reset(make_api: MakeApi) -> None:
    api = make_api(rate_limit=3, clock=lambda: NOON + timedelta(seconds=4))
    answers = [api("GET", "token/session/>whoAmI") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer.headers["X-Rate-Limit-Remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
    assert {answer.headers["X-Rate-Limit-Limit"] for answer in answers} == {"3"}
    assert [answer.headers.get("X-Rate-Limit-Reset") for answer in answers] == ["6", "6", "6", None, None]
    assert "Retry-After" not in answers[4].headers


def test_windows_begin_at_multiples_of_the_period(make_api: MakeApi) -> None:
    api = make_api(rate_limit=2)
    statuses = []
    for second in (8, 9, 9, 10, 19, 19, 20):
        api.control("PUT", "clock", {"now": (NOON + timedelta(seconds=second)).isoformat()})
        statuses.append(api("GET", "token/session/>whoAmI").status_code)

    assert statuses == [200, 200, 429, 200, 200, 429, 200]


def test_each_token_has_a_budget_of_its_own_shared_by_its_sessions(make_api: MakeApi) -> None:
    api = make_api(rate_limit=2)
    other = Api(api.simulator, place=3)
    again = api.login().json()["value"]["token"]

    assert api("GET", "employee").status_code == 200
    assert api("GET", "employee", auth=("0", again)).status_code == 200
    assert api("GET", "employee").status_code == 429
    assert other("GET", "employee").status_code == 200
    other.http.close()


def test_refusals_cost_too_and_sessions_do_not(make_api: MakeApi) -> None:
    api = make_api(rate_limit=2)

    assert api("GET", "employee/1").headers["X-Rate-Limit-Remaining"] == "1"
    assert "X-Rate-Limit-Limit" not in api.login().headers
    assert "X-Rate-Limit-Limit" not in api("GET", "employee", auth=None).headers
    assert api("POST", "employee", {}).headers["X-Rate-Limit-Remaining"] == "0"


def test_what_is_refused_for_the_budget_is_not_done(make_api: MakeApi) -> None:
    api = make_api(rate_limit=1)
    api("GET", "employee")
    before = len(api.control("GET", "employees").json())

    assert api("POST", "employee", api.person()).status_code == 429
    assert len(api.control("GET", "employees").json()) == before


def test_zero_is_no_limit(api: Api) -> None:
    answers = [api("GET", "token/session/>whoAmI") for _ in range(150)]

    assert {answer.status_code for answer in answers} == {200}
    assert "X-Rate-Limit-Limit" not in answers[0].headers
