"""After a sync somebody who was not there can say what still differs, of whom, why, and what to do about it."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import replace

import pytest
from sqlalchemy import select

from huma_tripletex import planning, reporting, syncing
from huma_tripletex.models import Conflict, PlanItem, SyncPlan, SyncRun
from tests.flows.host_parts import db
from tests.flows.mixed_company import company, decide
from tests.flows.planning_parts import ANNA, account, facts
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]
ENGLISH = replace(ANNA, locale="en")
OWNERS = 3
"""The owners of the simulator's tokens are employees too, and nobody in Huma."""
INVALID = "12345678901"


def mixed(desk: Desk) -> None:
    """One of each: who differs by choice, by a lock or by nobody's choice, who is alone, in doubt, and left out."""
    desk.both(1, phone_number="49999991")
    desk.both(2, phone_number="49999992", given_name="Other")
    desk.person(3, bank_account_number=INVALID)
    desk.employee(3)
    desk.person(4, date_of_birth=None)
    desk.person(5)
    desk.employee(6)
    desk.person(7, employee_id=None, date_of_birth=None, phone_number=None)
    desk.employee(7, employee_id=None, date_of_birth="1950-05-05", phone_number="49999997")
    desk.both(8, phone_number="49999998")
    desk.both(9)
    planning.never_sync(desk.runtime, desk.connection(), "8", ANNA)
    desk.session.commit()


def decided(desk: Desk) -> SyncPlan:
    """The first is left on purpose, of the second only the name is decided, nobody is added."""
    plan = desk.plan()
    rows = desk.session.scalars(select(Conflict).where(Conflict.plan_id == plan.id)).all()
    people = {item.id: item.person_id for item in desk.session.scalars(select(PlanItem))}
    wanted = {("1", "phone_number"): "leave", ("2", "given_name"): "huma"}
    choices = {row.id: wanted.get((people[row.item_id], row.field)) for row in rows}
    planning.choose(desk.runtime, plan, choices, by=ANNA)
    for kind in ("only_in_huma", "only_in_tripletex"):
        planning.choose_everybody(desk.runtime, plan, kind, "leave", by=ANNA)
    desk.session.commit()
    return plan


def told(desk: Desk, run: SyncRun) -> dict[str, tuple[tuple[str, ...], list[str]]]:
    """Of everybody from Huma the fields and the reasons."""
    people = reporting.left_people(desk.runtime, run, size=100)
    return {
        one.person_id or f"employee {one.employee_id}": (one.fields, [why.reason for why in one.whys]) for one in people
    }


def test_everything_that_is_left_is_told_with_its_reason(desk: Desk) -> None:
    mixed(desk)
    run = desk.finish(desk.start(decided(desk), ENGLISH))

    found = told(desk, run)

    assert {who: what for who, what in found.items() if not who.startswith("employee")} == {
        "1": (("phone_number",), ["left_both"]),
        "2": (("phone_number",), ["not_chosen"]),
        "3": (("bank_account_number",), ["account_invalid"]),
        "4": ((), ["date_of_birth_missing"]),
        "5": ((), ["not_added"]),
        "7": ((), ["similar_name_and_account"]),
        "8": ((), ["left_out"]),
    }
    assert sum(who.startswith("employee") for who in found) == 1 + OWNERS
    left = reporting.left_of(desk.runtime, run)
    assert (left.chosen, left.not_chosen, left.impossible, left.differing) == (1, 1, 1, 3)
    assert (left.cannot_be_added, left.unsettled, left.left_out) == (1, 1, 1)
    assert (left.people, left.told) == (len(found) - 1, len(found))
    people = reporting.left_people(desk.runtime, run, size=100)
    fields = reporting.left_fields(desk.runtime, run, range(100))
    assert fields == {one.position: one.fields for one in people if one.fields}
    for one in people:
        assert all(one.name in why.sentence and why.next_step for why in one.whys)


def test_the_mail_and_the_file_tell_the_same_and_no_values(desk: Desk) -> None:
    mixed(desk)
    run = desk.finish(desk.start(decided(desk), ENGLISH))
    people = reporting.left_people(desk.runtime, run, size=100)
    reporting.send_due_mail(desk.runtime, desk.clock())

    (mail,) = desk.mails
    assert mail.subject == f"Tripletex: 4 of 4 people synced, something still differs for {len(people) - 1} people"
    assert "1 value is left different on purpose." in mail.text
    assert "1 value is left different on purpose. Given1 Family1 (phone number)" in " ".join(mail.text.split())
    assert "1 person is left out of every sync. Given8 Family8" in " ".join(mail.text.split())
    lines = list(csv.reader(io.StringIO("".join(reporting.csv_of(desk.runtime, run)).removeprefix("\ufeff"))))
    listed = {line[0]: line for line in lines[1:]}
    assert len(listed) == len(lines) - 1, "one line per person"
    for one in people:
        for form in (mail.text, mail.html):
            assert one.name in " ".join(form.split())
        assert listed[one.name][6], one.name
    assert listed["Given2 Family2"][3:7] == ["changed", "", "given name", "phone number"]
    assert listed["Given1 Family1"][3:7] == ["no change", "", "", "phone number"]
    assert listed["Given5 Family5"][3:7] == ["still different", "", "", "only in Huma"]
    assert listed["Given8 Family8"][3] == "left out of every sync"
    assert listed["Given9 Family9"][6] == ""
    for secret in ("4999999", INVALID, account(3), facts(4)["phone_number"], "1950"):
        assert secret
        assert not any(secret in text for text in (mail.text, mail.html, str(lines)))


def test_what_was_left_earlier_is_told_again_and_nothing_claims_that_all_is_the_same(desk: Desk) -> None:
    mixed(desk)
    desk.finish(desk.start(decided(desk), ENGLISH))
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, None)
    desk.session.commit()

    run = desk.finish(desk.start(plan, ENGLISH))

    assert reporting.report(desk.runtime, run).total == 0
    assert told(desk, run)["1"] == (("phone_number",), ["left_both_earlier"])
    assert told(desk, run)["5"] == ((), ["not_added_earlier"])
    waits = [one for one in reporting.left_people(desk.runtime, run, size=100) if one.person_id == "5"]
    assert "ask again about those who were not added" in waits[0].whys[0].next_step
    reporting.send_due_mail(desk.runtime, desk.clock())
    assert desk.mails[-1].subject.startswith("Tripletex: nothing had to be written, ")
    assert desk.mails[-1].subject.endswith(" people")


def test_it_is_told_from_what_was_approved_and_not_from_what_came_after(desk: Desk) -> None:
    mixed(desk)
    run = desk.finish(desk.start(decided(desk), ENGLISH))
    before = told(desk, run)
    desk.change(1, phone_number="49999991")
    desk.change(4, date_of_birth="1980-01-01")
    planning.sync_again(desk.runtime, desk.connection(), "8", ANNA)
    desk.session.commit()
    desk.drain()
    desk.plan()

    assert told(desk, run) == before


def test_names_come_from_the_host_when_the_sealed_ones_are_forgotten(quick_desk: Desk) -> None:
    desk = quick_desk
    mixed(desk)
    run = desk.finish(desk.start(decided(desk), ENGLISH))
    desk.session.execute(db.update(PlanItem).values(sealed=None))
    desk.session.commit()

    names = {one.name for one in reporting.left_people(desk.runtime, run, size=100) if one.person_id}

    assert names == {f"Given{number} Family{number}" for number in (1, 2, 3, 4, 5, 7, 8)}


def test_a_try_tells_of_those_who_were_tried_and_the_rest_of_everybody(quick_desk: Desk) -> None:
    desk = quick_desk
    mixed(desk)
    plan = decided(desk)
    second = desk.session.scalars(select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.person_id == "2")).one()
    tried = planning.approve(desk.runtime, plan, ENGLISH, only=[second.id])
    desk.session.commit()
    desk.finish(tried)
    assert reporting.is_try(desk.runtime, tried)
    assert told(desk, tried) == {"2": (("phone_number",), ["not_chosen"])}
    desk.session.refresh(plan)

    rest = desk.finish(desk.start(plan, ENGLISH))

    assert not reporting.is_try(desk.runtime, rest)
    assert {"1", "2", "3", "4", "5", "7", "8"} <= set(told(desk, rest))


def test_a_run_that_takes_another_back_leaves_nothing(quick_desk: Desk) -> None:
    desk = quick_desk
    mixed(desk)
    run = desk.finish(desk.start(decided(desk), ENGLISH))
    back = syncing.undo(desk.runtime, run, ENGLISH)
    desk.session.commit()

    assert reporting.left_of(desk.runtime, desk.finish(back)) == reporting.Left()
    assert list(csv.reader(io.StringIO("".join(reporting.csv_of(desk.runtime, back)))))[1][6] == ""


@pytest.mark.parametrize("people", [3, 60])
def test_the_number_of_questions_to_the_database_does_not_grow(quick_desk: Desk, people: int) -> None:
    desk = quick_desk
    for number in range(1, people):
        desk.both(number, phone_number=f"4999{number:04}")
        desk.person(1000 + number)
    plan = desk.plan()
    planning.choose_for_all(desk.runtime, plan, "leave")
    desk.session.commit()
    run = desk.finish(desk.start(plan, ENGLISH))

    with desk.statements() as seen:
        left = reporting.left_of(desk.runtime, run)
        shown = reporting.left_people(desk.runtime, run, size=50)

    assert len(shown) == min(50, left.told)
    assert len(seen) <= 8


@pytest.mark.parametrize("seed", range(8))
def test_what_is_told_is_what_a_new_comparison_finds(quick_desk: Desk, seed: int) -> None:
    """Whatever was decided, when nothing fails and nobody edits: no more differs than was told, and no less."""
    desk, chance = quick_desk, random.Random(seed)
    company(desk, chance)
    plan = desk.plan()
    decide(desk, chance, plan)
    run = desk.finish(desk.start(plan, ENGLISH))
    assert set(desk.outcomes(run)) <= {"created", "updated", "nothing_to_do"}

    said = reporting.left_people(desk.runtime, run, size=1000)
    again = desk.plan()

    items = {item.id: item for item in desk.session.scalars(select(PlanItem).where(PlanItem.plan_id == again.id))}
    differing = {
        (items[one.item_id].person_id, one.field)
        for one in desk.session.scalars(select(Conflict).where(Conflict.plan_id == again.id))
    }
    assert {(one.person_id, field) for one in said for field in one.fields} == differing
    apart = [one for one in said if not one.fields]
    alone = [item for item in items.values() if item.kind != "matched"]
    assert {one.person_id for one in apart} == {item.person_id for item in alone}
    assert {one.employee_id for one in apart} == {item.employee_id for item in alone}
    left = reporting.left_of(desk.runtime, run)
    assert (left.values, left.told) == (len(differing), len(said))
    assert [one.name for one in said] == [one.name for one in reporting.left_people(desk.runtime, run, size=1000)]
