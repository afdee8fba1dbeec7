"""Who may see what: checked on every request, and nobody learns what belongs to others."""

from __future__ import annotations

import pytest

from huma_tripletex.models import Connection, OutboxEntry, SyncPlan, SyncRun
from huma_tripletex.web import ACTS, PAGES
from tests.web.conftest import PREFIX, Office, Visitor, connect

OPEN = {"metrics", "static"}
PATHS = [
    (method, rule)
    for method, rules in (("GET", PAGES), ("POST", ACTS))
    for rule, view in rules
    if view.__name__ not in OPEN
]


def filled(rule: str) -> str:
    for part in ("<int:plan_id>", "<int:run_id>", "<int:entry_id>", "<int:connection_id>", "<person_id>"):
        rule = rule.replace(part, "1")
    return rule


def test_without_the_permission_there_is_a_clear_page_and_nothing_else(office: Office) -> None:
    henrik = office.visitor("Henrik Lund")
    henrik.open("/")
    assert henrik.token, "the host's own form has one"
    for method, rule in PATHS:
        answer = henrik.open(filled(rule)) if method == "GET" else henrik.send(filled(rule))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 403, (method, rule)
        assert "Organization-wide settings" in page
        assert "Anna Berg" in page, "who can help"
    assert office.one(Connection) is None


def test_permission_is_looked_at_anew_on_every_request(office: Office, anna: Visitor) -> None:
    assert anna.open("/tripletex").status_code == 200
    with office.app.app_context():
        from huma_tripletex.demo import db
        from huma_tripletex.demo.models import Role

        for role in db.session.query(Role).all():
            role.permissions = []
        db.session.commit()
    assert anna.open("/tripletex").status_code == 403


def test_nobody_logged_in(office: Office) -> None:
    answer = office.app.test_client().get(f"{PREFIX}/tripletex")
    assert answer.status_code == 401
    assert "Log in first" in answer.get_data(as_text=True)


def test_other_organisations_plans_runs_people_and_entries_do_not_exist(office: Office, synced: Visitor) -> None:
    plan, run, entry = office.one(SyncPlan), office.one(SyncRun), office.one(OutboxEntry)
    oda = connect(office, office.visitor("Oda Vik"), office.tokens[1])
    assert oda.read("/tripletex")
    for path in (
        f"/tripletex/plans/{plan.id}",
        f"/tripletex/plans/{plan.id}/people",
        f"/tripletex/plans/{plan.id}/approval",
        f"/tripletex/runs/{run.id}",
        f"/tripletex/runs/{run.id}/results.csv",
        f"/tripletex/people/{entry.person_id}",
    ):
        assert oda.open(path).status_code == 404, path
    oda.read("/tripletex")
    for path in (
        f"/tripletex/plans/{plan.id}",
        f"/tripletex/plans/{plan.id}/approval",
        f"/tripletex/plans/{plan.id}/reveals",
        f"/tripletex/runs/{run.id}/cancellation",
        f"/tripletex/entries/{entry.id}/retry",
        f"/tripletex/entries/{entry.id}/dismissal",
    ):
        assert oda.send(path).status_code == 404, path


def test_forms_that_are_not_ours_are_refused(connected: Visitor) -> None:
    connected.token = ""
    for rule, _view in ACTS:
        answer = connected.send(filled(rule))
        assert answer.status_code == 400, rule
        assert "This form is too old" in answer.get_data(as_text=True)


def test_htmx_sends_its_token_in_a_header(office: Office, compared: Visitor) -> None:
    plan = office.one(SyncPlan)
    token, compared.token = compared.token, ""
    answer = compared.send(
        f"/tripletex/plans/{plan.id}", {"all": "leave"}, **{"X-CSRFToken": token, "HX-Request": "true"}
    )
    assert answer.status_code == 200


def test_every_page_says_no_store_and_carries_a_policy_without_inline_scripts(connected: Visitor) -> None:
    for path in (
        "/",
        "/tripletex",
        "/tripletex/connection",
        "/tripletex/settings",
        "/tripletex/log",
        "/tripletex/plans/9",
    ):
        answer = connected.open(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "HX-Request" in answer.headers["Vary"]
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        page = answer.get_data(as_text=True)
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick" not in page


def test_a_policy_of_the_host_is_kept(office: Office, anna: Visitor) -> None:
    @office.app.after_request
    def own(response):  # type: ignore[no-untyped-def]
        response.headers["Content-Security-Policy"] = "default-src 'self'"
        return response

    assert anna.open("/tripletex").headers.getlist("Content-Security-Policy") == ["default-src 'self'"]


def test_metrics_need_their_own_token(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    client = office.app.test_client()
    assert client.get(f"{PREFIX}/tripletex/metrics").status_code == 404
    runtime = office.app.extensions["huma_tripletex"]
    object.__setattr__(runtime.settings, "metrics_token", "s3cret")
    assert client.get(f"{PREFIX}/tripletex/metrics").status_code == 401
    assert client.get(f"{PREFIX}/tripletex/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    answer = client.get(f"{PREFIX}/tripletex/metrics", headers={"Authorization": "Bearer s3cret"})
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")


def test_compare_needs_a_connection(anna: Visitor) -> None:
    anna.read("/tripletex/connection")
    assert anna.send("/tripletex/plans").status_code == 404
