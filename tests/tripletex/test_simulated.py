"""The client against the simulated Tripletex, over a socket: each side was written from the published API by itself,
and each request is held against it on the way.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from huma_tripletex import errors
from huma_tripletex.tripletex import Budget, Call, EmployeeTokenSession, Session, Timeouts, Tripletex
from huma_tripletex.tripletex.deadline import DeadlineTransport
from tests.parts.tripletex import SimulatedTripletex, watched
from tests.tripletex.published import Checked

OTHER_COMPANY = 3
"""The row of the first token of the second company, which has several departments."""

KARI = {
    "firstName": "Kari",
    "lastName": "Nordmann",
    "employeeNumber": "1001",
    "dateOfBirth": "1990-05-17",
    "userType": "NO_ACCESS",
    "phoneNumberMobile": "91234567",
    "phoneNumberMobileCountry": {"id": 161},
    "bankAccountNumber": "78323510252",
}


@pytest.fixture(scope="module")
def company() -> Iterator[SimulatedTripletex]:
    with watched("--employees", "0", "--rate-limit", "0") as simulator:
        yield simulator


@pytest.fixture
def heard() -> list[Call]:
    return []


@pytest.fixture
def client(company: SimulatedTripletex, heard: list[Call]) -> Iterator[Tripletex]:
    company.no_faults()
    company.forget_requests()
    with client_of(company, on_call=heard.append) as tripletex:
        yield tripletex
    company.no_faults()


@contextlib.contextmanager
def client_of(company: SimulatedTripletex, **how: Any) -> Iterator[Tripletex]:
    row = company.tokens()[how.pop("row", 0)]
    transport = Checked(DeadlineTransport(company.api_url))
    source = EmployeeTokenSession(
        company.api_url, row["consumer_token"], row["employee_token"], transport=transport, timeouts=how.get("timeouts")
    )
    with contextlib.closing(transport):
        yield Tripletex(company.api_url, source, **{"budget": Budget(), "transport": transport, **how})


def switch(company: SimulatedTripletex, **switches: Any) -> None:
    httpx.patch(f"{company.url}/_simulator/switches", json=switches).raise_for_status()


def birth_and_version(employee: Any) -> dict[str, Any]:
    return {"id": employee.id, "version": employee.version, "dateOfBirth": employee.date_of_birth}


def number() -> str:
    return str(time.monotonic_ns())


def test_who_it_is_and_what_there_is(client: Tripletex) -> None:
    me = client.who_am_i()
    assert client.company(me.company_id).name == me.company_name != ""
    assert client.employee(me.employee_id).date_of_birth is None
    assert f"{client.employee(me.employee_id).first_name} {client.employee(me.employee_id).last_name}" == me.owner_name
    assert {country.id for country in client.countries() if country.iso_alpha2 == "NO"} == {161}
    assert len(client.departments()) == 1
    assert len(client.divisions()) <= 1
    assert all(entitlement.name for entitlement in client.entitlements(me.employee_id))


def test_an_employee_from_the_first_day_to_the_last(client: Tripletex, company: SimulatedTripletex) -> None:
    made = client.create_employee(
        {**KARI, "employeeNumber": number(), "department": {"id": client.departments()[0].id}}
    )
    body: dict[str, Any] = {"employee": {"id": made.id}, "startDate": "2026-01-01"}
    divisions = client.divisions()
    employment = client.create_employment({**body, "division": {"id": divisions[0].id}} if divisions else body)
    ended = client.update_employment(
        employment.id,
        {
            "id": employment.id,
            "version": employment.version,
            "endDate": "2026-12-31",
            "employmentEndReason": "EMPLOYMENT_END_EMPLOYEE",
        },
    )
    assert (ended.start_date, ended.end_date) == ("2026-01-01", "2026-12-31")

    read = client.employee(made.id)
    changed = client.update_employee(read.id, {**birth_and_version(read), "lastName": "Ørn", "phoneNumberMobile": ""})
    assert (changed.last_name, changed.phone_number_mobile) == ("Ørn", "")
    assert [reference.id for reference in changed.employments] == [employment.id]

    (found,) = client.find_employees(employee_number=made.employee_number)
    assert found == client.employee(made.id) == next(e for e in client.employees() if e.id == made.id)
    assert found.employments == client.employments(made.id) == (ended,)
    assert found.bank_account_number == "78323510252"
    stored = company.employee(made.employee_number)
    assert (stored["lastName"], stored["employments"][0]["endDate"]) == ("Ørn", "2026-12-31")


def test_somebody_was_faster(client: Tripletex, company: SimulatedTripletex) -> None:
    (added,) = company.add({**KARI, "employeeNumber": number()})
    read = client.employee(added["id"])
    company.edit(added["id"], firstName="Kåre")
    with pytest.raises(errors.VersionConflict) as caught:
        client.update_employee(read.id, {**birth_and_version(read), "lastName": "Ørn"})
    assert (caught.value.status, caught.value.code) == (409, 8000)
    assert caught.value.request_id


def test_what_is_not_accepted_is_named(client: Tripletex, heard: list[Call]) -> None:
    with pytest.raises(errors.Invalid) as caught:
        client.create_employee({**KARI, "employeeNumber": number(), "lastName": ""})
    assert caught.value.names("lastName")
    assert (caught.value.status, caught.value.code) == (422, 18000)
    assert heard[-1].request_id == caught.value.request_id != ""
    assert (heard[-1].operation, heard[-1].status) == ("POST /employee", 422)


def test_several_at_once(client: Tripletex) -> None:
    department = {"department": {"id": client.departments()[0].id}}
    wanted = [{**KARI, **department, "employeeNumber": number(), "firstName": name} for name in ("Ada", "Bo", "Cy")]
    made = client.create_employees(wanted)
    assert [e.first_name for e in made] == ["Ada", "Bo", "Cy"]
    assert [e.employee_number for e in made] == [w["employeeNumber"] for w in wanted]


def test_nobody_of_that_id(client: Tripletex) -> None:
    with pytest.raises(errors.NotFound):
        client.employee(999_999_999)


def test_an_ended_session_is_replaced(client: Tripletex, company: SimulatedTripletex) -> None:
    sessions: list[Session] = []
    with client_of(company, on_session=sessions.append) as first:
        first.who_am_i()
        first.close_session()
    with client_of(company, session=sessions[0], on_session=sessions.append) as second:
        second.who_am_i()
    assert len({session.token for session in sessions}) == 2
    statuses = [row["status"] for row in company.requests() if "whoAmI" in row["path"]]
    assert statuses == [200, 401, 200]


def test_a_wrong_token_is_refused(company: SimulatedTripletex) -> None:
    consumer = company.tokens()[0]["consumer_token"]
    for tokens, named in [((consumer, "wrong"), "employeeToken"), (("wrong", company.token), "consumerToken")]:
        source = EmployeeTokenSession(company.api_url, *tokens)
        with (
            Tripletex(company.api_url, source, budget=Budget()) as client,
            pytest.raises(errors.TokenRefused) as caught,
        ):
            client.who_am_i()
        assert caught.value.names(named)
        assert tokens[0] not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "html"}, errors.Unavailable),
        ({"kind": "status", "status": 503}, errors.Unavailable),
        ({"kind": "status", "status": 403}, errors.Forbidden),
        ({"kind": "status", "status": 429}, errors.RateLimited),
        ({"kind": "drop_before"}, errors.AnswerLost),
        ({"kind": "drop_after"}, errors.AnswerLost),
    ],
    ids=str,
)
def test_faults(fault: dict[str, Any], kind: type[Exception], client: Tripletex, company: SimulatedTripletex) -> None:
    client.who_am_i()
    company.fault(**fault, path="/v2/department")
    with pytest.raises(kind):
        client.departments()
    company.no_faults()


def test_a_slow_answer_is_lost(company: SimulatedTripletex) -> None:
    with client_of(company, timeouts=Timeouts(read=0.3)) as client:
        client.who_am_i()
        company.fault("delay", seconds=1.5, path="/v2/department", times=1)
        with pytest.raises(errors.AnswerLost):
            client.departments()
    company.no_faults()


def test_a_revoked_token(client: Tripletex, company: SimulatedTripletex) -> None:
    client.who_am_i()
    company.fault("revoke_token")
    with pytest.raises(errors.TokenRefused) as caught:
        client.departments()
    assert caught.value.names("employeeToken")
    assert [row["status"] for row in company.requests()][-2:] == [401, 422]


def test_a_large_company_costs_a_call_for_each_thousand() -> None:
    with watched("--employees", "2500", "--rate-limit", "0") as company, client_of(company) as client:
        client.who_am_i()
        company.forget_requests()
        heard: list[int] = []
        everybody = client.employees(heard.append)
        assert [row["path"] for row in company.requests()] == ["/v2/employee"] * 3
        assert len(everybody) == len(company.employees()) == heard[-1] > 2500
        assert all(not e.is_reference for employee in everybody for e in employee.employments)
        assert sum(len(employee.employments) for employee in everybody) > 2000

        switch(company, page_maximum=400)
        assert client.employees() == everybody
        switch(company, page_maximum=1000, result_ceiling=1000)
        with pytest.raises(errors.TooManyResults):
            client.employees()


def test_more_than_tripletex_lists_at_once() -> None:
    with watched("--employees", "0", "--rate-limit", "0") as company, client_of(company, row=OTHER_COMPANY) as client:
        number_of_it = company.tokens()[OTHER_COMPANY]["company"]
        departments = [department.id for department in client.departments()]
        assert len(departments) > 1
        row = {key: value for key, value in KARI.items() if key != "employeeNumber"}
        everybody = [{**row, "department": {"id": departments[n % len(departments)]}} for n in range(10_500)]
        company.add(*everybody, company=number_of_it)
        assert len(client.employees()) == len(company.employees(number_of_it)) > 10_500


def test_the_rate_limit_is_used_and_never_exceeded() -> None:
    """Windows of 3 seconds with 60 calls, 8 callers; the whole seconds of the header suffice for no shorter ones."""
    with watched("--employees", "0", "--rate-limit", "60", "--rate-period", "3") as company:
        with client_of(company) as client, ThreadPoolExecutor(8) as pool:
            client.who_am_i()
            began = time.monotonic()
            list(pool.map(lambda _: client.departments(), range(150)))
            took = time.monotonic() - began
        assert 429 not in [row["status"] for row in company.requests()]
        assert took < 3 * 150 / (0.95 * 60) + 3
