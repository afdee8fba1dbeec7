"""One administrator with two windows: what is synced is what the window shows in which the button is pressed."""

from __future__ import annotations

import re

from huma_tripletex.models import SyncPlan, SyncRun
from tests.web.conftest import Office, Visitor
from tests.web.test_trying import HTMX, items

REVISION = re.compile(r'name="revision" value="(\d+)"')


def revisions(page: str) -> list[str]:
    return REVISION.findall(page)


def test_a_summary_from_before_the_last_choice_is_shown_anew_and_not_synced(office: Office, compared: Visitor) -> None:
    """Though the number to be typed is the same in both windows."""
    address = f"/tripletex/plans/{office.one(SyncPlan).id}"
    compared.send(address, {"all": "huma"})
    shown = revisions(compared.read(f"{address}/approval"))[-1]
    compared.send(address, {"all": "tripletex"})

    number = re.search(r"Type the number (\d+)", compared.read(f"{address}/approval"))
    assert number
    for more in (
        {"confirm": number[1]},
        {"first": items(compared, f"{address}/approval", "Nils Dahl"), "try": "first"},
    ):
        answer = compared.send(f"{address}/approval", {"revision": shown, **more})
        page = compared.follow(answer)
        assert "Choices were made since this summary was opened." in page
        assert revisions(page)[-1] != shown

    assert office.one(SyncRun) is None
    assert office.one(SyncPlan).state == "ready"


def test_a_search_by_name_does_not_make_the_summary_around_it_newer(office: Office, compared: Visitor) -> None:
    address = f"/tripletex/plans/{office.one(SyncPlan).id}"
    shown = revisions(compared.read(f"{address}/approval"))[-1]
    compared.send(address, {"all": "tripletex"})

    form = {"find-name": "nils", "find": "name", "revision": shown}
    part = compared.send(f"{address}/approval", form, **HTMX).get_data(as_text=True)

    assert revisions(part) == [shown]


def test_a_summary_from_before_the_settings_changed_is_shown_anew(office: Office, compared: Visitor) -> None:
    """They say what becomes of whoever is added: whether Tripletex lets them in, and mails them."""
    address, settings = f"/tripletex/plans/{office.one(SyncPlan).id}/approval", "/tripletex/settings"
    shown = revisions(compared.read(address))[-1]
    chosen = {"end_reason": "EMPLOYMENT_END_EMPLOYEE", "department_id": "", "division_id": ""}
    compared.read(settings)
    assert compared.send(settings, {**chosen, "user_type": "STANDARD"}).status_code == 303
    now = revisions(compared.read(address))[-1]
    compared.send(settings, {**chosen, "user_type": "STANDARD"})

    few = {"first": items(compared, address, "Nils Dahl"), "try": "first"}
    page = compared.follow(compared.send(address, {"revision": shown, **few}))

    assert "Choices were made since this summary was opened." in page
    assert revisions(page)[-1] == now != shown, "and saved without a change, they change nothing"
    assert office.one(SyncRun) is None
