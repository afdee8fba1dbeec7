"""What an error is called, for logs and sentences: of the database with its code, and never with what it says, for that
may hold values.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError


def called(error: BaseException) -> str:
    """`OperationalError (DiskFull, 53100)`: the driver's own class, where it says more, and its code."""
    name = type(error).__name__
    if not isinstance(error, DBAPIError) or error.orig is None:
        return name
    theirs = type(error.orig).__name__
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    more = ", ".join(filter(None, [theirs if theirs != name else "", code]))
    return f"{name} ({more})" if more else name
