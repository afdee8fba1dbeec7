"""Sessions: how they are got, when they die, and what a wrong token is told."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from huma_tripletex.simulator import CONSUMER_TOKEN
from tests.simulator.conftest import NOON, Api, MakeApi, refusal


def test_tokens_look_like_those_of_the_test_environment(api: Api) -> None:
    for text in (CONSUMER_TOKEN, api.token["employee_token"], api.session):
        assert text.startswith("eyJ")
        inside = json.loads(base64.b64decode(text))
        assert set(inside) == {"tokenId", "token"}
        assert inside["token"].startswith("test-")


def test_a_session_by_post_is_created(api: Api) -> None:
    answer = api.login()

    assert answer.status_code == 201
    assert answer.json()["value"]["expirationDate"] == "2026-11-24"


def test_a_session_by_the_deprecated_put_with_the_secrets_in_the_query(api: Api) -> None:
    query = {"consumerToken": CONSUMER_TOKEN, "employeeToken": api.token["employee_token"]}
    answer = api.http.put("/v2/token/session/:create", params={**query, "expirationDate": "2026-11-25"})

    assert answer.status_code == 200
    session = answer.json()["value"]["token"]
    assert api("GET", "token/session/>whoAmI", auth=("0", session)).status_code == 200
    assert refusal(api.http.put("/v2/token/session/:create", params=query)) == (422, 15000, ["expirationDate"])


@pytest.mark.parametrize("whose", ["consumer", "employee"])
@pytest.mark.parametrize("text", ["nonsense", base64.b64encode(b'{"tokenId":9,"token":"of-production"}').decode()])
def test_a_wrong_token_and_one_of_another_environment_are_422_not_401(api: Api, whose: str, text: str) -> None:
    answer = api.login(**{f"{whose}Token": text})

    name = f"arg:{whose}Token"
    message = f"The {whose} token is invalid or does not exist."
    assert refusal(answer) == (422, 18000, [name])
    expected = {"field": name, "message": message, "path": name, "rootId": None}
    assert answer.json()["validationMessages"] == [expected]


@pytest.mark.parametrize("date", ["2026-11-23", "2026-11-22"])
def test_a_session_must_expire_later_than_today(api: Api, date: str) -> None:
    assert refusal(api.login(expirationDate=date)) == (422, 18000, ["arg:expirationDate"])


def test_today_is_oslos(make_api: MakeApi) -> None:
    # 23:30 UTC on the 23rd is half past midnight on the 24th in Oslo
    api = make_api(clock=lambda: datetime(2026, 11, 23, 23, 30, tzinfo=UTC))

    assert api.login(expirationDate="2026-11-24").status_code == 422
    assert api.login(expirationDate="2026-11-25").status_code == 201


def test_a_session_dies_when_its_date_begins_in_oslo(api: Api) -> None:
    death = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)  # midnight in Oslo
    api.control("PUT", "clock", {"now": (death - timedelta(seconds=1)).isoformat()})
    before = api("GET", "token/session/>whoAmI").status_code
    api.control("PUT", "clock", {"now": death.isoformat()})
    after = api("GET", "token/session/>whoAmI")

    assert before == 200
    assert refusal(after) == (401, 3000, [])
    expected = "Could not log in. Check login info in Authorization header."
    assert after.json()["developerMessage"] == expected


@pytest.mark.parametrize("username", ["0", ""])
def test_the_username_is_zero_or_blank(api: Api, username: str) -> None:
    assert api("GET", "token/session/>whoAmI", auth=(username, api.session)).status_code == 200


@pytest.mark.parametrize("auth", [None, ("0", "wrong"), ("4711", "right"), httpx.BasicAuth("0", "")])
def test_anything_else_is_not_logged_in(api: Api, auth: object) -> None:
    if auth == ("4711", "right"):
        auth = ("4711", api.session)
    for path in ("employee", "nothing/like/this", "token/session/>whoAmI"):
        assert refusal(api("GET", path, auth=auth)) == (401, 3000, [])


@pytest.mark.parametrize("header", ["Bearer x", "Basic ###", "Basic " + base64.b64encode(b"nocolon").decode(), "Basic"])
def test_an_authorization_that_cannot_be_read_is_not_logged_in(api: Api, header: str) -> None:
    assert api("GET", "employee", headers={"Authorization": header}, auth=None).status_code == 401


def test_several_sessions_live_at_once_and_end_one_by_one(api: Api) -> None:
    other = api.login().json()["value"]["token"]

    assert api("DELETE", f"token/session/{other}").status_code == 204
    assert api("GET", "token/session/>whoAmI", auth=("0", other)).status_code == 401
    assert api("GET", "token/session/>whoAmI").status_code == 200
    assert refusal(api("DELETE", f"token/session/{other}")) == (404, 6000, [])


def test_the_marks_in_a_path_may_be_escaped(api: Api) -> None:
    answer = api.http.get("http://simulated.test/v2/token/session/%3EwhoAmI", auth=("0", api.session))

    assert answer.status_code == 200


def test_who_am_i_names_owner_and_company(api: Api) -> None:
    who = api.get("token/session/>whoAmI", fields="*,company(name)")

    assert who["employeeId"] == who["actualEmployeeId"] == who["employee"]["id"]
    assert who["companyId"] == api.token["company"]
    assert who["company"] == {"name": "Fjord AS"}
    assert api.get(f"employee/{who['employeeId']}")["dateOfBirth"] is None


def test_a_body_that_cannot_be_mapped(api: Api) -> None:
    assert refusal(api.login(expirationDate="24.12.2026"))[:2] == (422, 16000)
    assert refusal(api.login(company=1)) == (422, 16000, ["company"])
    assert refusal(api.login(employeeToken=None)) == (422, 18000, ["employeeToken"])
    assert refusal(api.http.post("/v2/token/session/:create", content=b"{")) == (422, 22000, [])
    assert refusal(api.http.post("/v2/token/session/:create", json=[])) == (422, 16000, [""])


def test_every_answer_has_cookies_and_a_request_id(api: Api) -> None:
    for path in ("employee", "employee/1"):
        answer = api("GET", path)
        assert len(answer.headers["x-tlx-request-id"]) == 36
        cookies = answer.headers.get_list("set-cookie")
        assert [cookie.partition("=")[0] for cookie in cookies] == ["JSESSIONID", "tlx_locale"]
        assert "Max-Age=3600" in cookies[1]


def test_a_maximum_life_is_a_switch(make_api: MakeApi) -> None:
    api = make_api(switches={"session_days": 3})

    assert api.login(expirationDate="2026-11-26").status_code == 201
    assert refusal(api.login(expirationDate="2026-11-27")) == (422, 18000, ["arg:expirationDate"])
    api.switch(session_days=0)
    assert api.login(expirationDate=f"{NOON.year + 50}-01-01").status_code == 201
