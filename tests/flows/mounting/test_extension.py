"""What is plugged into the host, and what is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Column, Integer, MetaData, Table, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from huma_tripletex import HumaTripletex, PersonModel
from huma_tripletex.errors import ConfigurationError
from huma_tripletex.models import schema
from huma_tripletex.runtime import NAME
from huma_tripletex.vault import new_key
from huma_tripletex.web import blueprint
from tests.flows.host_parts import (
    PEOPLE,
    Clock,
    Nudges,
    Person,
    db,
    entries,
    make_connection,
    make_host,
    make_host_app,
    make_person,
    runtime_of,
)


@pytest.fixture
def bare(sqlite_url: str) -> Flask:
    """A host that has not mounted the extension yet."""
    app = Flask("bare")
    app.config.update(SQLALCHEMY_DATABASE_URI=sqlite_url, SECRET_KEY="test", HUMA_TRIPLETEX_KEYS=new_key("k1"))
    db.init_app(app)
    return app


def mount(app: Flask, host: Any = None) -> Flask:
    HumaTripletex(host or make_host(PEOPLE)).init_app(app)
    return app


def test_people_on_another_bind_are_refused(bare: Flask) -> None:
    elsewhere = SQLAlchemy()
    rows = MetaData(info={"bind_key": "hr"})

    class Rows(DeclarativeBase):
        metadata = rows

    class Staff(Rows):
        __tablename__ = "staff"
        id: Mapped[int] = mapped_column(primary_key=True)

    host = replace(make_host(PEOPLE), models=[PersonModel(model=Staff, fields={})])
    with pytest.raises(ConfigurationError, match="Staff lives on the bind 'hr'"):
        mount(bare, host)
    del elsewhere


def test_the_hosts_database_comes_first() -> None:
    with pytest.raises(ConfigurationError, match=r"db\.init_app"):
        HumaTripletex(make_host(PEOPLE)).init_app(app_with_keys())


def test_a_host_is_needed(bare: Flask) -> None:
    with pytest.raises(ConfigurationError, match="needs a Host"):
        HumaTripletex().init_app(bare)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [({"HUMA_TRIPLETEX_KEYS": ""}, "new-key"), ({"HUMA_TRIPLETEX_LAESE": 1}, "not a setting")],
)
def test_wrong_settings_say_what_is_wrong(bare: Flask, settings: dict[str, Any], sentence: str) -> None:
    bare.config.update(settings)
    with pytest.raises(ConfigurationError, match=sentence):
        mount(bare)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"given_name": "called"}, r"Person\.called"), ({"shoe_size": "shoe_size"}, "shoe_size")],
)
def test_models_described_wrongly_are_refused(bare: Flask, fields: dict[str, str], sentence: str) -> None:
    host = replace(make_host(PEOPLE), models=[PersonModel(model=Person, fields=fields)])
    with pytest.raises(ConfigurationError, match=sentence):
        mount(bare, host)


def test_a_host_that_was_not_migrated_yet_does_not_fail(bare: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with mount(bare).app_context():
        db.metadata.create_all(db.engine)
        make_person()
        assert "db upgrade" in caplog.text
        schema.upgrade(db.engine)
        make_connection()
        make_person()
        assert len(entries()) == 1
        db.session.remove()
        db.engine.dispose()


def test_state_is_in_the_application_alone(bare: Flask) -> None:
    extension = HumaTripletex(make_host(PEOPLE))
    before = dict(vars(extension))
    extension.init_app(bare)
    assert vars(extension) == before
    assert runtime_of(bare).host is extension.host


def test_one_database_object_may_serve_two_applications(host_url: str) -> None:
    """What is listened to once is heard once; an application without the extension is left alone."""
    for _ in range(2):
        app = make_host_app(host_url, clock=Clock(), has_tables=True)
    without = Flask("without")
    without.config["SQLALCHEMY_DATABASE_URI"] = host_url
    db.init_app(without)
    with app.app_context():
        nudges = Nudges()
        app.extensions[NAME] = replace(runtime_of(app), queue=nudges)
        connection = make_connection()
        make_person()
        assert len(entries()) == 1
        assert nudges.given == [connection.id]
        db.session.remove()
        db.engine.dispose()
    with without.app_context():
        db.session.add(Person(organisation_id=1, given_name="A", family_name="B"))
        db.session.commit()
        assert len(entries()) == 1
        db.session.remove()
        db.engine.dispose()


def test_sqlite_waits_for_another_writer(bare: Flask) -> None:
    with mount(bare).app_context(), db.engine.connect() as connection:
        assert connection.scalar(text("PRAGMA busy_timeout")) == 30_000
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"


@pytest.fixture
def guarded_by_us(bare: Flask) -> Iterator[Flask]:
    bare.add_url_rule("/theirs", view_func=lambda: "fine", methods=["POST"])
    return mount(bare)


def test_our_forms_are_guarded_and_the_hosts_are_left_alone(bare: Flask) -> None:
    bare.add_url_rule("/theirs", view_func=lambda: "fine", methods=["POST"])
    client = mount(bare).test_client()
    assert client.post("/theirs").status_code == 200
    assert client.post(_a_form(bare)).status_code == 400


def test_a_host_that_guards_its_forms_keeps_guarding_them(bare: Flask) -> None:
    CSRFProtect(bare)
    bare.add_url_rule("/theirs", view_func=lambda: "fine", methods=["POST"])
    client = mount(bare).test_client()
    assert client.post("/theirs").status_code == 400
    assert client.post(_a_form(bare)).status_code == 400


def test_a_host_that_guards_its_forms_later_is_not_hindered(bare: Flask) -> None:
    bare.add_url_rule("/theirs", view_func=lambda: "fine", methods=["POST"])
    mount(bare)
    CSRFProtect(bare)
    assert bare.test_client().post("/theirs").status_code == 400


def test_the_hosts_flask_migrate_does_not_see_our_tables(bare: Flask, sqlite_url: str) -> None:
    """Without our guard, the host's `flask db migrate` would write a migration that drops them."""

    def theirs(_thing: Any, name: str, *_: Any) -> bool:
        return name != "legacy"

    bare.extensions["migrate"] = SimpleNamespace(configure_args={"include_object": theirs})
    mount(bare)
    metadata = MetaData()
    for name in ("person", "legacy"):
        Table(name, metadata, Column("id", Integer))
    seen = bare.extensions["migrate"].configure_args["include_object"]
    with bare.app_context():
        metadata.create_all(db.engine)
        schema.upgrade(db.engine)
        found = MetaData()
        found.reflect(db.engine)
        db.engine.dispose()
    visible = {name for name, table in found.tables.items() if seen(table, name, "table", True, None)}
    assert visible == {"person"}
    assert len(found.tables) > 10


def app_with_keys() -> Flask:
    app = Flask("bare")
    app.config["HUMA_TRIPLETEX_KEYS"] = new_key("k1")
    return app


def _a_form(app: Flask) -> str:
    """An address of ours that takes a POST."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{blueprint.name}.")]
    return next(rule.rule for rule in rules if "POST" in (rule.methods or ()) and not rule.arguments)
