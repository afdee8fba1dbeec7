"""What deserves a second look is said at the value and on top of the summary: an ending, and a value that is gone."""

from __future__ import annotations

import re
from datetime import date

import httpx
import pytest

from huma_tripletex.core.employments import END_REASONS
from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.demo import Person, db
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from huma_tripletex.web import consequences, words
from tests.web.conftest import Office, Visitor, approve, compare

LIMITED = "EMPLOYMENT_END_EXPIRED"


def row_of(page: str, conflict: Conflict) -> str:
    (found,) = re.findall(rf'<fieldset class="tx-grid tx-choice" id="d{conflict.id}">.*?</fieldset>', page, re.DOTALL)
    return str(found)


def account(office: Office) -> Conflict:
    """Huma has it, Tripletex has not."""
    found: Conflict = office.one(Conflict, field="bank_account_number", kind="missing_in_tripletex")
    return found


def test_a_last_workday_says_at_the_value_whose_employment_it_ends_and_asks_why(
    office: Office, compared: Visitor
) -> None:
    plan, leaving = office.one(SyncPlan).id, office.one(Conflict, field="last_workday", kind="missing_in_tripletex")
    row = row_of(compared.read(f"/tripletex/plans/{plan}"), leaving)

    assert "This ends the employment of Tor Bakke in Tripletex on 30 November 2026." in row
    assert re.findall(r'<option value="(\w+)"', row) == list(words.END_REASONS) == list(END_REASONS)
    assert f'name="reason-{leaving.item_id}"' in row


def test_the_reason_is_kept_shown_and_sent(office: Office, compared: Visitor) -> None:
    plan, leaving = office.one(SyncPlan).id, office.one(Conflict, field="last_workday", choice="huma")
    page = compared.follow(
        compared.send(f"/tripletex/plans/{plan}", {f"reason-{leaving.item_id}": LIMITED, "save": "choices"})
    )
    assert f'<option value="{LIMITED}" selected>' in row_of(page, leaving)

    top, _, people = compared.read(f"/tripletex/plans/{plan}/approval").partition("Person by person")
    assert "This ends the employment of Tor Bakke in Tripletex on 30 November 2026." in top
    assert "Reason told to Tripletex: The employment was for a limited time." in top
    assert "with the reason: The employment was for a limited time" in people

    assert approve(compared, plan).status_code == 303
    office.work()
    assert LIMITED in reasons_in_tripletex(office)


def reasons_in_tripletex(office: Office) -> list[str]:
    rows = httpx.get(f"{office.url}/_simulator/employees").raise_for_status().json()
    return [period["employmentEndReason"] for row in rows for period in row["employments"] if period["endDate"]]


def test_to_clear_a_value_is_a_choice_apart_that_says_what_it_means(office: Office, compared: Visitor) -> None:
    plan, missing = office.one(SyncPlan).id, account(office)
    row = row_of(compared.read(f"/tripletex/plans/{plan}"), missing)

    sides, _, apart = row.partition("Leave both")
    assert f'name="choice-{missing.id}" value="tripletex"' not in sides, "nothing is no value that one takes"
    assert re.search(rf'name="choice-{missing.id}" value="tripletex"[^>]*><span>Clear in Huma</span>', apart)
    assert "Bank account number of Nils Dahl will be empty in Huma." in apart
    assert "Then neither system has an account that the salary can be paid to." in apart


def test_what_will_be_cleared_is_listed_apart_on_top_of_the_summary(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan).id
    assert "will be empty" not in compared.read(f"/tripletex/plans/{plan}/approval")
    compared.send(f"/tripletex/plans/{plan}", {f"choice-{account(office).id}": "tripletex"})

    top, _, _ = compared.read(f"/tripletex/plans/{plan}/approval").partition("In Huma</h2>")

    assert "1 value will be empty in both systems" in top
    assert "Bank account number of Nils Dahl will be empty in Huma." in top
    assert "Then neither system has an account that the salary can be paid to." in top


@pytest.mark.parametrize("choice", ["huma", "tripletex", "leave"])
@pytest.mark.parametrize("button", ["all", "field-bank_account_number", "person-{item}"])
def test_nothing_is_cleared_by_a_choice_for_many(office: Office, compared: Visitor, choice: str, button: str) -> None:
    plan, missing = office.one(SyncPlan).id, account(office)
    compared.send(f"/tripletex/plans/{plan}", {button.format(item=missing.item_id): choice})

    assert office.one(Conflict, id=missing.id).choice in ("huma", "leave")


def test_every_field_says_what_it_means_to_clear_it() -> None:
    assert set(consequences.EMPTIED) == set(BY_KEY)


def test_somebody_to_be_added_with_a_last_workday_is_asked_why_it_ends(office: Office, compared: Visitor) -> None:
    with office.app.app_context():
        person = db.session.query(Person).filter_by(family_name="Holm").one()
        person.last_workday = date(2027, 6, 30)
        db.session.commit()
    compare(office, compared)
    plan, item = (
        office.one(SyncPlan).id,
        office.one(PlanItem, kind="only_in_huma", choice="add", person_id=holm(office)),
    )
    page = compared.read(f"/tripletex/plans/{plan}/people")
    assert "The employment ends on 30 June 2027." in page

    form = {f"shown-{item.id}": "1", f"add-{item.id}": "yes", f"reason-{item.id}": LIMITED, "next": "approval"}
    page = compared.follow(compared.send(f"/tripletex/plans/{plan}/people", form))
    assert "with the reason: The employment was for a limited time" in page


def holm(office: Office) -> str:
    with office.app.app_context():
        return str(db.session.query(Person).filter_by(family_name="Holm").one().id)
