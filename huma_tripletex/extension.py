"""What is plugged into the host, one line each. State is in `app.extensions`; importing or mounting starts nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
from flask import Flask
from flask_babel import Babel
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, event

from huma_tripletex import capture
from huma_tripletex.cli import tripletex
from huma_tripletex.clock import Clock
from huma_tripletex.config import Settings
from huma_tripletex.errors import ConfigurationError
from huma_tripletex.host.port import Host
from huma_tripletex.models import schema
from huma_tripletex.models.base import PREFIX
from huma_tripletex.runtime import NAME, Runtime
from huma_tripletex.task_queue import TaskQueue
from huma_tripletex.vault import Vault
from huma_tripletex.web import blueprint

BUSY_MILLISECONDS = 30_000


class HumaTripletex:
    """The extension. `HumaTripletex(host).init_app(app)`, after the host's own `db.init_app(app)`."""

    def __init__(self, host: Host | None = None) -> None:
        self.host = host

    def init_app(
        self,
        app: Flask,
        host: Host | None = None,
        *,
        clock: Callable[[], datetime] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Mounts the extension. Tests may give a `clock`, and a `transport` in place of the network.

        Raises:
            ConfigurationError: a setting is wrong, or the host's people live where our tables cannot be beside them.
        """
        host = host or self.host
        if host is None:
            raise ConfigurationError("HumaTripletex needs a Host: HumaTripletex(host).init_app(app)")
        settings = Settings.read(app.config)
        runtime = Runtime(
            settings=settings,
            host=host,
            vault=Vault.from_settings(settings.keys, settings.hash_key),
            queue=TaskQueue(settings.redis_url, settings.queue),
            clock=clock or Clock(),
            transport=transport,
        )
        _refuse_other_binds(app, host)
        app.extensions[NAME] = runtime
        with app.app_context():
            _prepare_sqlite(host.db.engine)
            capture.install(runtime)
        _speak(app)
        _guard_forms(app)
        _hide_our_tables(app)
        app.register_blueprint(blueprint, url_prefix=settings.url_prefix)
        app.cli.add_command(tripletex)


def upgrade_database(app: Flask) -> None:
    """Makes or migrates our tables; several processes may do so at once."""
    with app.app_context():
        runtime: Runtime = app.extensions[NAME]
        schema.upgrade(runtime.host.db.engine)
        capture.tables_are_made()


def _refuse_other_binds(app: Flask, host: Host) -> None:
    """One commit must cover the host's people and our entries, so they must be in one database."""
    if "sqlalchemy" not in app.extensions:
        raise ConfigurationError("call db.init_app(app) before HumaTripletex(host).init_app(app)")
    for person_model in host.models:
        if bind := person_model.model.metadata.info.get("bind_key"):
            raise ConfigurationError(
                f"{person_model.model.__name__} lives on the bind {bind!r}; its people must be on the default bind"
            )


def _prepare_sqlite(engine: Engine) -> None:
    """Lets a worker and a web server write to one file in turn, rather than fail when both want to."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _wait_for_each_other)


def _wait_for_each_other(connection: Any, _record: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA journal_mode = WAL")


def _speak(app: Flask) -> None:
    """The pages' languages, unless the host has chosen how languages are selected."""
    if "babel" not in app.extensions:
        Babel(app)


def _guard_forms(app: Flask) -> None:
    """Guards our pages against forged requests, and nobody else's: whether the host guards its own is its affair."""
    if "csrf" not in app.extensions:
        CSRFProtect(app)
        app.before_request_funcs[None].pop()  # its check of every page of the host

    def protect() -> None:
        if app.config["WTF_CSRF_ENABLED"]:
            app.extensions["csrf"].protect()

    app.before_request_funcs.setdefault(blueprint.name, []).append(protect)


def _hide_our_tables(app: Flask) -> None:
    """Without this the host's `flask db migrate` would write a migration that drops our tables."""
    if "migrate" not in app.extensions:
        return
    options = app.extensions["migrate"].configure_args
    theirs = options.get("include_object")

    def include_object(thing: Any, name: str | None, kind: str, *rest: Any) -> bool:
        if kind == "table" and (name or "").startswith(PREFIX):
            return False
        return theirs is None or bool(theirs(thing, name, kind, *rest))

    options["include_object"] = include_object
