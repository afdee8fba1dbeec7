"""How long the server takes for each page and button of the wizard: at most 50 ms at 1,000 people, 200 ms at 10,000.

Everybody who is in both systems differs, and a hundred people more are on each side alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from statistics import median

from flask.testing import FlaskClient

from bench.ratio import Ratio
from bench.stand import Stand, stand
from huma_tripletex import planning
from huma_tripletex.demo import Person, db
from huma_tripletex.demo.models import SETTINGS_PERMISSION, Role, User
from huma_tripletex.models import Connection
from huma_tripletex.runtime import current_runtime

ALLOWED = {1000: 50.0, 9900: 200.0}
"""Milliseconds by people; Tripletex lists at most 10,000 employees, and the owners of the tokens are some of them."""
ALONE, ROUNDS, SETS = 100, 5, 5
PREFIX, HTMX = "/settings/integrations/tripletex", {"HX-Request": "true"}
PAGES = {"step 2": "", "step 2, last page": "?page=9999", "step 3": "/people", "summary": "/approval"}
BUTTONS = {
    "step 2, a name": ("", {"view-name": "y77", "page": "1"}),
    "step 2, for all": ("", {"all": "huma"}),
    "step 3, a name": ("/people", {"find-person": "y77", "find": "person"}),
    "step 3, everybody": ("/people", {"everybody-only_in_huma": "add"}),
    "summary, a name": ("/approval", {"find-name": "y77", "find": "name"}),
    "summary, not confirmed": ("/approval", {"confirm": "0"}),
}


def measure(url: str, redis_url: str) -> Iterator[Ratio]:
    del redis_url
    for people, allowed in ALLOWED.items():
        with stand(people - ALONE, url=url, redis_url="") as made:
            client, token, plan = _opened(made)
            for name, call in _calls(client, token, f"{PREFIX}/plans/{plan}"):
                pairs = [(_milliseconds(call), allowed) for _ in range(SETS)]
                yield Ratio(f"{people} people: {name}", "ms", pairs, 1.0, False)


def _opened(made: Stand) -> tuple[FlaskClient, str, int]:
    """Somebody with a plan to decide about."""
    made.edit_everybody(1)
    made.tripletex.add(*({"firstName": "Only", "lastName": f"Tripletex{number}"} for number in range(ALONE)))
    client = made.app.test_client()
    with made.app.app_context():
        runtime, connection = current_runtime(), db.session.get_one(Connection, made.connection_id)
        organisation = int(connection.organisation_id)
        names = ({"given_name": "Only", "family_name": f"Huma{number}"} for number in range(ALONE))
        db.session.add_all(Person(organisation_id=organisation, date_of_birth="1990-05-17", **name) for name in names)
        role = Role(organisation_id=organisation, name="Administrator", permissions=[SETTINGS_PERMISSION])
        user = User(organisation_id=organisation, role=role, name="Anna", email="anna@bench.example")
        db.session.add(user)
        plan = planning.begin(runtime, connection, None)
        db.session.commit()
        planning.draft(runtime, plan.id)
        number, user_id = plan.id, user.id
    with client.session_transaction() as session:
        session["user"] = user_id
    page = client.get(f"{PREFIX}/plans/{number}").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return client, token[1], number


def _calls(client: FlaskClient, token: str, address: str) -> Iterator[tuple[str, Callable[[], int]]]:
    for name, page in PAGES.items():
        yield name, lambda page=page: client.get(address + page).status_code  # type: ignore[misc]
    for name, (page, form) in BUTTONS.items():
        data = {"csrf_token": token, **form}
        yield name, lambda page=page, data=data: client.post(address + page, data=data, headers=HTMX).status_code  # type: ignore[misc]


def _milliseconds(call: Callable[[], int]) -> float:
    """The median of some calls after one that does not count."""
    assert call() in (200, 422)
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)
