"""What holds for any two lists of people: nobody is lost, nobody is counted twice, and the order does not matter."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from huma_tripletex.core.matching import REASONS, Matching, Pair, match
from huma_tripletex.core.people import HostPerson, TripletexEmployee
from huma_tripletex.core.ties import RANK
from tests.core.build import employee, person

BORN, ALSO_BORN = "1990-01-02", "1985-05-05"


def pick(*choices: str | None) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *choices))


traits = st.fixed_dictionaries(
    {
        "given_name": st.sampled_from(["Ola", "Kari", "ola"]),
        "family_name": st.sampled_from(["Hansen", "Berg", ""]),
        "employee_id": pick("1", "2", "3"),
        "date_of_birth": pick(BORN, ALSO_BORN),
        "phone_number": pick("91234567", "+47 912 34 567", "98765432"),
        "email": pick("a@b.no", "A@b.no", "c@d.no"),
    }
)
humans = st.lists(st.tuples(traits, st.booleans()), max_size=6).map(
    lambda rows: [person(str(n), takes_part=part, **row) for n, (row, part) in enumerate(rows)]
)
staff = st.lists(traits, max_size=6).map(lambda rows: [employee(n + 100, **row) for n, row in enumerate(rows)])
ends = st.tuples(st.integers(0, 6).map(str), st.integers(100, 106))


@given(people=humans, employees=staff, linked=st.lists(ends, max_size=2), apart=st.sets(ends, max_size=4))
@settings(max_examples=150, deadline=None)
def test_everybody_is_accounted_for_once(
    people: list[HostPerson],
    employees: list[TripletexEmployee],
    linked: list[tuple[str, int]],
    apart: set[tuple[str, int]],
) -> None:
    links = dict(linked)
    matching = match(people, employees, links, apart)
    here = [pair.person_id for pair in matching.pairs] + list(matching.only_in_huma)
    here += [one for question in matching.uncertain for one in question.person_ids]
    assert sorted(here) == sorted(one.id for one in people if one.takes_part)
    there = [pair.employee_id for pair in matching.pairs] + list(matching.only_in_tripletex)
    there += [one for question in matching.uncertain for one in question.employee_ids]
    assert len(there) == len(set(there))
    assert set(there) <= {one.id for one in employees}
    if all(one.takes_part for one in people):
        assert len(there) == len(employees)
    for pair in matching.pairs:
        assert pair.matched_by in REASONS
        assert (pair.person_id, pair.employee_id) not in apart
    assert all(question.why in RANK for question in matching.uncertain)


@given(people=humans, employees=staff, apart=st.sets(ends, max_size=3), order=st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_the_lists_does_not_matter(
    people: list[HostPerson], employees: list[TripletexEmployee], apart: set[tuple[str, int]], order: object
) -> None:
    shuffled_people, shuffled_employees = list(people), list(employees)
    order.shuffle(shuffled_people)  # type: ignore[attr-defined]
    order.shuffle(shuffled_employees)  # type: ignore[attr-defined]
    one, other = match(people, employees, {}, apart), match(shuffled_people, shuffled_employees, {}, apart)
    assert set(one.pairs) == set(other.pairs)
    assert questions(one) == questions(other)


def questions(matching: Matching) -> set[tuple[frozenset[str], frozenset[int], str]]:
    return {(frozenset(q.person_ids), frozenset(q.employee_ids), q.why) for q in matching.uncertain}


@given(people=humans, employees=staff)
@settings(max_examples=80, deadline=None)
def test_what_was_paired_once_stays_paired(people: list[HostPerson], employees: list[TripletexEmployee]) -> None:
    first = match(people, employees)
    links = {pair.person_id: pair.employee_id for pair in first.pairs}
    again = match(people, employees, links)
    assert {Pair(one.person_id, one.employee_id, "link") for one in first.pairs} <= set(again.pairs)
