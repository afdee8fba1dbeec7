"""A host's column values as text and back: dates as ISO text, numbers as digits, nothing as None."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.types import TypeDecorator, TypeEngine


def as_text(value: Any) -> str | None:
    """What a column holds, as the core sees it. A moment counts as its day."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def from_text(kind: TypeEngine[Any], text: str | None) -> Any:
    """What to put into a column of type `kind`.

    Raises:
        ValueError: the column cannot hold this text.
    """
    if text is None:
        return None
    python = _python_type(kind)
    if issubclass(python, (date, datetime)):
        return python.fromisoformat(text)
    return python(text) if issubclass(python, (int, UUID)) else text


def key_from_text(kind: TypeEngine[Any], text: str) -> Any:
    """What a column of type `kind` holds for the id that is told as `text`. What a decorated type makes of its values,
    only it knows: where the text is no value of what it decorates, it is one of its own.

    Raises:
        ValueError: the column cannot hold it, so it is nobody's.
    """
    try:
        return from_text(kind, text)
    except ValueError:
        if not isinstance(kind, TypeDecorator):
            raise
    try:
        kind.process_bind_param(text, DefaultDialect())
    except (NotImplementedError, AttributeError, LookupError, TypeError) as error:
        raise ValueError("not an id of this column") from error
    return text


def _python_type(kind: TypeEngine[Any]) -> type[Any]:
    """The type of a column's values; a decorated type that does not tell has that of what it decorates."""
    try:
        found = kind.python_type
    except NotImplementedError:
        found = object
    if found is object and isinstance(kind, TypeDecorator):
        return _python_type(kind.impl_instance)
    return found
