"""The administrator's journey without JavaScript, page by page, as the guide tells it."""

from __future__ import annotations

from huma_tripletex.models import Connection, SyncPlan, SyncRun
from tests.web.conftest import Office, Visitor


def test_page_says_what_it_is_for_before_anything_else(anna: Visitor) -> None:
    assert "Tripletex" in anna.read("/")
    page = anna.read("/tripletex")
    order = [
        "Connect</a>",
        "How to use it",
        "Supported features",
        "Supported fields",
        "REQUIRED",
        "What the token may do",
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    for field in ("Fornavn", "Etternavn", "Mobiltelefon", "Fødselsdato", "Bankkontonummer", "Ansattnummer"):
        assert field in page


def test_from_the_token_to_the_result(office: Office, anna: Visitor) -> None:
    anna.read("/tripletex/connection")
    page = anna.follow(anna.send("/tripletex/connection", {"token": office.tokens[0], "authority": "yes"}))
    assert "Synchronize users" in page
    connection = office.one(Connection)
    assert connection.company_name in page

    comparing = anna.follow(anna.send("/tripletex/plans"))
    assert "Comparing Huma and Tripletex" in comparing
    assert '<noscript><meta http-equiv="refresh"' in comparing
    plan = office.one(SyncPlan)
    office.work()
    page = anna.read(f"/tripletex/plans/{plan.id}")
    assert "Settle differences" in page
    assert "Next</button>" in page

    page = anna.follow(anna.send(f"/tripletex/plans/{plan.id}", {"all": "huma", "next": "people"}))
    assert "Choose who to add" in page
    page = anna.follow(anna.send(f"/tripletex/plans/{plan.id}/people", {"next": "approval"}))
    assert "This will happen when you sync" in page
    assert "Sync users</button>" in page
    from tests.web.conftest import approve

    page = anna.follow(approve(anna, plan.id))
    assert "Syncing users" in page
    office.work()
    run = office.one(SyncRun)
    page = anna.read(f"/tripletex/runs/{run.id}")
    assert "people synced" in page
    page = anna.read("/tripletex")
    assert "Connected and active" in page
    assert "Sync users</button>" in page
