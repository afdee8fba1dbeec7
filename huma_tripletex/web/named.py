"""Whom somebody means by a part of a name: capitals and accents do not count, and neither do spaces too many."""

from __future__ import annotations

from collections.abc import Callable

from huma_tripletex.planning.alphabet import sort_key


def having(part: str) -> Callable[[str], bool]:
    """Whether a name has this in it."""
    wanted = sort_key(" ".join(part.split()))
    return lambda name: wanted in sort_key(name)
