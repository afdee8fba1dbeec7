"""What an operator needs: the worker, the database, the keys."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from huma_tripletex.cli import worker_log
from huma_tripletex.cli.speaking import plainly
from huma_tripletex.jobs.worker import work
from huma_tripletex.models.rotation import rotate_keys
from huma_tripletex.models.schema import upgrade
from huma_tripletex.runtime import current_runtime
from huma_tripletex.vault import new_key as make_key


@click.command()
@with_appcontext
def worker() -> None:
    """Delivers changes, draws plans and carries out runs until SIGTERM. Start as many as you like (SQLite: one)."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    worker_log.set_up()
    work(app)


@click.group()
def db() -> None:
    """The extension's own tables."""


@db.command("upgrade")
@with_appcontext
def upgrade_tables() -> None:
    """Makes or migrates our tables; several processes may do so at once."""
    plainly(upgrade, current_runtime().host.db.engine)
    click.echo("The tables of huma_tripletex are up to date.")


@click.command("new-key")
@click.option("--name", default=lambda: f"k{datetime.now(UTC):%Y%m%d}", help="What the key is called.")
def new_key(name: str) -> None:
    """Prints a new key. Put it first in HUMA_TRIPLETEX_KEYS, leave the old ones behind it, then run rotate-keys."""
    click.echo(make_key(name))


@click.command("rotate-keys")
@with_appcontext
def rotate() -> None:
    """Seals everything with the first key, after which the others may be taken out of HUMA_TRIPLETEX_KEYS.

    Unless HUMA_TRIPLETEX_HASH_KEY is set, keep the last key: the hashes of what both sides agreed on depend on it.
    """
    count = plainly(rotate_keys, current_runtime())
    click.echo(f"{count} values were sealed anew.")
