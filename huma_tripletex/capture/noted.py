"""What one flush or statement changed, person by person, before it becomes outbox entries."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import Any

from huma_tripletex.capture.watched import WatchedModel
from huma_tripletex.core.fields import KEYS
from huma_tripletex.models.outbox import EntryKind
from huma_tripletex.outbox.record import Change


@dataclass
class Noted:
    """Changes by organisation and person; the organisation is None where only the main model knows it."""

    all_keys: tuple[str, ...]
    fields: dict[tuple[str | None, str], set[str]] = field(default_factory=dict)
    new: set[tuple[str | None, str]] = field(default_factory=set)
    gone: set[tuple[str | None, str]] = field(default_factory=set)
    homeless: dict[str, Any] = field(default_factory=dict)
    """The ids, as the host's column holds them, of those whose organisation only the main model knows."""

    def changed(self, organisation: Any, person: Any, keys: Iterable[str]) -> None:
        """Values of the person changed; no keys: look at the person."""
        if person is not None:
            self.fields.setdefault(_who(organisation, person), set()).update(keys)
            if organisation is None:
                self.homeless[str(person)] = person

    def added(self, organisation: Any, person: Any) -> None:
        """The person is new in this organisation."""
        if person is not None:
            self.changed(organisation, person, self.all_keys)
            self.new.add(_who(organisation, person))

    def left(self, organisation: Any, person: Any) -> None:
        """The person is not in this organisation any more."""
        if person is not None:
            self.changed(organisation, person, ())
            self.gone.add(_who(organisation, person))

    def came(self, model: WatchedModel, organisation: Any, person: Any) -> None:
        """A row of the model is new here: somebody who was added, or values of somebody."""
        if model.is_main:
            self.added(organisation, person)
        else:
            self.changed(organisation, person, model.keys.values())

    def went(self, model: WatchedModel, organisation: Any, person: Any) -> None:
        """A row of the model is not here any more."""
        if model.is_main:
            self.left(organisation, person)
        else:
            self.changed(organisation, person, model.keys.values())

    def set(self, model: WatchedModel, attributes: Set[str], organisation: Any, person: Any) -> None:
        """These attributes of a row of the model were set; whoever begins or ceases to take part is looked at."""
        if model.takes_part in attributes:
            self.changed(organisation, person, self.all_keys)
        elif keys := [model.keys[name] for name in attributes & model.keys.keys()]:
            self.changed(organisation, person, keys)

    def changes(self) -> list[Change]:
        return [
            Change(
                organisation,
                person,
                self._fields(organisation, person),
                self._kind(organisation, person),
                self.homeless.get(person),
            )
            for organisation, person in self.fields
        ]

    def _fields(self, organisation: str | None, person: str) -> tuple[str, ...]:
        if (organisation, person) in self.gone:
            return ()
        return tuple(key for key in KEYS if key in self.fields[organisation, person])

    def _kind(self, organisation: str | None, person: str) -> EntryKind:
        who = (organisation, person)
        return "added" if who in self.new and who not in self.gone else "change"


def _who(organisation: Any, person: Any) -> tuple[str | None, str]:
    return (None if organisation is None else str(organisation)), str(person)
