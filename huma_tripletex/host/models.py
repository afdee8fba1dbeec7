"""Working defaults for a host whose people are SQLAlchemy models: list, load, write and add them.

The first model given is the main one; it has the person's id and organisation. Others (accounts, workdays in a table of
their own) lead to the person by their `person_id`. Every function needs one statement per model, however many people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypedDict

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Select, bindparam, select

from huma_tripletex.core.people import HostPerson, Values
from huma_tripletex.host.port import PersonModel
from huma_tripletex.host.values import as_text, from_text, key_from_text


class PeopleFunctions(TypedDict):
    """What `Host` takes under these names."""

    list_people: Callable[[str], Iterable[HostPerson]]
    load_people: Callable[[str, Sequence[str]], Mapping[str, HostPerson]]
    write_person: Callable[[str, str, Values], None]
    add_person: Callable[[str, Values, str | None], str]


def from_models(db: SQLAlchemy, models: Sequence[PersonModel]) -> PeopleFunctions:
    """The functions of `Host` for people who are `models`; give them as `Host(..., **from_models(db, models))`."""
    people = PeopleInModels(db, models[0], tuple(models[1:]))
    return {
        "list_people": people.list,
        "load_people": people.load,
        "write_person": people.write,
        "add_person": people.add,
    }


@dataclass(frozen=True)
class PeopleInModels:
    """The people of a host: one row of `main` each, and at most one row of each of `others`."""

    db: SQLAlchemy
    main: PersonModel
    others: tuple[PersonModel, ...] = ()

    def list(self, organisation_id: str) -> list[HostPerson]:
        """Everybody of an organisation."""
        return list(self._read(organisation_id, None).values())

    def load(self, organisation_id: str, person_ids: Sequence[str]) -> dict[str, HostPerson]:
        """Those of `person_ids` who exist in the organisation."""
        return self._read(organisation_id, person_ids)

    def write(self, organisation_id: str, person_id: str, values: Values) -> None:
        """Writes `values` through the mapped objects, so that the host's own events and validators run.

        Raises:
            LookupError: there is no such person in the organisation.
            ValueError: a column cannot hold a value.
        """
        main = self.db.session.execute(
            select(self.main.model).where(
                _is(self.main, "person_id", person_id), _is(self.main, "organisation_id", organisation_id)
            )
        ).scalar_one_or_none()
        if main is None:
            raise LookupError("this person is not in Huma any more")
        _set(self.main, main, values)
        for other in self.others:
            if not other.fields.keys().isdisjoint(values):
                _set(other, self._row(other, organisation_id, person_id), values)

    def add(self, organisation_id: str, values: Values, email: str | None) -> str:
        """Adds somebody and returns the new id.

        Raises:
            ValueError: a column cannot hold a value.
        """
        person = self.main.model()
        _put_key(self.main, person, self.main.organisation_id, organisation_id)
        if self.main.email:
            _put(self.main, person, self.main.email, email)
        _set(self.main, person, values)
        self.db.session.add(person)
        self.db.session.flush()
        person_id = str(getattr(person, self.main.person_id))
        for other in self.others:
            given = {key: value for key, value in values.items() if key in other.fields}
            if any(value is not None for value in given.values()):
                _set(other, self._new_row(other, organisation_id, person_id), given)
        return person_id

    def _read(self, organisation_id: str, person_ids: Sequence[str] | None) -> dict[str, HostPerson]:
        home = _possible(self._column("organisation_id"), [organisation_id])
        if not home:
            return {}
        given: dict[str, Any] = {"organisation": home[0]}
        if person_ids is not None:
            given["people"] = _possible(self._column("person_id"), person_ids)
        reading, *reading_others = self._reading_all if person_ids is None else self._reading_some
        found = {str(row[0]): row for row in self.db.session.execute(reading, given).all()}
        values = {person_id: _values(self.main, row) for person_id, row in found.items()}
        for other, theirs in zip(self.others, reading_others, strict=True):
            for row in self.db.session.execute(theirs, given).all():
                if str(row[0]) in values:
                    values[str(row[0])] |= _values(other, row)
        return {
            person_id: HostPerson(
                person_id,
                values[person_id],
                email=as_text(row._mapping["email"]) if self.main.email else None,
                takes_part=bool(row._mapping["takes_part"]) if self.main.takes_part else True,
            )
            for person_id, row in found.items()
        }

    @cached_property
    def _reading_all(self) -> tuple[Select[Any], ...]:
        """The statements are made once, and given their values each time: making them costs more than running them."""
        return self._reading(self._whose)

    @cached_property
    def _reading_some(self) -> tuple[Select[Any], ...]:
        return self._reading(self._whose.where(self._column("person_id").in_(bindparam("people", expanding=True))))

    @property
    def _whose(self) -> Select[Any]:
        organisation = self._column("organisation_id")
        return select(self._column("person_id")).where(organisation == bindparam("organisation"))

    def _reading(self, whose: Select[Any]) -> tuple[Select[Any], ...]:
        theirs = (
            select(*_columns(other)).where(getattr(other.model, other.person_id).in_(whose)) for other in self.others
        )
        return whose.with_only_columns(*_columns(self.main)), *theirs

    def _column(self, which: str) -> Any:
        return getattr(self.main.model, getattr(self.main, which))

    def _row(self, other: PersonModel, organisation_id: str, person_id: str) -> Any:
        query = select(other.model).where(_is(other, "person_id", person_id))
        row = self.db.session.execute(query).scalars().first()
        return row if row is not None else self._new_row(other, organisation_id, person_id)

    def _new_row(self, other: PersonModel, organisation_id: str, person_id: str) -> Any:
        row = other.model()
        _put_key(other, row, other.person_id, person_id)
        if other.organisation_id:
            _put_key(other, row, other.organisation_id, organisation_id)
        self.db.session.add(row)
        return row


def _is(spec: PersonModel, which: str, text: str) -> Any:
    column = getattr(spec.model, getattr(spec, which))
    return column.in_(_possible(column, [text]))


def _possible(column: Any, texts: Iterable[str]) -> list[Any]:
    """The ids as the column holds them, without those that it cannot hold, for they are nobody's."""
    possible = []
    for text in texts:
        with suppress(ValueError):
            possible.append(key_from_text(column.type, text))
    return possible


def _columns(spec: PersonModel) -> list[Any]:
    named = {"email": spec.email, "takes_part": spec.takes_part}
    columns = [getattr(spec.model, spec.person_id).label("person_id")]
    columns += [getattr(spec.model, attribute).label(f"field_{key}") for key, attribute in spec.fields.items()]
    columns += [getattr(spec.model, attribute).label(name) for name, attribute in named.items() if attribute]
    return columns


def _values(spec: PersonModel, row: Any) -> dict[str, str | None]:
    return {key: as_text(row._mapping[f"field_{key}"]) for key in spec.fields}


def _set(spec: PersonModel, row: Any, values: Values) -> None:
    for key, attribute in spec.fields.items():
        if key in values:
            _put(spec, row, attribute, values[key])


def _put(spec: PersonModel, row: Any, attribute: str, text: str | None) -> None:
    setattr(row, attribute, from_text(getattr(spec.model, attribute).type, text))


def _put_key(spec: PersonModel, row: Any, attribute: str, text: str) -> None:
    setattr(row, attribute, key_from_text(getattr(spec.model, attribute).type, text))
