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
from tests.parts.processes import eventually
from tests.parts.stage import Stage

PATIENCE = 90


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
    url: str = services.postgres.get_uri()
    return url.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def redis_url(services: Services) -> str:
    return services.redis_url


@pytest.fixture
def theatre(empty_stage: Stage, services: Services) -> Iterator[Theatre]:
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


def open_entries(stage: Stage) -> int:
    with stage.app.app_context():
        entries = "SELECT count(*) FROM huma_tripletex_outbox_entry WHERE state <> 'done'"
        found: int = db.session.execute(text(entries)).scalar_one()
        db.session.remove()
        return found


def in_huma(stage: Stage) -> dict[str, str | None]:
    with stage.app.app_context():
        people = db.session.query(Person).filter(Person.employee_id.between("1001", "1019")).all()
        phones = {str(one.employee_id): normalise("phone_number", one.phone_number) for one in people}
        db.session.remove()
    return phones


def in_tripletex(stage: Stage) -> dict[str, str | None]:
    rows = [row for row in stage.tripletex.employees() if "1001" <= row["employeeNumber"] <= "1019"]
    return {row["employeeNumber"]: normalise("phone_number", row["phoneNumberMobile"]) for row in rows}


def nobody_twice(stage: Stage) -> bool:
    numbers = Counter(row["employeeNumber"] for row in stage.tripletex.employees() if row["employeeNumber"])
    return max(numbers.values()) == 1
