"""Employees: how they read, what a create and an update do, and how a lost update is prevented."""

from __future__ import annotations

import threading

from tests.simulator.conftest import Api, refusal

UNSET_TEXTS = [
    "employeeNumber",
    "email",
    "phoneNumberMobile",
    "phoneNumberHome",
    "phoneNumberWork",
    "nationalIdentityNumber",
    "dnumber",
    "bankAccountNumber",
    "iban",
    "bic",
    "comments",
]


def test_a_new_employee_reads_as_recorded(api: Api) -> None:
    value = api("POST", "employee", api.person()).json()["value"]

    assert {name: value[name] for name in UNSET_TEXTS} == dict.fromkeys(UNSET_TEXTS, "")
    assert value["userType"] is None
    assert value["address"] is None
    assert value["employeeCategory"] is None
    assert value["phoneNumberMobileCountry"] == {"id": 161, "url": "simulated.test/v2/country/161"}
    assert value["internationalId"] == {"intAmeldingType": None, "country": None, "number": ""}
    assert value["holidayAllowanceEarned"] == {"year": 0, "amount": 0, "basis": 0, "amountExtraHolidayWeek": 0}
    assert value["employments"] == []
    assert value["allowInformationRegistration"] is True
    assert value["displayName"] == "Kari Nordmann"
    assert value["companyId"] == api.token["company"]
    assert value["url"] == f"simulated.test/v2/employee/{value['id']}"
    assert "changes" not in value


def test_the_version_after_a_create_is_1_for_a_user_and_0_for_somebody_without_access(api: Api) -> None:
    user = api("POST", "employee", api.person(userType="STANDARD", email="a@example.org")).json()["value"]
    nobody = api("POST", "employee", api.person(email="b@example.org")).json()["value"]

    assert (user["version"], nobody["version"]) == (1, 0)
    assert user["userType"] is None


def test_an_update_is_partial(api: Api) -> None:
    old = api("POST", "employee", api.person(email="a@example.org", comments="Hei")).json()["value"]

    body = {"id": old["id"], "version": 0, "lastName": "Berg", "dateOfBirth": "1990-05-17"}
    answer = api("PUT", f"employee/{old['id']}", body)

    assert answer.status_code == 200
    expected = {**old, "lastName": "Berg", "displayName": "Kari Berg", "version": 1}
    assert answer.json()["value"] == expected
    assert api.get(f"employee/{old['id']}") == expected


def test_an_update_that_changes_nothing_keeps_the_version(api: Api) -> None:
    old = api("POST", "employee", api.person()).json()["value"]

    same = api("PUT", f"employee/{old['id']}", {"firstName": "Kari", "dateOfBirth": "1990-05-17"}).json()["value"]

    assert same == old


def test_a_version_that_is_not_the_present_one_is_a_revision_conflict(api: Api) -> None:
    row = api("POST", "employee", api.person()).json()["value"]
    body = {"version": 0, "dateOfBirth": "1990-05-17"}
    assert api("PUT", f"employee/{row['id']}", {**body, "lastName": "Berg"}).status_code == 200

    late = api("PUT", f"employee/{row['id']}", {**body, "lastName": "Dahl"})

    assert refusal(late) == (409, 8000, [])
    assert api.get(f"employee/{row['id']}")["lastName"] == "Berg"


def test_of_many_updates_at_the_same_version_one_wins(api: Api) -> None:
    row = api("POST", "employee", api.person()).json()["value"]
    answers: list[int] = []

    def update(place: int) -> None:
        body = {"version": 0, "dateOfBirth": "1990-05-17", "comments": f"by {place}"}
        answers.append(api("PUT", f"employee/{row['id']}", body).status_code)

    threads = [threading.Thread(target=update, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200] + [409] * 7


def test_an_id_cannot_be_set_when_creating(api: Api) -> None:
    assert refusal(api("POST", "employee", api.person(id=5))) == (422, 18000, ["id"])
    assert refusal(api("POST", "employee", api.person(version=1))) == (422, 18000, ["version"])


def test_nulls_in_a_create_are_as_if_not_sent(api: Api) -> None:
    empty = dict.fromkeys((*UNSET_TEXTS, "department", "address", "employments", "isContact", "holidayAllowanceEarned"))
    bare = api("POST", "employee", api.person()).json()["value"]

    answer = api("POST", "employee", {**empty, **api.person()})

    assert answer.status_code == 201
    nulls = answer.json()["value"]
    assert {**nulls, "id": 0, "url": ""} == {**bare, "id": 0, "url": ""}


def test_the_expanded_answer_of_a_create_has_its_employment(api: Api) -> None:
    value = api.hire("2026-07-11")

    (employment,) = value["employments"]
    assert employment["startDate"] == "2026-07-11"
    assert employment["employee"]["id"] == value["id"]


def test_a_list_is_created_in_one_call(api: Api) -> None:
    answer = api("POST", "employee/list", [api.person(firstName=name) for name in ("Åse", "Bjørn")])

    assert answer.status_code == 201
    body = answer.json()
    assert [value["firstName"] for value in body["values"]] == ["Åse", "Bjørn"]
    assert (body["fullResultSize"], body["versionDigest"]) == (0, None)


def test_a_reference_to_nothing_is_not_found(api: Api, second: Api) -> None:
    elsewhere = second.get("department")[0]["id"]

    assert refusal(api("POST", "employee", api.person(department={"id": elsewhere}))) == (404, 6000, [])
    assert refusal(api("POST", "employee", api.person(department={"id": "1"}))) == (422, 16000, ["department.id"])
    assert refusal(api("POST", "employee", api.person(department={"id": None}))) == (422, 16000, ["department.id"])
    assert refusal(api("POST", "employee", api.person(phoneNumberMobileCountry={}))) == (404, 6000, [])
    assert refusal(api("POST", "employee", api.person(department=7))) == (422, 16000, ["department"])


def test_an_address_with_its_id_is_edited_and_without_one_it_is_new(api: Api) -> None:
    row = api("POST", "employee", api.person()).json()["value"]
    made = api("PUT", f"employee/{row['id']}", {"dateOfBirth": row["dateOfBirth"], "address": {"city": "Oslo"}})
    first = made.json()["value"]["address"]["id"]
    api.switch(address_without_id="replaces")
    path, birth = f"employee/{row['id']}", {"dateOfBirth": "1990-05-17"}

    edited = api("PUT", path, {**birth, "address": {"id": first, "postalCode": "0150"}}).json()["value"]
    replaced = api("PUT", path, {**birth, "address": {"city": "Bergen"}}).json()["value"]
    stolen = api("PUT", path, {**birth, "address": {"id": first, "city": "Bodø"}})

    assert edited["address"]["id"] == first
    assert replaced["address"]["id"] != first
    assert api.get(path, fields="address(city,postalCode)") == {"address": {"city": "Bergen", "postalCode": ""}}
    assert refusal(stolen) == (404, 6000, [])


def test_the_change_log_is_shown_only_when_asked_for(api: Api) -> None:
    row = api("POST", "employee", api.person()).json()["value"]
    api("PUT", f"employee/{row['id']}", {"dateOfBirth": "1990-05-17", "lastName": "Berg"})

    changes = api.get(f"employee/{row['id']}", fields="changes")["changes"]

    assert [change["changeType"] for change in changes] == ["CREATE", "UPDATE"]
    assert changes[0]["employeeId"] == api.get("token/session/>whoAmI")["employeeId"]
    assert "changes" not in api.get(f"employee/{row['id']}", fields="*")


def test_a_body_that_is_no_object(api: Api) -> None:
    assert refusal(api("POST", "employee", [])) == (422, 16000, [""])
    assert refusal(api("POST", "employee/list", {})) == (422, 16000, [""])
    assert refusal(api("POST", "employee", content=b"not json")) == (422, 22000, [])
    assert refusal(api("POST", "employee", content=b"\xff")) == (422, 22000, [])


def test_companies_do_not_see_each_other(api: Api, second: Api) -> None:
    theirs = second.get("employee")[0]["id"]

    assert refusal(api("GET", f"employee/{theirs}")) == (404, 6000, [])
    assert api.get("employee", id=theirs) == []


def test_a_phone_abroad_names_its_country(api: Api) -> None:
    abroad = api.person(phoneNumberMobile="701234567", phoneNumberMobileCountry={"id": 57})
    value = api("POST", "employee", abroad).json()["value"]

    assert (value["phoneNumberMobile"], value["phoneNumberMobileCountry"]["id"]) == ("701234567", 57)


def test_a_number_and_an_email_that_were_given_up_are_free(api: Api) -> None:
    row = api("POST", "employee", api.person(employeeNumber="A1", email="a@example.org")).json()["value"]
    taken = api("POST", "employee", api.person(employeeNumber="a1"))
    api("PUT", f"employee/{row['id']}", {"dateOfBirth": "1990-05-17", "employeeNumber": "B1", "email": "b@example.org"})

    again = api("POST", "employee", api.person(employeeNumber="A1", email="a@example.org"))

    assert refusal(taken) == (422, 18000, ["employeeNumber"])
    assert again.status_code == 201
