"""Who is who: certain pairs say why, everything else is asked, and nobody is lost or counted twice."""

from __future__ import annotations

import pytest

from huma_tripletex.core.matching import Matching, Uncertain, match
from huma_tripletex.core.reasons import REASONS as SENTENCES
from huma_tripletex.core.ties import RANK, Ties
from tests.core.build import KARI, OLA, employee, person

BORN, ALSO_BORN = "1990-01-02", "1985-05-05"
Row = dict[str, str]
BIRTH, OTHER_BIRTH = {"date_of_birth": BORN}, {"date_of_birth": ALSO_BORN}
N7, N8 = {"employee_id": "7"}, {"employee_id": "8"}
PHONE, MAIL = {"phone_number": "91234567"}, {"email": "ola@fjord.no"}


def named(given_name: str, family_name: str) -> Row:
    return {"given_name": given_name, "family_name": family_name}


def paired(matching: Matching) -> list[tuple[str, int, str]]:
    return [(pair.person_id, pair.employee_id, pair.matched_by) for pair in matching.pairs]


@pytest.mark.parametrize(
    ("here", "there", "matched_by"),
    [
        (OLA | N7, OLA | {"employee_id": " 7"}, "employee_id"),
        # people marry, are born anew on paper, get new phones: the number holds
        (OLA | N7, {**OLA, "family_name": "Berg"} | N7, "employee_id"),
        (OLA | N7 | BIRTH, named("Kari", "Hansen") | N7 | BIRTH, "employee_id"),
        (OLA | N7 | BIRTH | MAIL, KARI | N7 | BIRTH | MAIL, "employee_id"),
        (OLA | N7 | BIRTH, OLA | N7 | OTHER_BIRTH, "employee_id"),
        (OLA | MAIL, OLA | {"email": "Ola@FJORD.no "}, "email"),
        (OLA | MAIL | N7, OLA | MAIL | N8, "email"),
        (OLA | {"date_of_birth": "02.01.1990"}, OLA | BIRTH, "name_and_birth"),
        (OLA | BIRTH | N7, OLA | BIRTH | N8, "name_and_birth"),
        (named("OLA", "hansen") | BIRTH, OLA | BIRTH, "name_and_birth"),
        (named("Ola Johan", "Hansen") | BIRTH, named("Ola", "Johan Hansen") | BIRTH, "name_and_birth"),
        (named("Anne-Marie", "Dahl") | BIRTH, named("Anne Marie", "Dahl") | BIRTH, "name_and_birth"),
        (OLA | {"phone_number": "+47 912 34 567"}, OLA | PHONE, "name_and_phone"),
        (OLA | PHONE | BIRTH, OLA | PHONE, "name_and_phone"),
    ],
)
def test_certain_matches_say_why(here: Row, there: Row, matched_by: str) -> None:
    assert paired(match([person("1", **here)], [employee(9, **there)])) == [("1", 9, matched_by)]


@pytest.mark.parametrize(
    ("here", "there", "why"),
    [
        (OLA | N7 | BIRTH, KARI | N7 | OTHER_BIRTH, "employee_id_contradicted"),
        (OLA | N7 | BIRTH | PHONE, KARI | N7 | OTHER_BIRTH | PHONE, "employee_id_contradicted"),
        (OLA | N7, KARI | N7, "employee_id_contradicted"),
        # two systems that count from 1 may give one number to two of one day; families share phones and mailboxes
        (OLA | N7 | BIRTH, KARI | N7 | BIRTH, "employee_id_contradicted"),
        (OLA | N7 | PHONE, KARI | N7 | PHONE, "employee_id_contradicted"),
        (OLA | N7 | BIRTH | MAIL, named("Per", "Hansen") | N7 | OTHER_BIRTH | MAIL, "employee_id_contradicted"),
        (OLA | N7 | BIRTH, named("Per", "Hansen") | N7 | OTHER_BIRTH, "employee_id_contradicted"),
        (OLA | MAIL, KARI | MAIL, "email_contradicted"),
        (OLA | MAIL | N7, named("Per", "Hansen") | MAIL | N8, "email_contradicted"),
        (OLA | PHONE | BIRTH, OLA | PHONE | OTHER_BIRTH, "name_and_phone_contradicted"),
        (OLA, OLA, "name_only"),
        (OLA | N7 | BIRTH, OLA | PHONE, "name_only"),
        (OLA | BIRTH, named("Ola Johan", "Hansen") | BIRTH, "similar_name_and_birth"),
    ],
)
def test_what_is_not_certain_is_asked(here: Row, there: Row, why: str) -> None:
    matching = match([person("1", **here)], [employee(9, **there)])
    assert matching == Matching(uncertain=(Uncertain(("1",), (9,), why),))


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (OLA, KARI),
        (OLA | BIRTH, OLA | OTHER_BIRTH),
        (OLA | N7, OLA | N8),
        (OLA | PHONE, KARI | PHONE),
        (OLA | BIRTH, KARI | BIRTH),
        ({}, {}),
        (BIRTH, BIRTH),
    ],
)
def test_strangers_stay_strangers(here: Row, there: Row) -> None:
    matching = match([person("1", **here)], [employee(9, **there)])
    assert matching == Matching(only_in_huma=("1",), only_in_tripletex=(9,))


def test_a_remembered_link_holds_whatever_changed() -> None:
    people = [person("1", **OLA, employee_id="7"), person("2", **KARI, employee_id="8")]
    employees = [employee(9, **KARI, employee_id="8"), employee(10, **OLA, employee_id="7")]
    assert paired(match(people, employees, {"1": 9})) == [("1", 9, "link")]
    assert paired(match(people, employees)) == [("1", 10, "employee_id"), ("2", 9, "employee_id")]


def test_a_link_to_nobody_is_no_link() -> None:
    people, employees = [person("1", **OLA, employee_id="7")], [employee(10, **OLA, employee_id="7")]
    assert paired(match(people, employees, {"1": 999, "gone": 10})) == [("1", 10, "employee_id")]


def test_the_surest_sign_decides() -> None:
    people = [person("1", **OLA, employee_id="7", date_of_birth=BORN)]
    employees = [employee(9, **OLA, date_of_birth=BORN), employee(10, **OLA, employee_id="7")]
    matching = match(people, employees)
    assert paired(matching) == [("1", 10, "employee_id")]
    assert matching.only_in_tripletex == (9,)


def test_one_employee_id_on_two_people_is_asked() -> None:
    people = [person("1", **OLA, employee_id="7"), person("2", **KARI, employee_id="7")]
    matching = match(people, [employee(9, **OLA, employee_id="7"), employee(10, given_name="Per", family_name="Dahl")])
    assert matching.uncertain == (Uncertain(("1", "2"), (9,), "employee_id_twice"),)
    assert matching.only_in_tripletex == (10,)


def test_one_employee_id_on_two_employees_is_asked() -> None:
    employees = [employee(9, **OLA, employee_id="7"), employee(10, **KARI, employee_id="7")]
    matching = match([person("1", **OLA, employee_id="7")], employees)
    assert matching.uncertain == (Uncertain(("1",), (9, 10), "employee_id_twice"),)


def test_whoever_is_asked_about_is_not_paired_by_a_weaker_sign() -> None:
    """Kari's number is Ola's by mistake; she is in Tripletex under her own."""
    people = [person("1", **OLA, employee_id="7"), person("2", **KARI, employee_id="7", date_of_birth=BORN)]
    employees = [employee(9, **OLA, employee_id="7"), employee(10, **KARI, employee_id="8", date_of_birth=BORN)]
    matching = match(people, employees)
    assert matching == Matching(uncertain=(Uncertain(("1", "2"), (9, 10), "employee_id_twice"),))


def test_people_who_share_a_name_are_told_apart_by_anything_else() -> None:
    people = [person("1", **OLA, date_of_birth=BORN), person("2", **OLA, date_of_birth=ALSO_BORN)]
    employees = [employee(9, **OLA, date_of_birth=ALSO_BORN), employee(10, **OLA, date_of_birth=BORN)]
    assert paired(match(people, employees)) == [("1", 10, "name_and_birth"), ("2", 9, "name_and_birth")]


def test_people_who_share_a_name_and_nothing_else_are_one_question() -> None:
    matching = match([person("1", **OLA), person("2", **OLA)], [employee(9, **OLA), employee(10, **OLA)])
    assert matching == Matching(uncertain=(Uncertain(("1", "2"), (9, 10), "same_name"),))


def test_of_two_who_share_a_name_one_may_be_known() -> None:
    people = [person("1", **OLA, employee_id="7"), person("2", **OLA)]
    employees = [employee(9, **OLA, employee_id="7"), employee(10, **OLA, employee_id="8")]
    matching = match(people, employees)
    assert paired(matching) == [("1", 9, "employee_id")]
    assert matching.uncertain == (Uncertain(("2",), (10,), "name_only"),)


def test_a_shared_mailbox_does_not_stop_better_signs() -> None:
    post = "post@fjord.no"
    people = [person("1", email=post, **OLA, date_of_birth=BORN), person("2", email=post, **KARI, date_of_birth=BORN)]
    employees = [
        employee(9, email=post, **KARI, date_of_birth=BORN),
        employee(10, email=post, **OLA, date_of_birth=BORN),
    ]
    assert paired(match(people, employees)) == [("1", 10, "name_and_birth"), ("2", 9, "name_and_birth")]


def test_a_shared_mailbox_alone_is_asked_about_those_it_could_be() -> None:
    post = "post@fjord.no"
    people = [person("1", email=post, **OLA), person("2", email=post, **KARI)]
    employees = [employee(9, email=post, **OLA), employee(10, email=post, given_name="Per", family_name="Dahl")]
    matching = match(people, employees)
    assert matching.uncertain == (Uncertain(("1",), (9,), "email_twice"),)
    assert (matching.only_in_huma, matching.only_in_tripletex) == (("2",), (10,))


def test_not_the_same_person_is_remembered_at_every_step() -> None:
    same = {**OLA, "employee_id": "7", "date_of_birth": BORN, "phone_number": "91234567", "email": "o@f.no"}
    matching = match([person("1", **same)], [employee(9, **same)], {"1": 9}, {("1", 9)})
    assert matching == Matching(only_in_huma=("1",), only_in_tripletex=(9,))


def test_ruling_one_out_can_settle_the_other() -> None:
    people = [person("1", **OLA, employee_id="7"), person("2", **OLA, employee_id="7")]
    matching = match(people, [employee(9, **OLA, employee_id="7")], {}, {("2", 9)})
    assert paired(matching) == [("1", 9, "employee_id")]
    assert matching.only_in_huma == ("2",)


def test_whoever_takes_no_part_is_left_out_with_their_employee() -> None:
    people = [
        person("1", takes_part=False, **OLA, employee_id="7"),
        person("2", takes_part=False, **KARI),
        person("3", takes_part=False, given_name="Per", family_name="Dahl"),
        person("4", given_name="Liv", family_name="Lie"),
    ]
    employees = [
        employee(9, **OLA, employee_id="7"),
        employee(10, **KARI),
        employee(11, given_name="Siri", family_name="Vik"),
        employee(12, given_name="Nils", family_name="Moe"),
    ]
    matching = match(people, employees, {"3": 11})
    assert matching == Matching(only_in_huma=("4",), only_in_tripletex=(12,))


def test_a_question_names_only_those_who_take_part() -> None:
    people = [person("1", takes_part=False, **OLA, employee_id="7"), person("2", **KARI, employee_id="7")]
    matching = match(people, [employee(9, **OLA, employee_id="7")])
    assert matching == Matching(uncertain=(Uncertain(("2",), (9,), "employee_id_twice"),))


def test_a_question_that_grows_together_is_explained_by_its_weightiest_reason() -> None:
    for order in (1, -1):
        ties = Ties()
        for people, employees, why in [(["1"], [9], "name_only"), (["2"], [10], "employee_id_twice")][::order]:
            ties.tie(people, employees, why)
        ties.tie(["1"], [10], "same_name")
        assert [group.why for group in ties.groups()] == ["employee_id_twice"]


def test_every_reason_has_a_sentence() -> None:
    assert set(RANK) <= set(SENTENCES)
