"""Our own Alembic history: there and back, equal to the models, beside the host's tables and unseen by its Alembic."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, event, inspect, text
from sqlalchemy.exc import OperationalError

from huma_tripletex.models import Base, schema
from huma_tripletex.models.base import PREFIX
from huma_tripletex.paths import folder
from tests.parts.processes import ROOT

VERSIONS = sorted((folder("migrations") / "versions").glob("[0-9]*.py"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty database but for one table of a host."""
    engine = create_engine(database_url)
    Table("person", MetaData(), Column("id", Integer, primary_key=True)).create(engine)
    yield engine
    engine.dispose()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def differences(engine: Engine) -> list[Any]:
    """What Alembic would do to make the database equal to the models."""

    def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or (str(name).startswith(PREFIX) and name != schema.VERSION_TABLE)

    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": is_ours}
        return compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)


def test_there_and_back_and_there_again(engine: Engine) -> None:
    for _ in range(2):
        assert not schema.is_current(engine)
        schema.upgrade(engine)
        assert schema.is_current(engine)
        assert differences(engine) == []
        assert tables(engine) == {"person", schema.VERSION_TABLE, *Base.metadata.tables}
        schema.downgrade(engine, "base")
        assert tables(engine) == {"person", schema.VERSION_TABLE}


def test_a_difference_would_be_noticed(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {PREFIX}connection ADD COLUMN surplus TEXT"))
        connection.execute(text(f"DROP INDEX ix_{PREFIX}outbox_entry_waiting"))
    assert {difference[0] for difference in differences(engine)} == {"remove_column", "add_index"}


def test_constraints_are_those_of_the_models(engine: Engine) -> None:
    """Alembic does not compare conditions: what CHECK and partial indexes say is compared here, and how tables lie."""
    schema.upgrade(engine)
    migrated = conditions(engine)
    schema.downgrade(engine, "base")
    Base.metadata.create_all(engine)
    assert migrated == conditions(engine)
    assert len(migrated) > 15


def conditions(engine: Engine) -> set[tuple[str, str]]:
    if engine.dialect.name == "postgresql":
        query = (
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname LIKE '%huma_tripletex_%' "
            "UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'huma_tripletex_%' "
            "UNION ALL SELECT relname, reloptions::text FROM pg_class WHERE relname LIKE 'huma_tripletex_%' "
            "AND reloptions IS NOT NULL"
        )
        with engine.connect() as connection:
            found = {(name, definition) for name, definition in connection.execute(text(query))}
        return {row for row in found if "alembic" not in row[0]}
    with engine.connect() as connection:
        indexes = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"))
        found = {(name, " ".join(sql.split())) for name, sql in indexes}
    inspector = inspect(engine)
    for table in inspector.get_table_names():
        found |= {(str(check["name"]), check["sqltext"]) for check in inspector.get_check_constraints(table)}
    return found


def test_again_is_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO person VALUES (1)"))
    schema.upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM person")) == 1


def test_several_at_once(database_url: str) -> None:
    """Processes that start at the same time: one migrates, the others wait for it."""
    program = (
        "import sys; from sqlalchemy import create_engine; from huma_tripletex.models import schema;"
        "schema.upgrade(create_engine(sys.argv[1]))"
    )
    command = [sys.executable, "-c", program, database_url]
    started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in started] == [(b"", 0)] * 3
    engine = create_engine(database_url)
    assert schema.is_current(engine)
    engine.dispose()


def test_a_version_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE {PREFIX}sync_run (id INTEGER)"))
    with pytest.raises(Exception, match="sync_run"):
        schema.upgrade(engine)
    assert tables(engine) == {"person", f"{PREFIX}sync_run"}


def test_a_version_does_not_hold_up_the_host(postgres_url: str) -> None:
    """Locks are not waited for long, and no statement runs for ever."""
    engine = create_engine(postgres_url)
    set_: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: set_.append(statement))
    schema.upgrade(engine)
    lock, timeouts = (
        next(n for n, s in enumerate(set_) if "pg_advisory_xact_lock" in s),
        [n for n, s in enumerate(set_) if s.startswith("SET LOCAL")],
    )
    create = next(n for n, s in enumerate(set_) if "CREATE TABLE" in s)
    assert lock < min(timeouts) < max(timeouts) < create
    assert [set_[n].split()[2] for n in timeouts] == ["lock_timeout", "statement_timeout"]
    with engine.begin() as connection:
        connection.execute(text(f"LOCK TABLE {PREFIX}connection"))
        with pytest.raises(OperationalError, match="lock timeout"):
            schema.downgrade(engine, "base")
    engine.dispose()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)
def test_versions_stand_alone(version: Path) -> None:
    """A version imports nothing of the package, so that it does tomorrow what it did when it was written."""
    imported = set()
    for node in ast.walk(ast.parse(version.read_text())):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert not {name for name in imported if name.startswith("huma_tripletex")}
