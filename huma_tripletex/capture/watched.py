"""The host's person models, and the tables that they are spread over: which fields they hold, and whose values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Column, Table, inspect
from sqlalchemy.orm import Mapper

from huma_tripletex.host.port import PersonModel


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
