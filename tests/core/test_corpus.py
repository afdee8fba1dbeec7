"""A thousand pairs with known truth: no false match, no missed conflict, no false conflict."""

from __future__ import annotations

import pytest

from huma_tripletex.core import matching as matching_module
from huma_tripletex.core import rounds
from huma_tripletex.core.diff import differences
from huma_tripletex.core.matching import match
from huma_tripletex.core.ties import Ties
from tests.core.build import OLA, employee, person
from tests.core.corpus import Corpus, make


def assert_truth(corpus: Corpus) -> None:
    matching = match(corpus.people, corpus.employees)
    found = {pair.person_id: (pair.employee_id, pair.matched_by) for pair in matching.pairs}
    right = {**corpus.either, **corpus.pairs}
    wrong = {person_id: got for person_id, got in found.items() if right.get(person_id) != got}
    assert not wrong, "a false match, or one for the wrong reason"
    assert found.keys() - corpus.either.keys() == corpus.pairs.keys(), "a match was missed"
    questions = {one: question.employee_ids for question in matching.uncertain for one in question.person_ids}
    unsure = {person_id: employee_id for person_id, (employee_id, _) in corpus.either.items() if person_id not in found}
    for person_id, employee_id in {**corpus.asked, **unsure}.items():
        assert employee_id in questions[person_id], "what cannot be known was not asked"
    assert_differences(corpus)


def assert_differences(corpus: Corpus) -> None:
    people = {one.id: one for one in corpus.people}
    employees = {one.id: one for one in corpus.employees}
    for (person_id, employee_id), expected in corpus.differing.items():
        found = differences(people[person_id], employees[employee_id], {}, lambda key, value: f"{key}{value}")
        assert {one.field: one.kind for one in found} == expected


def test_a_thousand_pairs() -> None:
    corpus = make(seed=20260615)
    assert len(corpus.differing) == 1000
    signs = {sign for _, sign in corpus.pairs.values()}
    assert signs == {"employee_id", "email", "name_and_birth", "name_and_phone"}
    fields = {field for found in corpus.differing.values() for field in found}
    assert len(fields) == 8, "every field differs somewhere"
    assert sum(not found for found in corpus.differing.values()) > 50, "some pairs are equal but for the spelling"
    assert_truth(corpus)


@pytest.mark.parametrize("seed", range(8))
def test_other_seeds(seed: int) -> None:
    assert_truth(make(seed, size=150))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1300))
def test_hundreds_of_seeds(seed: int) -> None:
    assert_truth(make(seed, size=1000))


def test_the_work_grows_with_the_people_and_not_with_the_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = make(seed=7, size=1000)
    calls = {"traits": 0, "plausible": 0, "ties": 0}
    count(monkeypatch, matching_module, "traits_of", calls, "traits")
    count(monkeypatch, rounds, "is_believed", calls, "plausible")
    count(monkeypatch, Ties, "tie", calls, "ties")
    match(corpus.people, corpus.employees)
    everybody = len(corpus.people) + len(corpus.employees)
    assert calls["traits"] == everybody
    assert calls["plausible"] <= everybody
    assert calls["ties"] <= everybody


def test_thousands_who_share_everything_are_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = {"ties": 0}
    count(monkeypatch, Ties, "tie", calls, "ties")
    people = [person(str(n), email="post@fjord.no", **OLA) for n in range(2000)]
    employees = [employee(n, email="post@fjord.no", **OLA) for n in range(2000)]
    matching = match(people, employees, {}, {("1", 1)})
    assert calls["ties"] <= 3
    assert [len(question.person_ids) for question in matching.uncertain] == [2000]


def count(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, calls: dict[str, int], key: str) -> None:
    original = getattr(owner, name)

    def counted(*args: object, **kwargs: object) -> object:
        calls[key] += 1
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, counted)
