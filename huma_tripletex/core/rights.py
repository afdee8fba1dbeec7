"""What can be read from the names of a token's rights. Tripletex calls the names descriptive and free to change, so
a name that says nothing to us gets the benefit of the doubt.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

ABOUT_EMPLOYEES: Final = ("EMPLOYEE", "ANSATT")
READING: Final = ("READ", "LES")
EVERYTHING: Final = ("ADMINISTRATOR", "ALL_PRIVILEGES")
ABOUT_SALARY: Final = ("WAGE", "SALARY", "PAYROLL", "LONN", "LØNN", "ALL_PRIVILEGES")


def may_only_read(names: Collection[str]) -> bool:
    """Whether the rights that are about employees are all for reading."""
    if any(_has(name, EVERYTHING) for name in names):
        return False
    about = [name for name in names if _has(name, ABOUT_EMPLOYEES)]
    return bool(about) and all(_has(name, READING) for name in about)


def may_see_salary(names: Collection[str]) -> bool:
    """Whether some right says that account numbers are shown; otherwise an empty one may be a hidden one."""
    return any(_has(name, ABOUT_SALARY) for name in names)


def _has(name: str, words: Collection[str]) -> bool:
    return any(word in name.upper() for word in words)
