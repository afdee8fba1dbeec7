"""Real processes, real trouble: three workers, a company that never stops editing; then both systems are equal."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from huma_tripletex.core.normalise import normalise
from huma_tripletex.demo import Person, db
from tests.journeys.chaos import TROUBLES, Company, Services, Theatre, Workers
from tests.journeys.shifted import SHIFT, shift
from tests.parts.processes import eventually
from tests.parts.stage import Stage

PATIENCE = 90
NUMBERS = [str(number) for number in range(1001, 1020)]


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
    yield Theatre(empty_stage, services, workers)
    workers.end()


def test_after_any_trouble_both_systems_are_equal(theatre: Theatre) -> None:
    for seed, (name, trouble) in enumerate(TROUBLES.items()):
        with Company(theatre.stage, seed) as company:
            trouble(theatre)
        assert company.committed > 10, name

        eventually(lambda: open_entries(theatre.stage) == 0, PATIENCE, 0.3)
        assert in_tripletex(theatre.stage) == in_huma(theatre.stage), name
        assert nobody_twice(theatre.stage), name
        assert calls_for_everybody(theatre.stage, seed) == {("PUT", 200): len(NUMBERS)}, name


def calls_for_everybody(stage: Stage, seed: int) -> Counter[tuple[str, int]]:
    """What it takes to deliver a change of everybody: one call each, as before the trouble, or something lingers."""
    stage.tripletex.forget_requests()
    with stage.app.app_context():
        for person in db.session.query(Person).filter(Person.employee_id.in_(NUMBERS)):
            person.phone_number = f"+47 4{seed:03}{person.employee_id}"
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


def in_huma(stage: Stage) -> dict[str, str | None]:
    with stage.app.app_context():
        people = db.session.query(Person).filter(Person.employee_id.in_(NUMBERS)).all()
        phones = {str(one.employee_id): normalise("phone_number", one.phone_number) for one in people}
        db.session.remove()
    return phones


def in_tripletex(stage: Stage) -> dict[str, str | None]:
    rows = [row for row in stage.tripletex.employees() if row["employeeNumber"] in NUMBERS]
    return {row["employeeNumber"]: normalise("phone_number", row["phoneNumberMobile"]) for row in rows}


def nobody_twice(stage: Stage) -> bool:
    numbers = Counter(row["employeeNumber"] for row in stage.tripletex.employees() if row["employeeNumber"])
    return max(numbers.values()) == 1
