"""How the simulator describes a Tripletex model: its fields, their kinds, and what they show when unset."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

Kind = Literal["text", "date", "whole", "number", "flag", "choice", "one", "many", "part", "changes", "url"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One field. `one` and `many` refer to rows of `model`, `part` embeds an object that has no id."""

    name: str
    kind: Kind
    model: str = ""
    empty: Any = None
    writable: bool = True
    choices: tuple[str, ...] = ()
    write_only: bool = False
    salary: bool = False  # shown as empty to a token without salary rights


@dataclass(frozen=True)
class Model:
    """A model of the specification. `path` is where its rows live below /v2/, empty when they have no address."""

    name: str
    path: str
    fields: tuple[Field, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    def blank(self) -> Row:
        """A row with nothing set."""
        return {
            field.name: dict(field.empty) if isinstance(field.empty, dict) else field.empty
            for field in self.fields
            if field.kind not in ("url", "changes")
        }


def entity(name: str, path: str, *fields: Field) -> Model:
    """A model whose rows have id, version, change log and address."""
    common = (
        Field("id", "whole", writable=False),
        Field("version", "whole", empty=0, writable=False),
        Field("changes", "changes", "Change", writable=False),
        Field("url", "url", writable=False),
    )
    return Model(name, path, common + fields)


def text(name: str, **options: Any) -> Field:
    """Text; unset it reads as ""."""
    return Field(name, "text", **{"empty": "", **options})


def date(name: str) -> Field:
    """A date as YYYY-MM-DD; unset it reads as null."""
    return Field(name, "date")


def whole(name: str, **options: Any) -> Field:
    """A whole number; unset it reads as 0."""
    return Field(name, "whole", **{"empty": 0, **options})


def number(name: str, **options: Any) -> Field:
    """A number; unset it reads as 0."""
    return Field(name, "number", **{"empty": 0, **options})


def flag(name: str, *, empty: bool = False, writable: bool = True) -> Field:
    """True or false."""
    return Field(name, "flag", empty=empty, writable=writable)


def choice(name: str, choices: str, **options: Any) -> Field:
    """One of some words; unset it reads as null."""
    return Field(name, "choice", choices=tuple(choices.split()), **options)


def one(name: str, model: str, *, writable: bool = True) -> Field:
    """A reference to a row of another model."""
    return Field(name, "one", model, writable=writable)


def many(name: str, model: str) -> Field:
    """References to the rows that belong to this one."""
    return Field(name, "many", model)


def part(name: str, model: str, **empty: Any) -> Field:
    """An embedded object without an id of its own."""
    return Field(name, "part", model, empty=empty or None)
