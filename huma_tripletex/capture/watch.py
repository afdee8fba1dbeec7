"""What is watched: the host's person models, by the class of an object and by the table of a statement.

Made from `Host.models` when the extension is mounted, read by everything else in this package. The mapping is looked at
on first use, for only then has the host imported all its models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import current_app, has_app_context
from sqlalchemy import Dialect, Engine, Table

from huma_tripletex.capture.watched import WatchedModel, WatchedTable
from huma_tripletex.core.fields import KEYS
from huma_tripletex.host.port import PersonModel
from huma_tripletex.outbox.record import Homes

EXTENSION = "huma_tripletex.capture"


@dataclass(frozen=True)
class Watch:
    """All watched models of one application, and the places that were already warned about."""

    models: tuple[WatchedModel, ...]
    warned: set[tuple[str, int]] = field(default_factory=set)
    tables_found: set[str] = field(default_factory=set)
    """Filled when our own table was seen in the database; until then there is nothing to capture into."""
    dialects: frozenset[Dialect] = frozenset()
    """Of the host's engines that lead to its database; each engine has one of its own."""
    schemas: Mapping[str | None, str | None] = field(default_factory=dict)
    """What the host's engine calls the schemas of tables: ours are there, whatever a connection of its own says."""
    _by_class: dict[type[Any], tuple[WatchedModel, ...]] = field(default_factory=dict)

    @classmethod
    def over(
        cls,
        models: Iterable[PersonModel],
        engines: Iterable[Engine],
        schemas: Mapping[str | None, str | None],
    ) -> Watch:
        watched = tuple(WatchedModel(spec, is_main=number == 0) for number, spec in enumerate(models))
        return cls(watched, dialects=frozenset(engine.dialect for engine in engines), schemas=schemas)

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


def current_watch() -> Watch | None:
    """What the current application watches; None outside one, or in one without the extension."""
    return current_app.extensions.get(EXTENSION) if has_app_context() else None
