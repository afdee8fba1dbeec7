"""Of many who are called the same a few are offered, the page says that there are more, and nobody is ticked."""

from __future__ import annotations

import re

import httpx
import pytest

from huma_tripletex.core.nearest import KEPT
from huma_tripletex.demo import Person, db
from huma_tripletex.demo.models import Organisation
from huma_tripletex.models import SyncPlan
from tests.web.conftest import Office, Visitor, compare


@pytest.fixture
def namesakes(office: Office, connected: Visitor) -> Visitor:
    """Somebody entered as Ny Ansatt in Huma, and more of that name in Tripletex than are offered."""
    with office.app.app_context():
        fjord = db.session.query(Organisation).filter_by(name="Fjord AS").one().id
        db.session.add(Person(organisation_id=fjord, given_name="Ny", family_name="Ansatt"))
        db.session.commit()
    found = [{"firstName": "Ny", "lastName": "Ansatt", "dateOfBirth": None, "email": ""}] * (2 * KEPT)
    httpx.post(f"{office.url}/_simulator/employees", json=found, timeout=60).raise_for_status()
    return compare(office, connected)


def test_a_few_of_many_are_offered(office: Office, namesakes: Visitor) -> None:
    page = namesakes.read(f"/tripletex/plans/{office.one(SyncPlan).id}/people")
    (question,) = re.findall(r"<fieldset(?:(?!</fieldset>).)*<legend>Ny Ansatt</legend>.*?</fieldset>", page, re.DOTALL)
    assert len(re.findall(r"Same person:</strong> Ny Ansatt", question)) == KEPT
    assert "There may be more. Look for them by name below" in question
    others = re.findall(r"<tr>(?:(?!</tr>).)*Ny Ansatt is one of many in Tripletex.*?</tr>", page, re.DOTALL)
    assert others
    assert not any(" checked" in one for one in others)


def test_where_all_are_offered_nothing_is_said(compared: Visitor, office: Office) -> None:
    page = compared.read(f"/tripletex/plans/{office.one(SyncPlan).id}/people")
    assert "Same person:" in page
    assert "There may be more." not in page
