"""A client that was written elsewhere, the `tripletex` package from PyPI, does not notice that this is not Tripletex.

What it cannot do against the real one it cannot do here: its models know no `userType`, which a create requires
(recorded), so one that does is given to it.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from huma_tripletex.simulator import CONSUMER_TOKEN, Simulator, SimulatorServer

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from crudclient.exceptions import CrudClientError
    from tripletex.core.api import TripletexAPI
    from tripletex.core.client import TripletexClient
    from tripletex.core.config import TripletexConfig
    from tripletex.core.models import IdUrl
    from tripletex.endpoints.employee.models import EmployeeCreate, EmployeeUpdate
    from tripletex.utils.rate_limiter import FileBasedRateLimiter

pytestmark = pytest.mark.filterwarnings("ignore")


class NewEmployee(EmployeeCreate):
    """With the user type the package models wrongly."""

    userType: str = "NO_ACCESS"  # the name in the API


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer(Simulator(employees=12, rate_limit=100)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def foreign(server: SimulatorServer, tmp_path: Any) -> Iterator[Any]:
    token = next(iter(server.simulator.world.tokens))
    config = TripletexConfig(hostname=server.url.removesuffix("v2"))
    config.consumer_token, config.employee_token = CONSUMER_TOKEN, token
    limiter = FileBasedRateLimiter(str(tmp_path / "lock"), str(tmp_path / "state"))
    client = TripletexClient(config=config, rate_limiter=limiter)
    yield TripletexAPI(client=client)
    client.close()


def test_it_logs_in_and_lists(server: SimulatorServer, foreign: Any) -> None:
    assert len(foreign.employee.list()) == 15
    entries = [(entry.method, entry.path, entry.status) for entry in server.simulator.journal.all()]
    assert entries == [("PUT", "/v2/token/session/:create", 200), ("GET", "/v2/employee", 200)]


def test_it_reads(server: SimulatorServer, foreign: Any) -> None:
    row = server.simulator.world.companies[0].rows("Employee")[5]

    employee = foreign.employee.read(str(row["id"]))

    assert (employee.id, employee.email, employee.department.id) == (row["id"], row["email"], row["department"])


def test_it_creates_and_updates(server: SimulatorServer, foreign: Any) -> None:
    company = server.simulator.world.companies[0]
    department = company.rows("Department")[0]["id"]
    new = NewEmployee(
        first_name="Åse",
        last_name="Øvrebø",
        email="ase@example.org",
        department=IdUrl(id=department, url=""),
        date_of_birth="1990-05-17",
    )

    created = foreign.employee.create(new)
    update = EmployeeUpdate(last_name="Berg", date_of_birth="1990-05-17")
    updated = foreign.employee.update(str(created.id), update)

    assert (updated.id, updated.version) == (created.id, created.version + 1)
    row = company.get("Employee", created.id)
    assert row is not None
    assert (row["firstName"], row["lastName"], row["email"]) == ("Åse", "Berg", "ase@example.org")


def test_it_understands_a_refusal(foreign: Any) -> None:
    with pytest.raises(CrudClientError):
        foreign.employee.read("1")


def test_it_lists_departments_and_countries(foreign: Any) -> None:
    assert len(foreign.departments.list().values) == 1
    assert len(foreign.country.list().values) == 249


def test_it_changes_one_value_after_the_other_and_finds_by_number(server: SimulatorServer, foreign: Any) -> None:
    company = server.simulator.world.companies[0]
    (found,) = foreign.employee.list(params={"employeeNumber": "7"})
    before = company.get("Employee", found.id)
    assert before is not None

    for changes in (
        {"phone_number_mobile": "41000001"},
        {"bank_account_number": "12345678903"},
        {"first_name": "Åshild"},
    ):
        foreign.employee.update(str(found.id), EmployeeUpdate(date_of_birth=before["dateOfBirth"], **changes))

    after = company.get("Employee", found.id)
    assert after is not None
    changed = {"phoneNumberMobile": "41000001", "bankAccountNumber": "12345678903", "firstName": "Åshild"}
    assert {name for name in after if after[name] != before.get(name)} == {*changed, "version", "changes"}
    assert {name: after[name] for name in changed} == changed
    assert foreign.employee.read(str(found.id)).version == before["version"] + 3


def test_it_is_told_what_is_wrong_with_a_create(server: SimulatorServer, foreign: Any) -> None:
    department = IdUrl(id=server.simulator.world.companies[0].rows("Department")[0]["id"], url="")
    new = NewEmployee(first_name="", last_name="Berg", email="b@example.org", department=department)

    with pytest.raises(CrudClientError) as refused:
        foreign.employee.create(new)

    assert "422" in str(refused.value)
    assert len(server.simulator.world.companies[0].rows("Employee")) == 15
