"""The part of a run that is written to Huma: only where Huma still holds the value that was approved to be replaced."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy.exc import DataError, IntegrityError, StatementError

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import normalise, same
from huma_tripletex.core.people import HostPerson, Values
from huma_tripletex.gateway.agreement import hash_for
from huma_tripletex.gateway.put_back import PutBack, note_put_back
from huma_tripletex.models import Connection
from huma_tripletex.outbox.echo import Echo, quiet
from huma_tripletex.outbox.record import Change
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing import outcomes
from huma_tripletex.syncing.approved import Step
from huma_tripletex.syncing.linking import Links


class RefusedByHuma(Exception):
    """The host did not take the values; nothing of this person was written."""


def write(
    runtime: Runtime,
    connection: Connection,
    step: Step,
    person: HostPerson,
    links: Links,
    unsafe: Collection[str] = (),
    why_unsafe: str = "",
) -> list[Change]:
    """Writes what is still as approved; what somebody edited in Huma meanwhile, and the `unsafe` fields, are left alone
    and asked again. Values are canonical, or, when a run is taken back, written as Huma had them. Returns what the host
    made something else of.

    Raises:
        RefusedByHuma: the host did not take the values.
    """
    wanted = {key: pair for key, pair in step.approved.huma.items() if key not in unsafe}
    equal = [key for key, (_, after) in wanted.items() if same(key, person.values.get(key), after)]
    as_seen = [key for key, (before, _) in wanted.items() if same(key, person.values.get(key), before)]
    values = {key: wanted[key][1] for key in as_seen if key not in equal}
    if values:
        with _writing(runtime, quiet(connection.id, person.id, values)):
            runtime.host.write_person(connection.organisation_id, person.id, values)
    held = [*values, *equal]
    if step.takes_back:
        links.forget(person.id, held)
        _note_put_back(runtime, connection, step, held)
    elif links.of(person.id):
        links.agree(person.id, {key: wanted[key][1] for key in held})
    edited = [key for key in wanted if key not in held]
    changed = "changed_in_huma_since" if step.takes_back else "changed_in_huma"
    _note(step, list(values), [*unsafe, *edited], why_unsafe if unsafe else changed)
    return _made_of(runtime, connection, person.id, values) if values else []


def _note_put_back(runtime: Runtime, connection: Connection, step: Step, fields: Collection[str]) -> None:
    """Tripletex still holds what the run that is taken back had written to Huma."""
    hash_of = hash_for(runtime.vault, connection.id, step.person_id)
    back = []
    for key in fields:
        ours, earlier = (hash_of(key, normalise(key, value)) for value in step.approved.huma[key])
        back.append(PutBack(step.person_id, step.result.employee_id, key, hash_huma=earlier, hash_tripletex=ours))
    note_put_back(runtime.session(), connection.id, back, runtime.clock())


def add(runtime: Runtime, connection: Connection, step: Step, links: Links) -> list[Change]:
    """Adds somebody to Huma and links them in the same transaction. Returns what the host added of its own accord:
    values, and other people.

    Raises:
        RefusedByHuma: the host did not take the person.
    """
    employee = step.employee
    assert employee is not None
    values = {key: normalise(key, after) for key, (_, after) in step.approved.huma.items() if after is not None}
    with _writing(runtime, quiet(connection.id)) as echo:
        person_id = runtime.host.add_person(connection.organisation_id, values, step.approved.email)
    step.result.person_id = person_id
    links.join(person_id, employee, "created_in_huma", runtime.clock())
    links.agree(person_id, {key: values.get(key) for key in KEYS})
    outcomes.in_huma(step.result, "added", list(values))
    others = [change for change in echo.added if change.person_id != person_id]
    return others + _made_of(runtime, connection, person_id, {key: values.get(key) for key in KEYS})


def _made_of(runtime: Runtime, connection: Connection, person_id: str, written: Values) -> list[Change]:
    """Where Huma now holds another value than was written: a listener or a trigger of the host's changed it."""
    person = runtime.host.load_people(connection.organisation_id, [person_id]).get(person_id)
    held = person.values if person else {}
    fields = tuple(key for key in written if key in held and not same(key, held[key], written[key]))
    return [Change(connection.organisation_id, person_id, fields)] if fields else []


def _note(step: Step, written: list[str], skipped: list[str], why: str) -> None:
    if skipped:
        outcomes.in_huma(step.result, "skipped", written, why, {"skipped_in_huma": skipped})
    else:
        outcomes.in_huma(step.result, "written" if written else "nothing_to_do", written)


@contextmanager
def _writing(runtime: Runtime, guard: AbstractContextManager[Echo]) -> Iterator[Echo]:
    """Inside the echo guard, and flushed there. What the host refuses is taken back, and nothing else."""
    try:
        with guard as echo, runtime.session.begin_nested():
            yield echo
            runtime.session.flush()
    except (IntegrityError, DataError, ValueError, LookupError) as error:
        raise RefusedByHuma from error
    except StatementError as error:
        if isinstance(error.orig, (ValueError, TypeError)):  # a column of the host's did not take the value
            raise RefusedByHuma from error
        raise
