"""The demo's one Flask-SQLAlchemy object, and the column type of its dates."""

from __future__ import annotations

from datetime import date

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Date, Dialect
from sqlalchemy.types import TypeDecorator

db = SQLAlchemy()


class Day(TypeDecorator[date]):
    """A date that may be given as ISO text too, as an import or a form would."""

    impl = Date
    cache_ok = True

    def process_bind_param(self, value: date | str | None, _dialect: Dialect) -> date | None:
        return date.fromisoformat(value) if isinstance(value, str) else value
