"""What the connection's page says differs is what step 2 and step 3 show, and what the page of the sync left."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.demo import Person, db
from huma_tripletex.models import Conflict, Connection, SyncPlan, SyncRun
from huma_tripletex.runtime import current_runtime
from tests.web.conftest import Office, Visitor, approve, compare

TAGS = re.compile(r"<[^>]+>")


def words(page: str) -> str:
    return " ".join(TAGS.sub(" ", page).split())


def number(pattern: str, page: str) -> int:
    found = re.search(pattern, words(page))
    assert found, (pattern, words(page))
    return int(found[1])


def left_some(office: Office) -> None:
    """Somebody leaves two values as they are; the others are not decided."""
    with office.app.app_context():
        runtime, plan = current_runtime(), db.session.get_one(SyncPlan, office.one(SyncPlan).id)
        rows = db.session.scalars(select(Conflict).where(Conflict.plan_id == plan.id).order_by(Conflict.id)).all()
        choices = {row.id: "leave" if number < 2 else None for number, row in enumerate(rows)}
        planning.choose(runtime, plan, choices)
        db.session.commit()


def drifted(office: Office, visitor: Visitor) -> str:
    """Tripletex is changed at its own screen, somebody is left out, and the page looks again."""
    rows = httpx.get(f"{office.url}/_simulator/employees").json()
    for row in [row for row in rows if row["phoneNumberMobile"] and row["employeeNumber"]][:2]:
        httpx.patch(f"{office.url}/_simulator/employees/{row['id']}", json={"lastName": "Another"}).raise_for_status()
    with office.app.app_context():
        runtime, connection = current_runtime(), db.session.query(Connection).one()
        person = db.session.query(Person).filter_by(family_name="Strand").first()
        planning.never_sync(runtime, connection, str(person.id), None)
        db.session.commit()
    visitor.read("/tripletex")
    visitor.send("/tripletex/drift")
    office.work()
    return visitor.read("/tripletex")


@pytest.mark.parametrize("open_ones", [True, False])
def test_pages_count_the_same(office: Office, compared: Visitor, open_ones: bool) -> None:
    if open_ones:
        left_some(office)
    else:
        with office.app.app_context():
            plan = db.session.get_one(SyncPlan, office.one(SyncPlan).id)
            planning.choose_for_all(current_runtime(), plan, "leave")
            db.session.commit()
    compared.read("/tripletex/connection")
    approve(compared, office.one(SyncPlan).id)
    office.work()
    result = compared.read(f"/tripletex/runs/{office.one(SyncRun).id}")
    left = number(r"(\d+) values are left different on purpose", result)
    page = drifted(office, compared)
    fields, people = number(r"differs in (\d+) field", page), number(r"fields? of (\d+) p", page)
    assert number(r"(\d+) more values were left so on purpose", page) == left

    compare(office, compared)
    plan = office.one(SyncPlan).id
    step2 = compared.read(f"/tripletex/plans/{plan}")

    assert number(r"(\d+) differences? in", step2) == fields == number(r"All (\d+)", step2)
    assert number(r"in (\d+) p\w+ who (?:is|are) in both", step2) == people
    assert number(r"Choose for all (\d+)", step2) == fields
    assert number(r"(\d+) more were left so in an earlier sync", step2) == left
    assert number(r"Left as they are, earlier (\d+)", step2) == left
    sums = [number(rf"{name} In \w+ (\d+) value", step2) for name in ("Changes in Huma", "Changes in Tripletex")]
    kept = number(r"Left as is (\d+) value", step2), number(r"Not chosen yet To choose (\d+) value", step2)
    assert sum(sums) + sum(kept) == fields + left
    step3 = compared.read(f"/tripletex/plans/{plan}/people")
    rest = re.search(r"the rest: ([^.]+)\.", words(step3))
    assert rest
    assert sum(map(int, re.findall(r"\d+", rest[1]))) == number(r"(\d+) (?:people are|person is) to be matched", page)

    approve(compared, plan)
    office.work()
    after = compared.read(f"/tripletex/runs/{office.one(SyncRun).id}")
    assert number(r"Still different \d+ people (\d+) value", after) == sum(kept)


def test_where_nothing_new_differs_what_was_left_is_shown(office: Office, compared: Visitor) -> None:
    with office.app.app_context():
        plan = db.session.get_one(SyncPlan, office.one(SyncPlan).id)
        planning.choose_for_all(current_runtime(), plan, "leave")
        db.session.commit()
    compared.read("/tripletex/connection")
    approve(compared, office.one(SyncPlan).id)
    office.work()
    compare(office, compared)

    page = compared.read(f"/tripletex/plans/{office.one(SyncPlan).id}")

    assert "<h1>Nothing new differs</h1>" in page
    assert "Choose for all" not in page
    assert page.count('<fieldset class="tx-grid tx-choice"') == number(r"(\d+) values differ, as they were left", page)
    assert "All 8 fields are the same" not in page


def test_last_syncs_say_how_many_are_still_different_as_the_page_of_each_does(
    office: Office, compared: Visitor
) -> None:
    tried = office.one(Conflict, field="last_workday", choice="huma").item_id
    plan = office.one(SyncPlan).id
    left_some(office)
    compared.send(f"/tripletex/plans/{plan}/approval", {"first": str(tried), "try": "first"})
    office.work()
    approve(compared, plan)
    office.work()
    compare(office, compared)
    approve(compared, office.one(SyncPlan).id)
    office.work()
    runs = range(office.one(SyncRun).id, 0, -1)
    figures = [re.search(r"Still different (\d+) p", words(compared.read(f"/tripletex/runs/{run}"))) for run in runs]
    expected = [(run, int(one[1])) for run, one in zip(runs, figures, strict=True) if one]

    page = compared.read("/tripletex")

    shown = re.findall(r'/runs/(\d+)#different">(\d+) (?:person|people) still different afterwards', page)
    assert [(int(run), int(people)) for run, people in shown] == expected
    assert len({people for _run, people in expected}) > 1, "a try leaves less than a sync of everybody"


def test_of_a_sync_that_left_nothing_and_of_an_undo_nothing_is_said(office: Office, synced: Visitor) -> None:
    run = office.one(SyncRun).id
    synced.send(f"/tripletex/runs/{run}/undoing", {"undo": "all"})
    office.work()
    page = synced.read("/tripletex")
    assert re.findall(r"/runs/(\d+)#different", page) == [str(run)]


@pytest.mark.parametrize("first", [True, False])
def test_summary_names_the_number_that_the_progress_counts_to(office: Office, compared: Visitor, first: bool) -> None:
    plan = office.one(SyncPlan).id
    if not first:
        tried = office.one(Conflict, field="last_workday", choice="huma").item_id
        compared.read(f"/tripletex/plans/{plan}/approval")
        compared.send(f"/tripletex/plans/{plan}/approval", {"first": str(tried), "try": "first"})
        office.work()
    summary = compared.read(f"/tripletex/plans/{plan}/approval")
    people = number(r"(\d+) people are synced", summary)
    written, noted = number(r"(\d+) of them are written to", summary), number(r"Of (\d+) nothing is written", summary)

    approve(compared, plan)

    progress = compared.read(f"/tripletex/runs/{office.one(SyncRun).id}")
    assert number(r"0 of (\d+) people done", progress) == people == written + noted
    office.work()
    assert number(r"of (\d+) people synced", compared.read(f"/tripletex/runs/{office.one(SyncRun).id}")) == people
