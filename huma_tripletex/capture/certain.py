"""Whether a condition finds the same rows when it is asked a moment before the statement that has it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FunctionElement
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import GenerativeSelect

SPELLING = {"lower", "upper", "initcap", "trim", "btrim", "ltrim", "rtrim", "lpad", "rpad", "unaccent", "translate"}
PARTS = {"concat", "concat_ws", "replace", "substr", "substring", "left", "right", "split_part", "regexp_replace"}
PLACES = {"length", "char_length", "position", "strpos", "instr", "any", "unnest", "array_length", "exists"}
CHOICES = {"coalesce", "nullif", "greatest", "least", "cast", "md5"}
NUMBERS = {"abs", "ceil", "floor", "mod", "round", "count", "max", "min", "sum", "avg"}
MOMENTS = {"now", "current_date", "current_timestamp", "localtimestamp", "date", "date_part", "date_trunc"}
DATES = {"to_char", "to_date", "strftime", "julianday"}
PLAIN = frozenset().union(SPELLING, PARTS, PLACES, CHOICES, NUMBERS, MOMENTS, DATES)
"""Functions that answer the same within a transaction."""


def is_certain(condition: Any) -> bool:
    """False where it takes some of several rows, or whatever is not locked, or asks a function we know nothing of."""
    return condition is None or not any(_is_doubtful(part) for part in visitors.iterate(condition))


def _is_doubtful(part: Any) -> bool:
    if isinstance(part, FunctionElement):
        return str(getattr(part, "name", "")).lower() not in PLAIN
    if not isinstance(part, GenerativeSelect):
        return False
    limits = part._limit_clause, part._offset_clause, part._fetch_clause, part._for_update_arg
    return any(limit is not None for limit in limits)
