"""How a command speaks: standard output is the JSON alone, or lines; what goes wrong is a sentence on standard error.

Exit 0: it ran to its end. 3: it stopped to ask. 1: it could not be done. 2: it was called wrongly (click's own).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, TimeoutError

from huma_tripletex import connecting, planning
from huma_tripletex.core.reasons import PASSING, TRY_AGAIN, reason
from huma_tripletex.errors import HumaTripletexError
from huma_tripletex.i18n import force_locale
from huma_tripletex.models import Connection
from huma_tripletex.models.called import called
from huma_tripletex.models.freshness import read_anew
from huma_tripletex.outbox.clock import keep_time
from huma_tripletex.runtime import Runtime, current_runtime

P = ParamSpec("P")
R = TypeVar("R")
Command = Callable[..., None]
DATABASE = (DBAPIError, TimeoutError)
NO_DATABASE = "The database does not answer, or does not take what it is asked for: {}. See whether it is well."


class Asks(click.ClickException):
    """It stopped to ask; the message says which option confirms it."""

    exit_code = 3


class Refused(click.ClickException):
    """It could not be done; the message says why, and what to do."""

    exit_code = 1

    @classmethod
    def because(cls, key: str) -> Refused:
        """A command is not repeated by itself, so what will pass is worth another try."""
        return cls(f"{reason(key).sentence} {TRY_AGAIN}" if key in PASSING else explained(key))


def explained(key: str, name: str = "the person", fields: Iterable[str] = ()) -> str:
    """The sentence and the next step of a reason, in English."""
    why = reason(key)
    return f"{why.sentence} {why.next_step}".format(name=name, field=", ".join(fields) or "value")


def say(as_json: bool, facts: Mapping[str, Any] | Sequence[Any], lines: Iterable[str]) -> None:
    """Prints the JSON alone, or the lines."""
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            click.echo(line)


def for_organisation(function: Callable[..., None]) -> Callable[..., None]:
    """Gives a command `--organisation` and `--json`, an application context, English, and sentences for its errors."""
    return _command(function, required=True)


def for_one_or_all(function: Callable[..., None]) -> Callable[..., None]:
    """The same, where `--organisation` may be left out: it is None then."""
    return _command(function, required=False)


def _command(function: Callable[..., None], *, required: bool) -> Callable[..., None]:
    @click.option("--organisation", required=required, metavar="ID", help="The host's identifier of the organisation.")
    @click.option("--json", "as_json", is_flag=True, help="Standard output is the JSON alone.")
    @with_appcontext
    @functools.wraps(function)
    def command(*args: Any, **kwargs: Any) -> None:
        with force_locale("en_GB"):
            plainly(_ready, function, current_runtime(), *args, **kwargs)

    return command


def _ready(function: Callable[..., None], runtime: Runtime, *args: Any, **kwargs: Any) -> None:
    """Calls a command, which goes by what the database holds and by its clock."""
    read_anew(runtime.session())
    keep_time(runtime)
    function(runtime, *args, **kwargs)


def plainly(function: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    """Calls a function and turns our errors, and those of the database, into sentences."""
    try:
        return function(*args, **kwargs)
    except connecting.Refusal as refusal:
        raise Refused.because(refusal.reason) from None
    except planning.NotPossible as refusal:
        raise Refused.because(refusal.reason) from None
    except planning.ChangedMeanwhile:
        raise Refused.because("changed_meanwhile") from None
    except HumaTripletexError as error:
        raise Refused(f"{type(error).__name__}: {error}") from None
    except DATABASE as error:
        raise Refused(f"{NO_DATABASE.format(called(error))} {TRY_AGAIN}") from None


def connection_of(runtime: Runtime, organisation: str) -> Connection:
    """The organisation's open connection.

    Raises:
        Refused: it has none.
    """
    connection = open_connection(runtime, organisation)
    if connection is None:
        raise Refused(
            f"Organisation {organisation} is not connected to Tripletex. "
            f"Connect it first: flask tripletex connect --organisation {organisation}"
        )
    return connection


def open_connection(runtime: Runtime, organisation: str) -> Connection | None:
    """The organisation's open connection, if it has one."""
    found = select(Connection).where(Connection.organisation_id == organisation, Connection.state != "disconnected")
    return runtime.session.scalars(found).first()
