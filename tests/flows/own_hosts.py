"""Hosts of a test's own: any models, in an empty database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import create_engine, delete, select

from huma_tripletex import HumaTripletex, PersonModel
from huma_tripletex.host.models import from_models
from huma_tripletex.models import Connection, OutboxEntry, schema
from huma_tripletex.vault import new_key
from tests.flows.host_parts import NOON, Clock, make_host


@contextmanager
def own_host(url: str, db: SQLAlchemy, models: list[PersonModel], organisation: str = "1") -> Iterator[Flask]:
    """The host in its application context; the organisation is connected and active."""
    engine = create_engine(url)
    db.metadata.create_all(engine)
    schema.upgrade(engine)
    engine.dispose()
    app = mount(url, db, models)
    with app.app_context():
        known = {"company_id": 1, "company_name": "Fjord AS", "owner_employee_id": 1, "owner_name": "Anna Berg"}
        since = dict.fromkeys(("state_since", "connected_at", "capturing_since", "activated_at"), NOON)
        db.session.add(Connection(organisation_id=organisation, state="connected", **known, **since))
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


def mount(url: str, db: SQLAlchemy, models: list[PersonModel]) -> Flask:
    """The host with the extension mounted."""
    app = Flask("host")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SECRET_KEY="test", HUMA_TRIPLETEX_KEYS=new_key("k1"))
    db.init_app(app)
    HumaTripletex(replace(make_host(models), db=db, **from_models(db, models))).init_app(app, clock=Clock())
    return app


def told_in(db: SQLAlchemy) -> list[tuple[str, str, list[str]]]:
    """Person, kind and fields of every entry that is committed; afterwards there is none."""
    with db.engine.begin() as connection:
        table = OutboxEntry.__table__
        found = connection.execute(select(table.c.person_id, table.c.kind, table.c.fields).order_by(table.c.id)).all()
        connection.execute(delete(OutboxEntry))
    return [(person, kind, fields) for person, kind, fields in found]
