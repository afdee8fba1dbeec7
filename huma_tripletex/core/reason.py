"""One reason: a key for rows, a sentence and a next step for people."""

from __future__ import annotations

from dataclasses import dataclass


def N_(text: str) -> str:
    """Marks English source text for the catalogue; translated where it is shown."""
    return text


@dataclass(frozen=True)
class Reason:
    """Why something is as it is. `sentence` says what happened to whom, `next_step` what to do about it.

    Both may name {name}, the person, and {field}, the field or fields, which begin with a small letter.
    """

    key: str
    sentence: str
    next_step: str
