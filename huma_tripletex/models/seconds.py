"""How many seconds lie between two moments, so that the database can order by it: each has its own way to say that."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from huma_tripletex.models.among import POSTGRESQL


class Seconds(FunctionElement[float]):
    """`Seconds(begin, end)`; SQLite tells milliseconds at best."""

    inherit_cache = True
    type = Float()


@compiles(Seconds)
def _by_days(element: Seconds, compiler: Any, **given: Any) -> str:
    begin, end = (compiler.process(part, **given) for part in element.clauses)
    return f"round((julianday({end}) - julianday({begin})) * 86400, 3)"


@compiles(Seconds, POSTGRESQL)
def _by_epoch(element: Seconds, compiler: Any, **given: Any) -> str:
    begin, end = (compiler.process(part, **given) for part in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM {end} - {begin}) AS DOUBLE PRECISION)"
