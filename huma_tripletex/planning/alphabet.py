"""The order of names in lists: the Norwegian alphabet, which ends in æ, ø, å, and where other accents do not count."""

from __future__ import annotations

import unicodedata
from typing import Final

LAST: Final = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})
"""Onto the three characters that follow `z` in ASCII."""


def sort_key(name: str) -> str:
    """Names sorted by this are in Norwegian order; `aa` sorts as `å`, as in telephone directories."""
    if name.isascii():
        return name.lower().replace("aa", "}")
    lowered = unicodedata.normalize("NFC", name).casefold().replace("aa", "å").translate(LAST)
    return "".join(letter for letter in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(letter))
