"""What a statement says of itself: which table it writes to, what it sets there, and in which schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huma_tripletex.capture.watched import WatchedModel


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
