"""What a button does is said before it is pressed: dismissing, and choosing for many where employments end."""

from __future__ import annotations

import re

import pytest

from huma_tripletex.models import Conflict, Connection, OutboxEntry, SyncPlan
from huma_tripletex.runtime import current_runtime
from tests.web.conftest import Office, Visitor
from tests.web.test_log import edit, refused
from tests.web.test_second_look import LIMITED, row_of

DISMISS = re.compile(r'<button[^>]*aria-describedby="([^"]+)"[^>]*>(?:Dismiss|La være)')
MEANING = {"en": "Tripletex stays as it is until this is changed in Huma again", "nb": "Tripletex forblir som det er"}
SET = "The employee gave notice (as set for this connection)"


@pytest.mark.parametrize("locale", ["en", "nb"])
def test_dismissing_says_beside_the_button_what_it_means(office: Office, synced: Visitor, locale: str) -> None:
    refused(office)
    edit(office, "Dahl", phone_number="+47 400 11 222")
    edit(office, "Solberg", phone_number="+47 400 11 223")
    office.work()
    reader, person = office.visitor(locale=locale), office.one(OutboxEntry, state="parked").person_id
    for path, buttons in (("", 2), ("/log?show=parked", 2), (f"/people/{person}", 1)):
        page = reader.read(f"/tripletex{path}")
        told = DISMISS.findall(page)
        assert len(told) == buttons, path
        for one in told:
            (sentence,) = re.findall(rf'<p[^>]* id="{one}">([^<]+)</p>', page)
            assert MEANING[locale] in sentence


def test_the_reason_of_the_settings_is_shown_as_theirs_wherever_a_last_workday_is_written(
    office: Office, compared: Visitor
) -> None:
    plan, leaving = office.one(SyncPlan).id, office.one(Conflict, field="last_workday", choice="huma")
    row = row_of(compared.read(f"/tripletex/plans/{plan}"), leaving)
    assert f"selected>{SET}</option>" in row
    assert row.count("as set for this connection") == 1
    top, _, people = compared.read(f"/tripletex/plans/{plan}/approval").partition("Person by person")
    assert f"Reason told to Tripletex: {SET}." in top
    assert f"with the reason: {SET}" in people

    compared.send(f"/tripletex/plans/{plan}", {f"reason-{leaving.item_id}": LIMITED, "save": "choices"})

    assert "as set for" not in compared.read(f"/tripletex/plans/{plan}/approval")
    with office.app.app_context():
        connection = current_runtime().session.query(Connection).one()
        connection.options = {**connection.options, "end_reason": LIMITED}
        current_runtime().session.commit()
    row = row_of(compared.read(f"/tripletex/plans/{plan}"), leaving)
    assert "selected>The employment was for a limited time (as set for this connection)</option>" in row


def test_choosing_for_all_says_beside_its_buttons_that_last_workdays_go_along(
    office: Office, compared: Visitor
) -> None:
    plan = office.one(SyncPlan).id
    said = along(compared.read(f"/tripletex/plans/{plan}"))
    for preference, (people, tripletex, huma) in said.items():
        answer = compared.send(f"/tripletex/plans/{plan}", {"all": preference}, **{"HX-Request": "true"})
        assert along(answer.get_data(as_text=True)) == said, "it is about the button, whatever was pressed"
        written = endings(office, plan)
        assert (tripletex, huma) == (written.count("tripletex"), written.count("huma")), preference
        assert people == tripletex + huma > 0
    leaving = office.one(Conflict, field="last_workday", kind="missing_in_tripletex")
    compared.send(f"/tripletex/plans/{plan}", {f"choice-{leaving.id}": "leave"})
    page = compared.read(f"/tripletex/plans/{plan}")
    assert along(page)["huma"][1] == said["huma"][1] - 1, "what was chosen by itself is not touched"


def along(page: str) -> dict[str, tuple[int, int, int]]:
    """By preference: people, and of those in Tripletex and in Huma."""
    told = r"With (Huma|Tripletex)’s values a last workday goes along for (\d+) [^(]*\(([^)]+)\)"
    return {which.lower(): _in_each(int(people), where) for which, people, where in re.findall(told, page)}


def _in_each(people: int, where: str) -> tuple[int, int, int]:
    """Where all are in one system, no number is said twice."""
    counts = {name: int(count or people) for count, name in re.findall(r"(\d*) ?in (Huma|Tripletex)", where)}
    return people, counts.get("Tripletex", 0), counts.get("Huma", 0)


def endings(office: Office, plan: int) -> list[str]:
    """In which system each last workday is going to be written."""
    with office.app.app_context():
        rows = current_runtime().session.query(Conflict).filter_by(plan_id=plan, field="last_workday")
        return ["tripletex" if row.choice == "huma" else "huma" for row in rows if row.choice in ("huma", "tripletex")]


def test_where_no_last_workday_goes_along_nothing_is_said_of_one(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan).id
    with office.app.app_context():
        rows = current_runtime().session.query(Conflict).filter_by(plan_id=plan, field="last_workday")
        form = {f"choice-{row.id}": "leave" for row in rows}
    compared.send(f"/tripletex/plans/{plan}", form)
    page = compared.read(f"/tripletex/plans/{plan}")
    assert "Choose for all" in page
    assert "goes along" not in page


def test_the_summary_says_which_access_department_and_division_new_people_get(
    office: Office, compared: Visitor
) -> None:
    address = f"/tripletex/plans/{office.one(SyncPlan).id}/approval"
    compared.send(address.replace("approval", "people"), {"all-only_in_huma": "add"})
    assert "They get no access to Tripletex. Department: Avdeling." in compared.read(address)
    with office.app.app_context():
        connection = current_runtime().session.query(Connection).one()
        places = [{"id": 7, "name": "Salg & service"}, {"id": 8, "name": "Drift"}]
        connection.company_facts = {**connection.company_facts, "departments": places, "divisions": places}
        connection.options = {"department_id": 7, "division_id": 8, "user_type": "STANDARD"}
        current_runtime().session.commit()

    assert (
        "They get standard access. Tripletex sends them an email with a login. Department: Salg &amp; service. "
        "Division: Drift."
    ) in compared.read(address)
