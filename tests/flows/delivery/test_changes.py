"""What reaches Tripletex, and with how many calls: changes, rules of meaning, versions, and what needs no call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from huma_tripletex.models import RememberedChoice
from huma_tripletex.simulator import Switches
from tests.flows.delivery_parts import NORWAY, Bench, bench

PUT, GET = "PUT /employee/{id}", "GET /employee/{id}"
PUT_EMPLOYMENT, POST_EMPLOYMENT = "PUT /employee/employment/{id}", "POST /employee/employment"


@pytest.fixture
def stand() -> Iterator[Bench]:
    with bench() as made:
        yield made


def test_one_change_is_one_put(stand: Bench) -> None:
    number = stand.linked("p1")
    stand.edit("p1", phone_number="41 00 00 01")
    report = stand.drain()
    assert stand.calls() == [PUT]
    assert stand.employee(number)["phoneNumberMobile"] == "41000001"
    assert (report.delivered, report.more) == (1, False)
    entry = stand.entry()
    assert (entry.state, entry.outcome) == ("done", "delivered")
    assert entry.request_id
    assert entry.sent_at


def test_somebody_left_out_for_good_is_not_updated(stand: Bench) -> None:
    number = stand.linked("p1", phone_number="41000000")
    stand.session.add(
        RememberedChoice(connection_id=stand.connection_id, person_id="p1", choice="never_sync", made_at=stand.clock())
    )
    stand.session.commit()
    stand.edit("p1", phone_number="41000001")
    stand.drain()
    assert stand.calls() == []
    assert stand.employee(number)["phoneNumberMobile"] == "41000000"
    assert (stand.entry().state, stand.entry().reason) == ("done", "never_sync")


def test_each_following_change_is_one_put_too(stand: Bench) -> None:
    number = stand.linked("p1")
    for last in "123":
        stand.edit("p1", phone_number=f"4100000{last}")
        stand.drain()
    assert stand.calls() == [PUT] * 3
    assert stand.employee(number)["phoneNumberMobile"] == "41000003"


def test_a_change_of_both_objects_is_one_call_each(stand: Bench) -> None:
    number = stand.linked("p1")
    stand.edit("p1", given_name="Kari Anne", last_workday="2031-12-31")
    stand.drain()
    assert stand.calls() == [PUT, PUT_EMPLOYMENT]
    row = stand.employee(number)
    assert row["firstName"] == "Kari Anne"
    assert (row["employments"][0]["endDate"], row["employments"][0]["employmentEndReason"]) == (
        "2031-12-31",
        "EMPLOYMENT_END_EMPLOYEE",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [("2031-12-31", None), ("2031-12-31", "2032-01-31"), (None, "2020-06-30"), ("2021-12-31", "2022-01-31")],
)
def test_a_last_workday_is_one_call_however_it_moves(stand: Bench, before: str | None, after: str | None) -> None:
    number = stand.linked("p1", last_workday=before)
    stand.edit("p1", last_workday=after)
    stand.drain()
    assert stand.calls() == [PUT_EMPLOYMENT]
    assert stand.employee(number)["employments"][0]["endDate"] == after


def test_a_thousand_edits_of_ten_people_are_ten_calls_with_the_last_values(stand: Bench) -> None:
    numbers = [stand.linked(f"p{n}", employee_id=str(n)) for n in range(10)]
    for edit in range(100):
        for n in range(10):
            stand.edit(f"p{n}", phone_number=f"41{n:02}{edit:04}")
    stand.drain()
    assert stand.calls() == [PUT] * 10
    assert [stand.employee(number)["phoneNumberMobile"] for number in numbers] == [f"41{n:02}0099" for n in range(10)]
    assert {entry.state for entry in stand.entries()} == {"done"}


def test_edited_and_edited_back_is_nothing_to_do(stand: Bench) -> None:
    stand.linked("p1")
    stand.edit("p1", phone_number="41000001")
    stand.edit("p1", phone_number="+47 912 34 567")  # the same number as before, written in another way
    stand.drain()
    assert stand.calls() == []
    assert {entry.outcome for entry in stand.entries()} == {"nothing_to_do"}


def test_a_stranger_is_not_created_by_a_change(stand: Bench) -> None:
    stand.person("p1")
    stand.edit("p1", phone_number="41000001")
    stand.edit("p1", kind="added", phone_number="41000002")
    stand.drain()
    assert stand.calls() == []
    assert {(entry.outcome, entry.reason) for entry in stand.entries()} == {("nothing_to_do", "not_linked")}


def test_who_left_huma_is_left_alone_and_caught_up_with_when_back(stand: Bench) -> None:
    number = stand.linked("p1")
    person = stand.people["p1"]
    stand.edit("p1")
    del stand.people["p1"]
    stand.drain()
    assert stand.link_of("p1").state == "left_huma"
    assert (stand.entry().outcome, stand.entry().reason) == ("nothing_to_do", "left_huma")
    stand.people["p1"] = replace(person, values={**person.values, "given_name": "Karin"})  # edited while away
    stand.edit("p1", phone_number="41000001")
    stand.drain()
    assert stand.link_of("p1").state == "linked"
    row = stand.employee(number)
    assert (row["firstName"], row["phoneNumberMobile"]) == ("Karin", "41000001")
    assert stand.calls() == [PUT]


class TestDateOfBirth:
    def test_humas_is_sent_while_it_is_the_agreed_one(self, stand: Bench) -> None:
        number = stand.linked("p1")
        stand.edit("p1", phone_number="41000001")
        stand.drain()
        assert stand.employee(number)["dateOfBirth"] == "1990-05-17"
        assert stand.calls() == [PUT]

    def test_humas_is_not_smuggled_in_when_it_is_not(self, stand: Bench) -> None:
        """Both sides differ and the administrator has left it so: a phone number must not decide about it."""
        number = stand.linked("p1")
        link = stand.link_of()
        link.agreed = {key: seal for key, seal in link.agreed.items() if key != "date_of_birth"}
        stand.session.commit()
        person = stand.people["p1"]
        stand.people["p1"] = replace(person, values={**person.values, "date_of_birth": "1991-01-01"})
        stand.edit("p1", phone_number="41000001")
        stand.drain()
        row = stand.employee(number)
        assert (row["dateOfBirth"], row["phoneNumberMobile"]) == ("1990-05-17", "41000001")
        assert stand.calls() == [GET, PUT]

    def test_it_is_delivered_when_it_is_the_change(self, stand: Bench) -> None:
        number = stand.linked("p1")
        stand.edit("p1", date_of_birth="1991-01-01")
        stand.drain()
        assert stand.employee(number)["dateOfBirth"] == "1991-01-01"
        assert stand.calls() == [PUT]


class TestClearing:
    @pytest.mark.parametrize(
        ("key", "there", "calls"),
        [
            ("phone_number", "phoneNumberMobile", [PUT]),
            ("bank_account_number", "bankAccountNumber", [PUT]),
            ("employee_id", "employeeNumber", [PUT]),
        ],
    )
    def test_what_may_be_empty_is_cleared(self, stand: Bench, key: str, there: str, calls: list[str]) -> None:
        number = stand.linked("p1")
        stand.edit("p1", **{key: None})
        stand.drain()
        assert not stand.employee(number)[there]
        assert stand.calls() == calls
        assert stand.entry().outcome == "delivered"

    @pytest.mark.parametrize("key", ["given_name", "family_name", "date_of_birth", "first_workday"])
    def test_what_may_not_is_parked_without_a_call(self, stand: Bench, key: str) -> None:
        stand.linked("p1")
        stand.edit("p1", **{key: None})
        stand.drain()
        assert stand.calls() == []
        assert (stand.entry().state, stand.entry().detail) == ("parked", {"fields": [key]})

    def test_edits_of_the_same_field_are_parked_as_one(self, stand: Bench) -> None:
        stand.linked("p1")
        for last in "012":
            stand.edit("p1", bank_account_number=f"1234567890{last}")
            stand.drain()
        stand.edit("p1", phone_number="+4740000001")
        stand.drain()
        assert [(e.state, e.outcome) for e in stand.entries()] == [
            ("done", "superseded"),
            ("done", "superseded"),
            ("parked", "parked"),
            ("done", "delivered"),
        ]

    def test_a_bad_account_number_is_parked_and_the_rest_goes(self, stand: Bench) -> None:
        number = stand.linked("p1")
        stand.edit("p1", phone_number="41000001")
        stand.edit("p1", bank_account_number="12345678901")
        stand.drain()
        assert stand.calls() == [PUT]
        assert stand.employee(number)["phoneNumberMobile"] == "41000001"
        assert [(e.state, e.reason) for e in stand.entries()] == [("done", ""), ("parked", "account_invalid")]
        stand.edit("p1", bank_account_number="86011117947")
        stand.drain()
        assert stand.employee(number)["bankAccountNumber"] == "86011117947"
        assert {entry.state for entry in stand.entries()} == {"done"}, "the edit superseded what was parked"


class TestConflict:
    def test_tripletex_edited_meanwhile_costs_a_look_and_huma_wins(self, stand: Bench) -> None:
        number = stand.linked("p1")
        stand.http("PATCH", f"employees/{number}", json={"phoneNumberMobile": "99999999", "comments": "x"})
        stand.edit("p1", phone_number="41000001")
        stand.drain()
        assert stand.calls() == [PUT, GET, GET, PUT], "Huma's value was read anew before it was sent"
        assert stand.employee(number)["phoneNumberMobile"] == "41000001"

    def test_somebody_who_edited_something_else_costs_a_look(self, stand: Bench) -> None:
        number = stand.linked("p1")
        stand.http("PATCH", f"employees/{number}", json={"comments": "x"})
        stand.edit("p1", phone_number="41000001")
        stand.drain()
        assert stand.calls() == [PUT, GET, PUT]
        assert stand.employee(number)["phoneNumberMobile"] == "41000001"

    def test_equal_already_after_the_look_is_nothing_to_do(self, stand: Bench) -> None:
        number = stand.linked("p1")
        stand.http("PATCH", f"employees/{number}", json={"phoneNumberMobile": "41000001"})
        stand.edit("p1", phone_number="41000001")
        stand.drain()
        assert stand.calls() == [PUT, GET]
        assert stand.entry().outcome == "nothing_to_do"
        stand.edit("p1", given_name="Karin")
        stand.drain()
        assert stand.calls() == [PUT, GET, PUT], "the version was learnt by looking"

    def test_the_second_conflict_waits(self, stand: Bench) -> None:
        stand.linked("p1")
        stand.fault("status", method="PUT", path="/v2/employee/*", status=409, times=2)
        stand.edit("p1", phone_number="41000001")
        stand.drain()
        assert stand.calls() == [PUT, GET, PUT]
        assert (stand.entry().state, stand.entry().reason) == ("waiting", "conflict")
        stand.clock.forward(10)
        stand.drain()
        assert stand.entry().outcome == "delivered"

    def test_an_employment_edited_meanwhile(self, stand: Bench) -> None:
        number = stand.linked("p1")
        stand.http("PATCH", f"employees/{number}", json={"employments": [{"startDate": "2019-01-01", "endDate": None}]})
        stand.edit("p1", first_workday="2020-02-01")
        stand.drain()
        assert stand.employee(number)["employments"][0]["startDate"] == "2020-02-01"


class TestWorkdays:
    def test_a_first_workday_in_force_is_corrected(self, stand: Bench) -> None:
        number = stand.linked("p1")
        stand.edit("p1", first_workday="2020-02-01")
        stand.drain()
        assert stand.calls() == [PUT_EMPLOYMENT]
        assert [e["startDate"] for e in stand.employee(number)["employments"]] == ["2020-02-01"]

    def test_a_rehire_is_a_new_employment(self, stand: Bench) -> None:
        number = stand.linked("p1", last_workday="2021-12-31")
        stand.edit("p1", first_workday="2023-01-01", last_workday=None)
        stand.drain()
        assert stand.calls() == [GET, POST_EMPLOYMENT]
        rows = stand.employee(number)["employments"]
        assert [(e["startDate"], e["endDate"]) for e in rows] == [("2020-01-01", "2021-12-31"), ("2023-01-01", None)]
        link = stand.link_of()
        assert (link.employment_id, link.employment_count) == (rows[1]["id"], 2)

    def test_a_rehire_whose_answer_was_lost_is_not_doubled(self, stand: Bench) -> None:
        number = stand.linked("p1", last_workday="2021-12-31")
        stand.fault("drop_after", method="POST", path="/v2/employee/employment", times=1)
        stand.edit("p1", first_workday="2023-01-01", last_workday=None)
        stand.drain()
        assert stand.entry().unsure
        stand.clock.forward(10)
        stand.drain()
        assert stand.entry().state == "done"
        assert len(stand.employee(number)["employments"]) == 2

    def test_a_rehire_does_not_begin_with_the_old_last_workday(self, stand: Bench) -> None:
        number = stand.linked("p1", last_workday="2021-12-31")
        stand.edit("p1", first_workday="2023-01-01")
        stand.drain()
        rows = stand.employee(number)["employments"]
        assert [(e["startDate"], e["endDate"]) for e in rows] == [("2020-01-01", "2021-12-31"), ("2023-01-01", None)]

    def test_a_last_workday_is_cleared_where_no_first_one_was_agreed(self, stand: Bench) -> None:
        number = stand.linked("p1", last_workday="2031-12-31")
        link = stand.link_of()
        assert link is not None
        link.agreed = {key: value for key, value in link.agreed.items() if key != "first_workday"}
        stand.session.commit()
        stand.edit("p1", last_workday=None)
        stand.drain()
        assert stand.employee(number)["employments"][0]["endDate"] is None

    def test_what_cannot_be_decided_asks(self, stand: Bench) -> None:
        stand.linked("p1")
        stand.edit("p1", last_workday="2019-01-01")
        stand.drain()
        assert (stand.entry().state, stand.entry().reason) == ("parked", "workdays_reversed")
        assert stand.calls() == []


class TestRun:
    def test_what_was_approved_is_sent_although_agreed(self, stand: Bench) -> None:
        number = stand.linked("p1")
        stand.http("PATCH", f"employees/{number}", json={"phoneNumberMobile": "99999999"})
        stand.link_of().employee_version = stand.employee(number)["version"]
        stand.session.commit()
        stand.approve("p1", "phone_number", tripletex={"phone_number": "99999999"})
        stand.drain()
        assert stand.calls() == [PUT]
        assert stand.employee(number)["phoneNumberMobile"] == "91234567"

    def test_tripletex_edited_since_is_skipped_and_the_rest_goes(self, stand: Bench) -> None:
        number = stand.linked("p1", given_name="Karin")
        stand.approve("p1", "phone_number", "given_name", tripletex={"phone_number": "99999999", "given_name": "Kari"})
        stand.http("PATCH", f"employees/{number}", json={"phoneNumberMobile": "40000000", "firstName": "Kari"})
        stand.drain()
        row = stand.employee(number)
        assert (row["phoneNumberMobile"], row["firstName"]) == ("40000000", "Karin")
        entry = stand.entry()
        assert (entry.outcome, entry.reason) == ("delivered", "changed_in_tripletex")
        assert entry.detail == {"skipped": ["phone_number"]}

    def test_huma_edited_since_sends_the_newer_value_and_says_so(self, stand: Bench) -> None:
        number = stand.linked("p1")
        stand.approve("p1", "phone_number", tripletex={"phone_number": "99999999"})
        stand.edit("p1", phone_number="41000001")
        stand.drain()
        assert stand.employee(number)["phoneNumberMobile"] == "41000001"
        assert stand.entries()[0].detail == {"newer": ["phone_number"]}
        assert {entry.outcome for entry in stand.entries()} == {"delivered"}


def test_clearing_survives_either_convention() -> None:
    with bench(switches=Switches(text_cleared_by="null", date_cleared_by="empty")) as stand:
        number = stand.linked("p1")
        stand.edit("p1", last_workday="2031-12-31")
        stand.drain()
        stand.edit("p1", phone_number=None, last_workday=None)
        stand.drain()
        row = stand.employee(number)
        assert not row["phoneNumberMobile"]
        assert not row["employments"][0]["endDate"]
        assert stand.entry().outcome == "delivered"


def test_a_foreign_phone_number_goes_with_its_country(stand: Bench) -> None:
    number = stand.linked("p1")
    stand.edit("p1", phone_number="+45 32 12 34 56")
    stand.drain()
    row = stand.employee(number)
    assert row["phoneNumberMobile"] == "32123456"
    assert row["phoneNumberMobileCountry"]["id"] not in (None, NORWAY)
    assert stand.entry().outcome == "delivered"


def test_an_account_number_that_the_token_may_not_see_is_delivered_all_the_same() -> None:
    with bench(switches=Switches(salary_rights=False)) as stand:
        number = stand.linked("p1")
        assert "AUTH_WAGE" not in str(stand.connection.rights).upper()
        stand.edit("p1", bank_account_number="86011117947")
        stand.drain()
        assert stand.employee(number)["bankAccountNumber"] == "86011117947"
        assert stand.entry().outcome == "delivered"
        assert stand.calls() == [PUT]
