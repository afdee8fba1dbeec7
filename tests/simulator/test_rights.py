"""What a token may do depends on its owner's rights, and is told with 403/9000."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.conftest import MakeApi, refusal

FORBIDDEN = (403, 9000, [])
WRITES: list[tuple[str, str, Any]] = [
    ("POST", "employee", {}),
    ("POST", "employee/list", []),
    ("PUT", "employee/1", {}),
    ("POST", "employee/employment", {}),
    ("PUT", "employee/employment/1", {}),
    ("POST", "department", {}),
    ("DELETE", "department/1", None),
    ("POST", "division", {}),
    ("POST", "event/subscription", {}),
    ("PUT", "company", {}),
]
READS = ["employee", "employee/1", "employee/employment", "department", "division", "event"]
ALWAYS = ["token/session/>whoAmI", "employee/entitlement", "country", "company/>withLoginAccess"]


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_only_all_rights_write(make_api: MakeApi, place: int, method: str, path: str, body: Any) -> None:
    api = make_api(place)

    answer = api(method, path, body)

    assert refusal(answer) == FORBIDDEN
    assert answer.json()["message"] == "You do not have permission to access this feature."


@pytest.mark.parametrize("path", READS)
def test_no_rights_read_nothing(make_api: MakeApi, path: str) -> None:
    assert refusal(make_api(2)("GET", path)) == FORBIDDEN
    assert make_api(1)("GET", path).status_code in (200, 404)


@pytest.mark.parametrize("path", ALWAYS)
@pytest.mark.parametrize("place", range(6))
def test_everybody_may_see_who_and_where_they_are(make_api: MakeApi, path: str, place: int) -> None:
    api = make_api(place)

    assert api("GET", path).status_code == 200
    assert api("GET", f"company/{api.token['company']}").status_code == 200


def test_entitlements_follow_the_rights(make_api: MakeApi) -> None:
    names = [{row["name"] for row in make_api(place).get("employee/entitlement")} for place in range(3)]

    assert names[0] > names[1] > names[2]
    none = make_api(2)
    assert refusal(none("GET", "employee/entitlement", params={"employeeId": 5})) == FORBIDDEN
    first = make_api().get("employee/entitlement")[0]
    assert make_api().get(f"employee/entitlement/{first['id']}") == first


def test_rights_are_granted_by_template(make_api: MakeApi) -> None:
    api = make_api()
    new = api("POST", "employee", api.person()).json()["value"]["id"]
    path = "employee/entitlement/:grantEntitlementsByTemplate"

    for template, many in (("ALL_PRIVILEGES", 5), ("NONE_PRIVILEGES", 0)):
        assert api("PUT", path, params={"employeeId": new, "template": template}).status_code == 200
        assert len(api.get("employee/entitlement", employeeId=new)) == many
    assert api("PUT", path, params={"employeeId": new, "template": "KING"}).status_code == 422
    assert api("PUT", path, params={"template": "AUDITOR"}).json()["code"] == 15000


def test_without_salary_rights_an_account_number_is_not_told(make_api: MakeApi) -> None:
    api = make_api()
    row = api.get("employee", employeeNumber="1")[0]
    wages = {entitlement["name"] for entitlement in api.get("employee/entitlement")}
    api.switch(salary_rights=False)
    hidden = api.get("employee", employeeNumber="1")[0]

    assert len(row["bankAccountNumber"]) == 11
    salary = ("bankAccountNumber", "iban", "bic", "creditorBankCountryId")
    assert hidden == {name: value for name, value in row.items() if name not in salary}
    assert {entitlement["name"] for entitlement in api.get("employee/entitlement")} < wages
