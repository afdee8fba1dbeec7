"""Marks what differs between two values that are nearly the same: nobody should compare eleven digits by eye."""

from __future__ import annotations

from markupsafe import Markup, escape


def differing(mine: str, other: str) -> Markup:
    """`mine`, with the part that `other` lacks inside `<mark>`; unmarked when less than half is common to both."""
    before = _alike(mine, other)
    after = _alike(mine[before:][::-1], other[before:][::-1])
    if mine == other or 2 * (before + after) < max(len(mine), len(other)) or before + after == len(mine):
        return escape(mine)
    end = len(mine) - after
    return Markup("%s<mark>%s</mark>%s") % (mine[:before], mine[before:end], mine[end:])


def _alike(one: str, two: str) -> int:
    """How many characters are the same from the beginning."""
    return next((place for place, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
