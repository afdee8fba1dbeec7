"""Whether a column holds one of many values: one parameter for all of them, so that the statement is the same however
many there are, and neither we nor the database have to read it anew each time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Dialect, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

POSTGRESQL = "postgresql"


class Many(TypeDecorator[Sequence[Any]]):
    """Many values of one type: PostgreSQL's array, and elsewhere JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, one: TypeEngine[Any]) -> None:
        super().__init__()
        self.one = one

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.one) if dialect.name == POSTGRESQL else Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        many = list(value or ())
        return many if dialect.name == POSTGRESQL else json.dumps(many)


class Among(FunctionElement[bool]):
    """`Among(column, "people")`: the column is one of the parameter `people`, which are texts or numbers."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: Any, name: str) -> None:
        super().__init__(column, bindparam(name, type_=Many(column.type)))


@compiles(Among)
def _by_json(element: Among, compiler: Any, **given: Any) -> str:
    column, many = (compiler.process(part, **given) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({many}))"  # noqa: S608  # made of compiled parts


@compiles(Among, POSTGRESQL)
def _by_array(element: Among, compiler: Any, **given: Any) -> str:
    column, many = (compiler.process(part, **given) for part in element.clauses)
    return f"{column} = ANY ({many})"
