"""Lists: how many calls they cost, and that nobody is left out without an error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from huma_tripletex.errors import Invalid, TooManyResults, Unreadable
from huma_tripletex.tripletex import census
from tests.tripletex.stub import Stub, answer, many, refusal

LIST = "GET /employee"


@dataclass
class Listed:
    """A company that lists as Tripletex does. `told` makes the untrustworthy `fullResultSize` of what is there in all
    and how far the page goes.
    """

    people: list[dict[str, Any]]
    departments: int = 1
    most: int = 1000
    ceiling: int = 10_000
    told: Callable[[int, int], Any] = lambda size, end: min(size, end + 1)

    def stub(self) -> Stub:
        departments = [{"id": number} for number in range(1, self.departments + 1)]
        return Stub({LIST: self.page, "GET /department": many(*departments)})

    def page(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        assert query["sorting"] == "id"
        found = [person for person in self.people if matches(person, query)]
        if len(found) > self.ceiling:
            return refusal(422, 23000, developerMessage="Result set too large. Limit of 10000 reached.")
        start, count = int(query["from"]), min(int(query["count"]), self.most)
        page = [{k: v for k, v in person.items() if k != "access"} for person in found[start : start + count]]
        return answer({"fullResultSize": self.told(len(found), start + len(page)), "count": len(page), "values": page})


def matches(person: dict[str, Any], query: httpx.QueryParams) -> bool:
    department = (person["department"] or {}).get("id")
    named = (query.get(name, "").casefold() in person[name].casefold() for name in ("firstName", "lastName"))
    here = query.get("departmentId") in (None, str(department))
    return here and query.get("hasSystemAccess") in (None, str(person["access"]).lower()) and all(named)


def people(
    number: int,
    *,
    department: int | None = 1,
    access: bool = False,
    first: int = 1,
    names: Sequence[str] = ("Kari Moen", "Bjørn Lund", "Synnøve Fjeld"),
) -> list[dict[str, Any]]:
    """`names` in turn."""
    common = {"version": 0, "employments": [], "access": access}
    reference = {"id": department} if department else None
    return [
        {"id": key, "firstName": given, "lastName": family, "department": reference, **common}
        for key in range(first, first + number)
        for given, family in [names[key % len(names)].split(" ")]
    ]


@pytest.mark.parametrize(("number", "calls"), [(0, 1), (1, 1), (999, 1), (1000, 2), (1001, 2), (2500, 3), (10_000, 11)])
@pytest.mark.parametrize("told", [lambda size, end: min(size, end + 1), lambda size, end: 0, lambda size, end: None])
def test_a_list_costs_a_call_for_each_thousand(number: int, calls: int, told: Callable[[int, int], Any]) -> None:
    stub = Listed(people(number), told=told).stub()
    heard: list[int] = []
    assert [e.id for e in stub.logged_in().employees(heard.append)] == list(range(1, number + 1))
    assert stub.transport.count(LIST) == calls
    assert heard[-1] == number
    assert heard == sorted(heard)


@pytest.mark.parametrize(
    "told", [lambda size, end: 10**9, lambda size, end: end + 1, lambda size, end: "many", lambda size, end: -1]
)
def test_no_full_result_size_ends_a_list_or_keeps_it_from_ending(told: Callable[[int, int], Any]) -> None:
    stub = Listed(people(2500), told=told).stub()
    assert len(stub.logged_in().employees()) == 2500
    assert stub.transport.count(LIST) <= 4


TOLD: dict[str, Callable[[int, int], Any]] = {
    "all": lambda size, end: size,
    "one more": lambda size, end: min(size, end + 1),
    "nothing": lambda size, end: 0,
    "null": lambda size, end: None,
    "always more": lambda size, end: end + 1,
}


@pytest.mark.parametrize("told", [*TOLD, "this page"])
@pytest.mark.parametrize("most", [100, 250, 500])
def test_pages_that_are_cut_off_are_noticed_whatever_is_told(told: str, most: int) -> None:
    of_page = {**TOLD, "this page": lambda size, end: (end - 1) % most + 1}[told]
    stub = Listed(people(1234), most=most, told=of_page).stub()
    client = stub.logged_in()
    assert len(client.employees()) == 1234
    assert stub.transport.count(LIST) == 1234 // most + 1
    assert len(client.employees()) == 1234
    assert stub.transport.count(LIST) == 2 * (1234 // most + 1)


@pytest.mark.parametrize("most", [7, 128])
def test_and_of_any_size_where_tripletex_tells_of_more(most: int) -> None:
    stub = Listed(people(300), most=most, told=TOLD["one more"]).stub()
    assert len(stub.logged_in().employees()) == 300
    assert stub.transport.count(LIST) == 300 // most + 1


def test_that_tripletex_tells_of_more_than_there_is_costs_one_call_and_is_remembered() -> None:
    listed = Listed(people(41), told=TOLD["always more"])
    stub = listed.stub()
    client = stub.logged_in()
    assert [len(client.employees()) for _ in range(3)] == [41] * 3
    assert stub.transport.count(LIST) == 2 + 1 + 1
    listed.people = people(77)
    assert len(client.employees()) == 77
    assert stub.transport.count(LIST) == 4 + 1


@pytest.mark.parametrize(("told", "calls"), [("all", 1), ("one more", 1), ("always more", 2), ("nothing", 2)])
def test_a_page_of_a_round_size_after_a_larger_one_is_taken_for_the_last_if_tripletex_says_so(
    told: str, calls: int
) -> None:
    listed = Listed(people(249), told=TOLD[told])
    stub = listed.stub()
    client = stub.logged_in()
    client.employees()
    before = stub.transport.count(LIST)
    listed.people = people(200)
    assert len(client.employees()) == 200
    assert stub.transport.count(LIST) - before == calls


def test_a_server_that_begins_to_cut_pages_off_is_noticed_by_whoever_knew_it_before() -> None:
    listed = Listed(people(1234), told=TOLD["one more"])
    client = listed.stub().logged_in()
    assert len(client.employees()) == 1234
    listed.most = 500
    assert len(client.employees()) == 1234


def test_whoever_is_listed_twice_is_answered_once() -> None:
    stub = Listed([*people(1500), *people(3, first=1499)]).stub()
    assert [e.id for e in stub.logged_in().employees()] == list(range(1, 1502))


def test_a_list_that_ignores_where_to_begin_is_an_error_and_no_endless_loop() -> None:
    page = many(*[{k: v for k, v in person.items() if k != "access"} for person in people(1000)])
    with pytest.raises(Unreadable, match="repeats itself"):
        Stub({LIST: page}).logged_in().employees()


def test_an_error_in_the_middle_of_a_list_is_an_error() -> None:
    listed = Listed(people(3000))

    def reply(request: httpx.Request) -> httpx.Response:
        return refusal(503) if request.url.params["from"] == "2000" else listed.page(request)

    with pytest.raises(Exception, match="status 503"):
        Stub({LIST: reply}).logged_in().employees()


def test_another_422_is_not_taken_for_too_many() -> None:
    with pytest.raises(Invalid):
        Stub({LIST: refusal(422, 17000)}).logged_in().employees()


def test_more_than_ten_thousand_are_read_by_system_access() -> None:
    stub = Listed([*people(9000, department=None), *people(2000, access=True, first=9001)]).stub()
    assert [e.id for e in stub.logged_in().employees()] == list(range(1, 11_001))
    assert stub.transport.count("GET /department") == 0


def test_and_where_that_is_not_enough_by_department() -> None:
    everybody = [
        *people(7000, department=1),
        *people(6000, department=2, first=7001),
        *people(499, department=2, access=True, first=13_001),
    ]
    stub = Listed(everybody, departments=3).stub()
    heard: list[int] = []
    assert [e.id for e in stub.logged_in().employees(heard.append)] == list(range(1, 13_500))
    assert heard == sorted(heard)
    # refused, refused for those without access, 1 page with, 8 + 7 + 1 pages in the departments
    read = [query for what, query, _ in stub.transport.asked if what == LIST and query["fields"] != "id"]
    assert len(read) == 1 + 1 + 1 + 8 + 7 + 1
    assert stub.transport.count(LIST) - len(read) < 120, "and some more to see that nobody is without a department"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Stub]:
    """Companies whose lists end at a hundred."""
    monkeypatch.setattr(census, "CEILING", 100)
    return lambda *groups: Listed([one for group in groups for one in group], departments=2, ceiling=100).stub()


@pytest.mark.parametrize("name", ["Kari Moen", "Xu Ng", "Åse Ø", "Жанна Ли", "Иван Moen"])
def test_nobody_without_a_department_is_left_out_in_silence(small: Callable[..., Stub], name: str) -> None:
    """Though all departments together have more than Tripletex lists at once, a few more may stand in none."""
    departments = [*people(60), *people(60, department=2, first=200)]
    written = people(1, department=2, first=300, names=["Жанна Ли"])
    without = people(1, department=None, first=400, names=[name])
    assert len(small(departments, written).logged_in().employees()) == 121
    with pytest.raises(TooManyResults, match="no department"):
        small(departments, written, without).logged_in().employees()


def test_names_that_share_a_letter_are_told_apart_by_another(small: Callable[..., Stub]) -> None:
    berg, vik = people(60, names=["Anna Berg"]), people(60, department=2, first=200, names=["Anna Vik"])
    assert len(small(berg, vik).logged_in().employees()) == 120
    with pytest.raises(TooManyResults, match="no department"):
        small(berg, vik, people(1, department=None, first=400, names=["Anna Lie"])).logged_in().employees()
    same = people(60, department=2, first=200, names=["Anna Berg"])
    assert len(small(berg, same).logged_in().employees()) == 120, "there is no way to tell them apart"
    numbered = people(60, department=2, first=200, names=["Anna Berg7", "Anna Berg8"])
    with pytest.raises(TooManyResults, match="no department"):
        small(berg, numbered, people(1, department=None, first=400, names=["Anna Berg77"])).logged_in().employees()


def test_another_error_while_looking_for_them_is_that_error(small: Callable[..., Stub]) -> None:
    stub = small(people(60), people(60, department=2, first=200))
    listed = stub.replies[LIST]
    assert callable(listed)
    stub.replies[LIST] = lambda request: (
        refusal(422, 17000) if request.url.params["fields"] == "id" else listed(request)
    )
    with pytest.raises(Invalid) as caught:
        stub.logged_in().employees()
    assert caught.value.code == 17000


@pytest.mark.parametrize(
    ("everybody", "departments"),
    [
        (people(10_001), 1),
        ([*people(10_001), *people(50, department=2, first=20_000)], 2),
        (people(10_500, department=None), 3),
        ([*people(9_000), *people(1_500, department=None, first=20_000)], 2),
        (
            [
                *people(9_000),
                *people(5_000, department=2, first=10_000),
                *people(1, department=None, access=True, first=9),
            ],
            2,
        ),
    ],
    ids=["one department", "one large department", "no departments", "some without", "one seen without"],
)
def test_whoever_cannot_be_listed_makes_an_error(everybody: list[dict[str, Any]], departments: int) -> None:
    with pytest.raises(TooManyResults) as caught:
        Listed(everybody, departments=departments).stub().logged_in().employees()
    assert caught.value.operation == "GET /employee"


def test_a_search_is_one_call_with_what_is_given() -> None:
    stub = Listed(people(1, names=["Åse Ørn_&_Co"])).stub()
    assert [e.id for e in stub.logged_in().find_employees(employee_number="0012", last_name="Ørn_&_Co")] == [1]
    ((_, query, _),) = stub.transport.asked
    assert (query["employeeNumber"], query["lastName"]) == ("0012", "Ørn_&_Co")
    assert "email" not in query
