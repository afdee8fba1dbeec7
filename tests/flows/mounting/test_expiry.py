"""A host may keep what its session has read (`expire_on_commit=False`); our flows go by the rows as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
import pytest
from flask import Flask
from sqlalchemy import update

from huma_tripletex.cli.speaking import for_organisation
from huma_tripletex.host.port import HostUser
from huma_tripletex.jobs.careful import carefully
from huma_tripletex.models import Connection
from huma_tripletex.runtime import NAME
from huma_tripletex.web import access
from tests.flows.host_parts import Person, db, make_connection, make_person, runtime_of

Step = Callable[[], None]


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host's sessions keep what they have read."""
    monkeypatch.setitem(db.session.session_factory.kw, "expire_on_commit", False)


def by_job(app: Flask, step: Step) -> None:
    assert carefully(app, "a step", step)


def by_command(app: Flask, step: Step) -> None:
    def command(*_: object, **__: object) -> None:
        step()

    called = app.test_cli_runner().invoke(click.command()(for_organisation(command)), ["--organisation", "1"])
    assert called.exit_code == 0, called.output


def by_request(app: Flask, step: Step) -> None:
    runtime = runtime_of(app)
    somebody = HostUser(id="1", name="Anna", email="anna@example.com")
    app.extensions[NAME] = replace(runtime, host=replace(runtime.host, current_user=lambda: somebody))
    with app.test_request_context("/settings/integrations/tripletex"):
        access.enter()
        step()


@pytest.mark.usefixtures("keeping")
@pytest.mark.parametrize("enter", [by_job, by_command, by_request])
def test_after_a_commit_our_rows_are_read_anew_and_the_host_s_are_not(
    host_app: Flask, enter: Callable[[Flask, Step], None]
) -> None:
    make_connection()
    make_person(phone_number="1")
    db.session.remove()
    seen: list[tuple[Any, ...]] = []

    def step() -> None:
        ours, theirs = db.session.get_one(Connection, 1), db.session.get_one(Person, 1)
        ours.failures = 3
        db.session.commit()
        with db.engine.begin() as other:
            other.execute(update(Connection.__table__).values(state="paused"))
            other.execute(update(Person.__table__).values(phone_number="2"))
        seen.append((ours.state, ours.failures, theirs.phone_number))

    enter(host_app, step)
    assert seen == [("paused", 3, "1")]
