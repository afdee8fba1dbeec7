"""Real processes, real trouble: three workers, a company that never stops editing; then both systems are equal."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from huma_tripletex.core.fields import FIELDS, KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.demo import db
from huma_tripletex.models import Connection
from tests.journeys.chaos import TROUBLES, Company, Services, Theatre, Workers, everybody
from tests.journeys.shifted import SHIFT, shift
from tests.parts.processes import eventually
from tests.parts.stage import Stage

PATIENCE = 90
Values = dict[str, str | None]
"""What a system says of somebody, by supported field."""


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    folder = Path(tempfile.mkdtemp(prefix="hut-chaos-"))
    folder.chmod(0o755)
    (folder / "run").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "run"))
    own = Services(folder)
    own.start()
    yield own
    own.end()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database_url(services: Services) -> str:
    return services.url


@pytest.fixture
def redis_url(services: Services) -> str:
    return services.redis_url


@pytest.fixture
def theatre(empty_stage: Stage, services: Services) -> Iterator[Theatre]:
    shift(empty_stage.app, empty_stage.folder / SHIFT)
    workers = Workers(empty_stage)
    workers.start()
    organisation = ("--organisation", empty_stage.organisation())
    assert empty_stage.command("connect", *organisation, stdin=empty_stage.tokens[0]).returncode == 0
    done = empty_stage.command("sync", *organisation, "--prefer", "huma", "--confirm")
    assert done.returncode == 0, done.stderr
    add_new_people(empty_stage)
    yield Theatre(empty_stage, services, workers)
    workers.end()


def add_new_people(stage: Stage) -> None:
    with stage.app.app_context():
        connection = db.session.query(Connection).one()
        connection.options = {**connection.options, "add_new_people": True}
        db.session.commit()
        db.session.remove()


def test_after_any_trouble_both_systems_are_equal(theatre: Theatre) -> None:
    before = len(theatre.stage.tripletex.employees()) - len(in_huma(theatre.stage))
    for seed, (name, trouble) in enumerate(TROUBLES.items()):
        with Company(theatre.stage, seed) as company:
            trouble(theatre)
        assert company.committed > 10, name
        assert company.hired, name

        eventually(lambda: open_entries(theatre.stage) == 0, PATIENCE, 0.3)
        people = in_huma(theatre.stage)
        assert in_tripletex(theatre.stage, people) == {born: [values] for born, values in people.items()}, name
        assert len(theatre.stage.tripletex.employees()) == before + len(people), name
        assert calls_for_everybody(theatre.stage, seed) == {("PUT", 200): len(people)}, name


def calls_for_everybody(stage: Stage, seed: int) -> Counter[tuple[str, int]]:
    """What it takes to deliver a change of everybody: one call each, as before the trouble, or something lingers."""
    stage.tripletex.forget_requests()
    with stage.app.app_context():
        for person in everybody():
            person.phone_number = f"+47 4{seed:03}{person.id:04}"
        db.session.commit()
        db.session.remove()
    eventually(lambda: open_entries(stage) == 0, PATIENCE, 0.1)
    return Counter((row["method"], row["status"]) for row in stage.tripletex.requests())


def open_entries(stage: Stage) -> int:
    with stage.app.app_context():
        entries = "SELECT count(*) FROM huma_tripletex_outbox_entry WHERE state <> 'done'"
        found: int = db.session.execute(text(entries)).scalar_one()
        db.session.remove()
        return found


def in_huma(stage: Stage) -> dict[str, Values]:
    """Everybody who takes part, by date of birth, which nobody shares or changes."""
    with stage.app.app_context():
        people = [{key: getattr(person, key) for key in KEYS} for person in everybody()]
        db.session.remove()
    return {str(values["date_of_birth"]): canonical(values) for values in people}


def in_tripletex(stage: Stage, people: Iterable[str]) -> dict[str, list[Values]]:
    """Each employee with one of these dates of birth, once for each employment."""
    found: dict[str, list[Values]] = defaultdict(list)
    for row in stage.tripletex.employees():
        for employment in row["employments"]:
            places: dict[str, dict[str, Any]] = {"employee": row, "employment": employment}
            values = {field.key: places[field.place].get(field.tripletex) for field in FIELDS}
            if values["date_of_birth"] in people:
                found[values["date_of_birth"]].append(canonical(values))
    return found


def canonical(values: Mapping[str, Any]) -> Values:
    return {key: normalise(key, None if value is None else str(value)) for key, value in values.items()}
