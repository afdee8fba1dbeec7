"""What is watched: the host's person models, their supported fields, and whose values a row holds.

Made from `Host.models` when the extension is mounted, read by everything else in this package. The mapping is looked at
on first use, for only then has the host imported all its models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

from flask import current_app, has_app_context
from sqlalchemy import Column, Dialect, Engine, Table, inspect
from sqlalchemy.orm import Mapper

from huma_tripletex.core.fields import KEYS
from huma_tripletex.host.port import PersonModel
from huma_tripletex.outbox.record import Homes

EXTENSION = "huma_tripletex.capture"


@dataclass(frozen=True)
class WatchedModel:
    """One of the host's person models. The main one (the first given) says who exists and where they belong."""

    spec: PersonModel
    is_main: bool

    @cached_property
    def mapper(self) -> Mapper[Any]:
        return cast("Mapper[Any]", inspect(self.spec.model))

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """Field keys by the name of the mapped attribute."""
        return {self._attribute(name): key for key, name in self.spec.fields.items()}

    @cached_property
    def person(self) -> str:
        """The mapped attribute that says whose values a row holds."""
        return self._attribute(self.spec.person_id)

    @cached_property
    def organisation(self) -> str | None:
        """The mapped attribute of the organisation; None: the main model knows."""
        return self._attribute(self.spec.organisation_id) if self.spec.organisation_id else None

    @cached_property
    def takes_part(self) -> str | None:
        return self._attribute(self.spec.takes_part) if self.spec.takes_part else None

    @cached_property
    def values(self) -> frozenset[str]:
        """What is looked at of somebody wherever they belong."""
        return frozenset(filter(None, [*self.keys, self.takes_part]))

    @cached_property
    def attributes(self) -> frozenset[str]:
        """Everything of the model that is looked at."""
        return self.values | frozenset(filter(None, [self.person, self.organisation]))

    @cached_property
    def tables(self) -> frozenset[Table]:
        """The tables that hold what is looked at, of this model or of a class derived from it."""
        held, mappers = self.attributes - {self.person}, list(self.mapper.self_and_descendants)
        columns = [column for mapper in mappers for name in held for column in columns_of(mapper, name)]
        tables = map(_table, [self.column(self.person), *columns])
        return frozenset(table for table in tables if table is not None)

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """What a statement may call an attribute (itself, or its column), with the attributes meant."""
        names: dict[str, frozenset[str]] = {}
        for attribute in self.attributes:
            for name in (attribute, self.column(attribute).key):
                names[name] = names.get(name, frozenset()) | {attribute}
        return names

    def column(self, attribute: str) -> Column[Any]:
        return columns_of(self.mapper, attribute)[0]

    def column_in(self, table: Table, attribute: str | None) -> Column[Any] | None:
        """The attribute's column in one of the tables that a row of the model is spread over."""
        columns = columns_of(self.mapper, attribute) if attribute else ()
        return next((column for column in columns if _table(column) is table), None)

    def meant(self, names: Iterable[Any]) -> frozenset[str]:
        """The watched attributes that a statement calls so."""
        called = {getattr(name, "key", name) for name in names}
        return frozenset().union(*(self.names[name] for name in called & self.names.keys()))

    def _attribute(self, name: str) -> str:
        """The column attribute behind `name`, which may be a synonym."""
        return self.mapper.synonyms[name].name if name in self.mapper.synonyms else name


@dataclass(frozen=True)
class WatchedTable(WatchedModel):
    """A table, with what it holds of all models, as if it were a model by itself: what one statement is about."""

    table: Table
    models: tuple[WatchedModel, ...]
    """One at least; the first tells whose a row is."""

    @classmethod
    def of(cls, table: Table, models: Iterable[WatchedModel]) -> WatchedModel:
        """One of the models itself if none knows whose a row of the table is; statements on it are warned of."""
        here = [model for model in models if table in model.tables]
        knowing = [model for model in here if model.column_in(table, model.person) is not None]
        if not knowing:
            return here[0]
        first = next((model for model in knowing if model.column_in(table, model.organisation) is not None), knowing[0])
        owners = (one for one in first.mapper.iterate_to_root() if one.local_table is table)
        owner = next((one for one in owners if one.has_property(first.person)), first.mapper)
        others = (model for model in here if model is not first)
        is_main = any(model.is_main for model in here)
        return cls(replace(first.spec, model=owner.class_), is_main, table, (first, *others))

    @cached_property
    def keys(self) -> Mapping[str, str]:
        return {name: key for model in self.models for name, key in model.keys.items() if self._holds(model, name)}

    @cached_property
    def person(self) -> str:
        return self.models[0].person

    @cached_property
    def organisation(self) -> str | None:
        """None also where another table of the model has it: it is asked about as of a model without one."""
        first = self.models[0]
        return first.organisation if self._holds(first, first.organisation) else None

    @cached_property
    def takes_part(self) -> str | None:
        return next((model.takes_part for model in self.models if self._holds(model, model.takes_part)), None)

    def column(self, attribute: str) -> Column[Any]:
        columns = (model.column_in(self.table, attribute) for model in self.models if attribute in model.attributes)
        return next(column for column in columns if column is not None)

    def _holds(self, model: WatchedModel, attribute: str | None) -> bool:
        return model.column_in(self.table, attribute) is not None


@dataclass(frozen=True)
class Watch:
    """All watched models of one application, and the places that were already warned about."""

    models: tuple[WatchedModel, ...]
    warned: set[tuple[str, int]] = field(default_factory=set)
    tables_found: set[str] = field(default_factory=set)
    """Filled when our own table was seen in the database; until then there is nothing to capture into."""
    dialects: frozenset[Dialect] = frozenset()
    """Of the host's engines that lead to its database; each engine has one of its own."""
    _by_class: dict[type[Any], tuple[WatchedModel, ...]] = field(default_factory=dict)

    @classmethod
    def over(cls, models: Iterable[PersonModel], engines: Iterable[Engine]) -> Watch:
        watched = tuple(WatchedModel(spec, is_main=number == 0) for number, spec in enumerate(models))
        return cls(watched, dialects=frozenset(engine.dialect for engine in engines))

    @property
    def main(self) -> WatchedModel:
        return self.models[0]

    @cached_property
    def all_keys(self) -> tuple[str, ...]:
        """Every field that this host has, in the order of the catalogue."""
        mapped = {key for model in self.models for key in model.spec.fields}
        return tuple(key for key in KEYS if key in mapped)

    @cached_property
    def homes(self) -> Homes | None:
        """Where the main model keeps the organisation of a person."""
        main = self.main
        if not main.organisation:
            return None
        organisation = main.column(main.organisation)
        beside = main.column_in(organisation.table, main.person)
        return Homes(main.column(main.person) if beside is None else beside, organisation)

    def of(self, kind: type[Any]) -> tuple[WatchedModel, ...]:
        """The watched models that `kind` is or derives from."""
        if kind not in self._by_class:
            self._by_class[kind] = tuple(model for model in self.models if issubclass(kind, model.spec.model))
        return self._by_class[kind]

    def of_table(self, name: str) -> WatchedModel | None:
        """What a table of this name holds of all models."""
        return self._by_table.get(name)

    @cached_property
    def _by_table(self) -> Mapping[str, WatchedModel]:
        tables = frozenset[Table]().union(*(model.tables for model in self.models))
        return {table.fullname: WatchedTable.of(table, self.models) for table in tables}


def columns_of(mapper: Mapper[Any], attribute: str) -> Sequence[Column[Any]]:
    """The columns behind an attribute: one, or where a class is spread over tables one in each of some; none if it has
    none of its own.
    """
    held = mapper.column_attrs.get(attribute)
    return cast("Sequence[Column[Any]]", held.columns) if held is not None else ()


def _table(column: Any) -> Table | None:
    """The table of a column; None: it is an expression."""
    table = getattr(column, "table", None)
    return table if isinstance(table, Table) else None


def current_watch() -> Watch | None:
    """What the current application watches; None outside one, or in one without the extension."""
    return current_app.extensions.get(EXTENSION) if has_app_context() else None


def table_written(statement: Any) -> Any:
    """What a statement writes to: a table, or an alias of one. Of a bulk statement on a class that is spread over
    several tables each part says so by itself.
    """
    said = getattr(statement, "_annotations", {})
    return said.get("_emit_update_table", said.get("_emit_insert_table", getattr(statement, "table", None)))


def table_name(statement: Any) -> str:
    """The table that a statement writes to, also through an alias."""
    table = table_written(statement)
    while table is not None and not hasattr(table, "fullname"):
        table = getattr(table, "element", None)
    return str(table.fullname) if table is not None else ""


def attributes_set(statement: Any, parameters: Any, model: WatchedModel) -> frozenset[str]:
    """Which watched attributes an UPDATE sets; all of them if the statement does not tell."""
    if not hasattr(statement, "_values"):
        return frozenset().union(*model.names.values())
    given = [*(statement._values or ()), *(key for key, _ in getattr(statement, "_ordered_values", None) or ())]
    rows = [parameters] if isinstance(parameters, Mapping) else parameters or ()
    for row in rows:
        given.extend([row] if isinstance(row, str) else row)
    return model.meant(given)


def schemas_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Of the options of a statement those that say which schema its tables are in: a question about it needs them."""
    return {name: options[name] for name in ("schema_translate_map",) if name in options}
