# ruff: noqa: F811 - fixtures are imported by their names
"""What the pages show: in order, filtered, cut into pages; their numbers; and few queries for many people."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.core.fields import KEYS
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.planning.alphabet import sort_key
from tests.flows.planning_parts import ANNA, Stand, flows, quick  # noqa: F401

NAMES = ["Aage", "Anna", "Bjørn", "Élise", "Erik", "Zara", "Ægir", "Østen", "Åse"]


def crowd(flows: Stand, many: int, seed: int = 1) -> SyncPlan:
    """People with differences of every kind, here and there."""
    dice = random.Random(seed)
    kinds: list[dict[str, str | None]] = [{}, {"phone_number": "45555555"}, {"phone_number": None}]
    for number in range(many):
        flows.person(number, **dice.choice(kinds))
        flows.employee(number, **dice.choice([*kinds, {"bank_account_number": None}]))
    return flows.plan()


def test_names_stand_in_norwegian_order() -> None:
    shuffled = NAMES[:]
    random.Random(3).shuffle(shuffled)
    expected = ["Anna", "Bjørn", "Élise", "Erik", "Zara", "Ægir", "Østen", "Aage", "Åse"]
    assert sorted(shuffled, key=sort_key) == expected


def test_pages_are_cut_in_the_order_of_names(flows: Stand) -> None:
    for number, name in enumerate(NAMES):
        flows.person(number, given_name=name, phone_number=None)
        flows.employee(number, given_name=name)
    plan = flows.plan()
    seen = [planning.differences(flows.runtime, plan, page=page, size=4) for page in (1, 2, 3)]
    assert [person.name.split()[0] for page in seen for person in page.people] == sorted(NAMES, key=sort_key)
    assert [(page.found, page.page, page.pages, len(page.people)) for page in seen] == [
        (9, 1, 3, 4),
        (9, 2, 3, 4),
        (9, 3, 3, 1),
    ]
    assert planning.differences(flows.runtime, plan, page=99, size=4).page == 3


def test_numbers_are_those_of_what_is_shown(flows: Stand) -> None:
    plan = crowd(flows, 25)
    everything = planning.differences(flows.runtime, plan, size=100)
    rows = [row for person in everything.people for row in person.rows]
    kinds, fields = Counter(row.conflict.kind for row in rows), Counter(row.field for row in rows)
    counts = everything.counts
    assert (counts.all, counts.people) == (len(rows), len(everything.people))
    assert counts.all == counts.conflicts + counts.missing_in_huma + counts.missing_in_tripletex
    assert dict(counts.by_field) == {key: fields[key] for key in KEYS if fields[key]}
    for kind in ("conflict", "missing_in_huma", "missing_in_tripletex"):
        shown = planning.differences(flows.runtime, plan, kind=kind, size=100)
        assert sum(len(person.rows) for person in shown.people) == kinds[kind] > 0
    undecided = planning.differences(flows.runtime, plan, undecided=True, size=100)
    assert sum(len(person.rows) for person in undecided.people) == counts.undecided == kinds["conflict"]
    phones = planning.differences(flows.runtime, plan, field="phone_number", kind="conflict", size=100)
    assert {row.field for person in phones.people for row in person.rows} == {"phone_number"}


@pytest.mark.parametrize("name", ["elise", "ÉLISE", "élise  fam", " Élise"])
def test_a_name_is_found_however_it_is_written(quick: Stand, name: str) -> None:
    for number, given in enumerate(NAMES):
        quick.person(number, given_name=given, phone_number=None)
        quick.employee(number, given_name=given)
    plan = quick.plan()
    assert [one.name for one in planning.differences(quick.runtime, plan, name=name).people] == ["Élise Family3"]
    assert planning.differences(quick.runtime, plan, name="nobody").people == ()


def test_values_are_shown_as_each_system_has_them(quick: Stand) -> None:
    quick.person(1, phone_number="+47 41 11 11 11")
    quick.employee(1)
    (person,) = planning.differences(quick.runtime, quick.plan()).people
    (row,) = person.rows
    assert (row.huma, row.tripletex) == ("+47 41 11 11 11", "+4740000001")
    assert (person.name, person.employee_number, person.matched_by) == ("Given1 Family1", "1001", "employee_id")


def test_queries_do_not_grow_with_people(flows: Stand) -> None:
    few = queries(flows, crowd(flows, 6))
    many = queries(flows, crowd(flows, 60))
    assert few == many
    assert max(many.values()) <= 20


def queries(flows: Stand, plan: SyncPlan) -> dict[str, int]:
    counted = {}
    for name, read in {
        "differences": planning.differences,
        "people": planning.people,
        "totals": planning.totals,
        "summary": planning.summary,
    }.items():
        flows.session.expire_all()
        with flows.statements() as seen:
            read(flows.runtime, plan)
        counted[name] = len(seen)
    flows.session.expire_all()
    with flows.statements() as seen:
        planning.differences(flows.runtime, plan, name="given", field="phone_number", undecided=True)
    return {**counted, "found": len(seen)}


@pytest.mark.parametrize("seed", range(5))
def test_the_sums_are_those_of_the_summary_whatever_is_decided(quick: Stand, seed: int) -> None:
    plan = crowd(quick, 20, seed)
    dice = random.Random(seed)
    for conflict in quick.session.scalars(select(Conflict)).all():
        conflict.choice = dice.choice([None, *conflict.only])
    for item in quick.session.scalars(select(PlanItem).where(PlanItem.kind != "matched")).all():
        item.choice = dice.choice([None, "leave", *([] if item.blocked else ["add"])])
    quick.session.commit()
    totals, summary = planning.totals(quick.runtime, plan), planning.summary(quick.runtime, plan, size=1000)
    for system in ("huma", "tripletex"):
        added = [one for one in summary.people if one.action == f"add_to_{system}"]
        changed = [one for one in summary.people if one.action == "update" and getattr(one, system)]
        how = Counter(write.how for one in changed for write in getattr(one, system))
        sums = {name: getattr(totals, f"{system}_{name}") for name in ("filled", "replaced", "cleared")}
        assert sums == {name: how[name] for name in sums}
        assert getattr(totals, f"{system}_values") == how.total()
        assert getattr(totals, f"{system}_people") == len(changed)
        assert getattr(totals, f"{system}_added") == len(added)
    assert summary.changed_people == len(summary.people)
    for one in summary.people:
        for write in (*one.huma, *one.tripletex):
            assert (write.after is None) == (write.how == "cleared")
            assert (write.before is None) == (write.how in ("filled", "added"))


def test_nothing_to_decide(quick: Stand) -> None:
    quick.person(1)
    quick.employee(1)
    plan = quick.plan()
    planning.choose_everybody(quick.runtime, plan, "only_in_tripletex", "leave", by=ANNA)
    assert planning.totals(quick.runtime, plan).nothing
    summary = planning.summary(quick.runtime, plan)
    assert (summary.people, summary.linked, summary.to_type) == ((), 1, "")
    assert len(summary.left) == 3
