"""htmx swaps the very file that the page includes; polling ends by itself; nothing depends on it."""

from __future__ import annotations

import re

from huma_tripletex.models import Conflict, LogLine, SyncPlan, SyncRun
from tests.web.conftest import Office, Visitor, approve

HTMX = {"HX-Request": "true"}
TOKENS = re.compile(r'(name="csrf_token" value=|X-CSRFToken": )"[^"]+"')


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", TOKENS.sub("", html))


def part(page: str, start: str) -> str:
    return page[page.index(start) :]


def test_progress_of_the_comparison_asks_for_itself_until_it_has_ended(office: Office, connected: Visitor) -> None:
    connected.read("/tripletex")
    connected.send("/tripletex/plans")
    plan = office.one(SyncPlan)
    page = connected.read(f"/tripletex/plans/{plan.id}")
    partial = connected.open(f"/tripletex/plans/{plan.id}", **HTMX).get_data(as_text=True)
    assert plain(partial).strip() in plain(page)
    assert "hx-trigger" in partial
    assert "<html" not in partial
    office.work()
    ended = connected.open(f"/tripletex/plans/{plan.id}", **HTMX)
    assert ended.status_code == 204
    assert ended.headers["HX-Redirect"].endswith(f"/plans/{plan.id}?arrived=yes")


def test_progress_of_the_run_ends_too(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan)
    compared.read(f"/tripletex/plans/{plan.id}/approval")
    approve(compared, plan.id)
    run = office.one(SyncRun)
    page = compared.read(f"/tripletex/runs/{run.id}")
    partial = compared.open(f"/tripletex/runs/{run.id}", **HTMX).get_data(as_text=True)
    assert plain(partial).strip() in plain(page)
    assert "hx-trigger" in partial
    office.work()
    ended = compared.open(f"/tripletex/runs/{run.id}", **HTMX)
    assert ended.headers["HX-Redirect"].endswith(f"/runs/{run.id}?arrived=yes")
    assert "hx-trigger" not in compared.read(f"/tripletex/runs/{run.id}")


def test_connected_page_is_still_when_nothing_moves(synced: Visitor) -> None:
    page = synced.read("/tripletex")
    assert 'id="now"' in page
    assert "hx-trigger" not in page


def test_a_choice_for_all_answers_with_the_form_of_the_page(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan)
    page = compared.read(f"/tripletex/plans/{plan.id}")
    answer = compared.send(f"/tripletex/plans/{plan.id}", {"all": "tripletex"}, **HTMX)
    partial = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert '<details class="tx-fold" open>' in partial, "what was used stays in sight"
    partial = partial.replace('"tx-fold" open', '"tx-fold"')
    assert plain(partial).strip() in plain(compared.read(f"/tripletex/plans/{plan.id}"))
    assert plain(partial).strip() not in plain(page)


def test_one_choice_answers_with_the_sums_alone(office: Office, compared: Visitor) -> None:
    plan, conflict = office.one(SyncPlan), office.one(Conflict, kind="conflict")
    page = compared.read(f"/tripletex/plans/{plan.id}")
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision
    answer = compared.send(
        f"/tripletex/plans/{plan.id}", {f"choice-{conflict.id}": "leave", "revision": revision[1]}, **HTMX
    )
    partial = answer.get_data(as_text=True)
    page = plain(compared.read(f"/tripletex/plans/{plan.id}"))
    sums, _, kinds = plain(partial).replace(' hx-swap-oob="true"', "").partition(" <ul")
    assert sums.strip() in page
    assert f"<ul{kinds}".strip() in page
    assert "fieldset" not in partial
    assert office.one(Conflict, id=conflict.id).choice == "leave"
    assert f'value="{int(revision[1]) + 1}"' in partial


def test_masked_value_is_shown_one_at_a_time_and_that_is_noted(office: Office, compared: Visitor) -> None:
    plan, conflict = office.one(SyncPlan), office.one(Conflict, field="bank_account_number")
    page = compared.read(f"/tripletex/plans/{plan.id}")
    hidden = re.findall(r"•••• •• (?:<mark>)?\d", page)
    assert hidden
    assert not re.search(r"\d{4} \d{2} \d{5}", page)
    system = "huma" if conflict.kind == "missing_in_tripletex" else "tripletex"
    whole = compared.send(f"/tripletex/plans/{plan.id}/reveals", {"show": f"{conflict.id}-{system}"}).get_data(
        as_text=True
    )
    assert len(re.findall(r"\d{4} \d{2} \d{5}", whole)) == 1
    noted = office.one(LogLine)
    assert (noted.what, noted.by_name) == ("revealed", "Anna Berg")
    assert noted.detail == {"field": "bank_account_number", "system": system}
    assert noted.person_id
    side = compared.send(f"/tripletex/plans/{plan.id}/reveals", {"show": f"{conflict.id}-{system}"}, **HTMX)
    assert plain(side.get_data(as_text=True)).strip() in plain(whole)
    again = compared.send(f"/tripletex/plans/{plan.id}/reveals", {"hide": f"{conflict.id}-{system}"}, **HTMX)
    assert not re.search(r"\d{4} \d{2} \d{5}", again.get_data(as_text=True))


def test_a_name_that_is_searched_for_never_gets_into_an_address(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan)
    compared.read(f"/tripletex/plans/{plan.id}")
    answer = compared.send(f"/tripletex/plans/{plan.id}", {"view-name": "nils", "page": "1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Nils Dahl" in page
    assert "Hanne Moe" not in page
    assert "name=nils" not in page


def test_masked_value_of_somebody_in_doubt_can_be_shown(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan).id
    page = compared.read(f"/tripletex/plans/{plan}/people")
    key = re.search(r'name="show" value="(\d+-tripletex-date_of_birth-\d+)"', page)
    assert key
    assert "1986</span>" in page
    whole = compared.send(f"/tripletex/plans/{plan}/glimpses", {"show": key[1], "from": "people"})
    assert re.search(r"<strong class=\"tx-value\">\d+ \w+ 1986</strong>", whole.get_data(as_text=True))
    assert f"/plans/{plan}/people" in whole.get_data(as_text=True)
    shown = compared.send(f"/tripletex/plans/{plan}/glimpses", {"show": key[1]}, **HTMX).get_data(as_text=True)
    assert re.search(r">\d+ \w+ 1986</span>", shown)
    assert office.one(LogLine).detail == {"field": "date_of_birth", "system": "tripletex"}
    noted = office.one(LogLine).id
    hidden = compared.send(f"/tripletex/plans/{plan}/glimpses", {"hide": key[1]}, **HTMX).get_data(as_text=True)
    assert plain(hidden).strip() in plain(page)
    assert office.one(LogLine).id == noted


def test_both_masked_values_of_a_change_can_be_shown_in_the_summary(office: Office, compared: Visitor) -> None:
    plan, conflict = office.one(SyncPlan).id, office.one(Conflict, field="date_of_birth", kind="conflict")
    compared.read(f"/tripletex/plans/{plan}")
    compared.send(f"/tripletex/plans/{plan}", {"all": "huma"})
    page = compared.read(f"/tripletex/plans/{plan}/approval")
    seen = set()
    for system in ("huma", "tripletex"):
        key = f"{conflict.item_id}-{system}-date_of_birth-0"
        assert f'value="{key}"' in page
        answer = compared.send(f"/tripletex/plans/{plan}/glimpses", {"show": key, "from": "approval"}, **HTMX)
        seen |= set(re.findall(r">(\d+ \w+ 1977)</span>", answer.get_data(as_text=True)))
    assert len(seen) == 2


def test_nobody_sees_what_is_not_in_the_plan(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan).id
    compared.read(f"/tripletex/plans/{plan}/people")
    for key in ("", "x", "99999-huma-date_of_birth-0", "1-huma-password-0", "1-nowhere-date_of_birth-0"):
        assert compared.send(f"/tripletex/plans/{plan}/glimpses", {"show": key}).status_code == 404


def test_choices_are_kept_when_a_value_is_shown_without_javascript(office: Office, compared: Visitor) -> None:
    plan, conflict = office.one(SyncPlan).id, office.one(Conflict, field="bank_account_number", kind="conflict")
    compared.read(f"/tripletex/plans/{plan}")
    page = compared.send(
        f"/tripletex/plans/{plan}/reveals", {"show": f"{conflict.id}-huma", f"choice-{conflict.id}": "leave"}
    )
    assert page.status_code == 200
    assert office.one(Conflict, id=conflict.id).choice == "leave"


def test_progress_is_read_out_at_every_quarter_and_not_at_every_look(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan)
    compared.read(f"/tripletex/plans/{plan.id}/approval")
    approve(compared, plan.id)
    run = office.one(SyncRun).id
    assert 'role="status" id="said"' in compared.read(f"/tripletex/runs/{run}")
    look = compared.open(f"/tripletex/runs/{run}?said=0", **HTMX).get_data(as_text=True)
    assert "said=0" in look
    assert "hx-swap-oob" not in look
    assert "hx-swap-oob" in compared.open(f"/tripletex/runs/{run}?said=3", **HTMX).get_data(as_text=True)
