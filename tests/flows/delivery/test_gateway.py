"""Between rows and the API: sealed sessions, hashes of what was agreed, employees as rules see them, the last check."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from huma_tripletex.connecting.store import forget_secrets
from huma_tripletex.errors import NotReadable
from huma_tripletex.gateway import reading
from huma_tripletex.gateway.agreement import agree, agreed_hash
from huma_tripletex.gateway.opening import keep_session, open_client
from huma_tripletex.gateway.sessions import kept_session
from huma_tripletex.models import PersonLink
from huma_tripletex.tripletex import shapes
from huma_tripletex.tripletex.budget import Budget
from tests.flows.delivery_parts import FJORD, Bench, bench


@pytest.fixture
def stand() -> Iterator[Bench]:
    with bench() as made:
        yield made


def sessions_made(stand: Bench) -> int:
    return sum(row["path"].endswith(":create") for row in stand.http("GET", "requests"))


class TestSession:
    def test_it_is_kept_sealed_and_used_by_the_next_client(self, stand: Bench) -> None:
        connection = stand.connection
        for _ in range(3):
            with open_client(stand.runtime, connection) as client:
                client.who_am_i()
                keep_session(stand.runtime, connection, client)
        assert sessions_made(stand) == 1
        kept = kept_session(stand.runtime.vault, connection)
        assert kept is not None
        assert kept.token.encode() not in connection.sealed_session
        assert connection.session_expires_on == kept.expires_on

    def test_one_that_does_not_open_is_made_anew(self, stand: Bench) -> None:
        connection = stand.connection
        connection.sealed_session = stand.runtime.vault.seal(b"{}", FJORD, connection.id + 1, "session")
        with open_client(stand.runtime, connection) as client:
            assert client.who_am_i()
            assert keep_session(stand.runtime, connection, client)

    def test_there_is_nothing_to_keep_twice(self, stand: Bench) -> None:
        connection = stand.connection
        with open_client(stand.runtime, connection) as client:
            client.who_am_i()
            assert keep_session(stand.runtime, connection, client)
            assert not keep_session(stand.runtime, connection, client)

    def test_a_connection_that_was_disconnected_meanwhile_keeps_none(self, stand: Bench) -> None:
        connection = stand.connection
        with open_client(stand.runtime, connection) as client:
            client.who_am_i()
            forget_secrets(connection)
            assert not keep_session(stand.runtime, connection, client)
        assert connection.sealed_session is None
        assert [row["method"] for row in stand.http("GET", "requests")][-1] == "DELETE", "it is ended instead"

    def test_a_token_that_was_moved_between_rows_does_not_open(self, stand: Bench) -> None:
        connection = stand.connection
        connection.sealed_token = stand.runtime.vault.seal(b"token", FJORD, connection.id + 1, "token")
        with pytest.raises(NotReadable):
            open_client(stand.runtime, connection)

    def test_a_token_whose_key_is_gone_asks_for_attention(self, stand: Bench) -> None:
        stand.linked("p1")
        connection = stand.connection
        connection.sealed_token = stand.runtime.vault.seal(b"token", FJORD, connection.id + 1, "token")
        stand.session.commit()
        stand.edit("p1", phone_number="41000001")
        stand.drain()
        assert stand.connection.state == "needs_attention"
        assert stand.entry().state == "waiting"


class TestCheck:
    def test_nothing_leaves_when_it_says_no(self, stand: Bench) -> None:
        def no() -> None:
            raise RuntimeError("no")

        with open_client(stand.runtime, stand.connection) as client:
            client.who_am_i()
            stand.http("DELETE", "requests")
            with pytest.raises(RuntimeError), client.checked(no):
                client.who_am_i()
            assert stand.http("GET", "requests") == []
            client.who_am_i()
            assert len(stand.http("GET", "requests")) == 1


class TestAgreement:
    def test_a_hash_is_bound_to_connection_person_and_field(self, stand: Bench) -> None:
        vault = stand.runtime.vault
        one = agreed_hash(vault, 1, "p1", "phone_number", "+4791234567")
        others = {
            agreed_hash(vault, 2, "p1", "phone_number", "+4791234567"),
            agreed_hash(vault, 1, "p2", "phone_number", "+4791234567"),
            agreed_hash(vault, 1, "p1", "employee_id", "+4791234567"),
            agreed_hash(vault, 1, "p1", "phone_number", None),
            agreed_hash(vault, 1, "p1", "phone_number", ""),
        }
        assert one not in others
        assert len(others) == 5
        assert one == agreed_hash(vault, 1, "p1", "phone_number", "+4791234567")

    def test_agreeing_on_one_field_keeps_the_others(self, stand: Bench) -> None:
        vault, link = stand.runtime.vault, PersonLink(person_id="p1", agreed={"employee_id": "x"})
        agree(link, vault, 1, {"phone_number": "+4791234567"}, ["phone_number"])
        assert link.agreed == {
            "employee_id": "x",
            "phone_number": agreed_hash(vault, 1, "p1", "phone_number", "+4791234567"),
        }


class TestReading:
    def test_an_employee_with_two_employments_has_the_days_of_the_one_in_force(self) -> None:
        jobs = (
            shapes.Employment(1, 0, 9, "2015-01-01", "2018-12-31"),
            shapes.Employment(2, 3, 9, "2020-01-01", None, division_id=4),
        )
        found = reading.employee(
            shapes.Employee(
                9, 5, "Kari", "Nordmann", phone_number_mobile="32123456", phone_country_id=57, employments=jobs
            ),
            {57: "DK"},
        )
        assert (found.values["first_workday"], found.values["last_workday"]) == ("2020-01-01", None)
        assert found.values["phone_number"] == "+4532123456"
        assert found.employments[1].division_id == 4
        assert found.values["bank_account_number"] is None

    def test_references_in_the_answer_to_a_write_are_no_employments(self) -> None:
        found = reading.employee(shapes.Employee(9, 5, employments=(shapes.Employment(1),)), {})
        assert found.employments == ()

    @pytest.mark.parametrize(
        ("rights", "hidden"),
        [(["AUTH_WAGE"], False), (["AUTH_EMPLOYEE"], True), ([], True)],
    )
    def test_who_may_not_see_salaries_may_not_see_accounts(self, stand: Bench, rights: list[str], hidden: bool) -> None:
        connection = stand.connection
        connection.rights = rights
        assert reading.hides_accounts(connection) is hidden


def test_a_server_that_names_no_limit_has_none_in_any_process() -> None:
    asked = []

    class Shared:
        def reserve(self, n: int, now: object) -> tuple[int, float]:
            asked.append(n)
            return n, 0.0

        def learn(self, *_: object) -> None: ...

    budget = Budget(shared=Shared())
    for _ in range(5):
        budget.settle(budget.acquire())
    assert asked == [1], "only before the first answer could there be a limit"
