"""What a host sees of us: its layout, its own pages, and the part it may put on them."""

from __future__ import annotations

import re
from dataclasses import replace

import flask
from flask import Flask, render_template_string

from huma_tripletex.models import OutboxEntry, SyncPlan
from huma_tripletex.web import timeline
from tests.web.conftest import PREFIX, Office, Visitor


def use_layout(app: Flask, layout: str) -> None:
    runtime = app.extensions["huma_tripletex"]
    app.extensions["huma_tripletex"] = replace(runtime, host=replace(runtime.host, layout=layout))


def test_stylesheet_and_htmx_are_there_once_and_in_the_head(anna: Visitor) -> None:
    page = anna.read("/tripletex")
    assert page.count("tripletex.css") == page.count("htmx.min.js") == 1
    assert page.index("tripletex.css") < page.index("</head>")


def test_layout_without_a_head_block_gets_them_with_the_content(office: Office, anna: Visitor) -> None:
    layout = "<!doctype html><title>{% block title %}{% endblock %}</title><body>{% block content %}{% endblock %}"
    use_layout(office.app, office.app.jinja_env.from_string(layout))  # type: ignore[arg-type]
    page = anna.read("/tripletex")
    assert page.count("tripletex.css") == page.count("htmx.min.js") == 1


def test_our_own_layout_for_a_host_without_one(office: Office, anna: Visitor) -> None:
    use_layout(office.app, "huma_tripletex/layout.html")
    page = anna.read("/tripletex")
    assert "<title>Tripletex · System settings</title>" in page
    assert page.count("tripletex.css") == 1


def test_host_that_has_htmx_is_not_given_another(office: Office, anna: Visitor) -> None:
    object.__setattr__(office.app.extensions["huma_tripletex"].settings, "htmx", "host")
    assert "htmx.min.js" not in anna.read("/tripletex")


def test_timeline_on_a_page_of_the_hosts_own(office: Office, synced: Visitor) -> None:
    person = office.one(OutboxEntry).person_id
    page = shown_by_the_host(office, synced, person)
    assert "In Tripletex after" in page
    assert re.search(r"Sync, today \d\d:\d\d, by Anna Berg", page)
    assert '<div class="tx"' in page
    assert "Nothing has been sent about this person yet." in shown_by_the_host(office, synced, "nobody")


def shown_by_the_host(office: Office, visitor: Visitor, person_id: str) -> str:
    with visitor.client.session_transaction() as session, office.app.test_request_context("/own"):
        flask.session["user"] = session["user"]
        return render_template_string("<main>{{ history }}</main>", history=timeline(person_id))


def test_static_files_are_packed_and_kept(office: Office) -> None:
    client = office.app.test_client()
    path = f"{PREFIX}/static/htmx.min.js"
    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert "immutable" not in plain.headers.get("Cache-Control", "")
    assert client.get(f"{PREFIX}/static/__init__.py").status_code == 404
    with office.app.test_request_context():
        from huma_tripletex.web.rendering import static

        address = static("tripletex.css")
    assert "immutable" in client.get(address).headers["Cache-Control"]


def test_reloading_the_address_of_a_form_leads_to_a_page(office: Office, connected: Visitor) -> None:
    assert connected.open("/tripletex/plans").location.endswith("/tripletex")
    plan = office.one(SyncPlan)
    assert plan is None
