"""Text as people type it: the form in which it is compared, and a folded form for finding who is who."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_MARKS: Final = (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
_INVISIBLE: Final = dict.fromkeys((*_MARKS, 0xAD, 0x61C, 0x180E, 0xFE0E, 0xFE0F, 0xFEFF))
"""Soft hyphens, zero-width spaces and joiners, marks of direction: seen by nobody, pasted along with names."""
_DASHES, _QUOTES = "\u2010\u2011\u2012\u2013\u2014\u2212", "\u2018\u2019\u02bc\u2032\u00b4`"
_HYPHENS: Final = str.maketrans({**dict.fromkeys(_DASHES, "-"), **dict.fromkeys(_QUOTES, "'")})
"""Hyphens and apostrophes as people and programs write them: Li\u2013Strand is Li-Strand, O\u2019Hara is O'Hara."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FOLDED: Final = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "-": " ", ".": " "})


def plain(value: str | None) -> str | None:
    """NFC, without what cannot be seen, with single spaces inside and none around; None for nothing."""
    if value is None:
        return None
    if value.isascii():
        text = _CONTROL.sub(" ", value).replace("`", "'")
    else:
        text = unicodedata.normalize("NFC", _CONTROL.sub(" ", value).translate(_INVISIBLE)).translate(_HYPHENS)
    return " ".join(text.split()) or None


def folded(value: str | None) -> str:
    """The same for spellings that mean the same person: no capitals, accents, hyphens or dots; "" for nothing."""
    text = plain(value)
    if text is None:
        return ""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDED))
        text = "".join(mark for mark in apart if not unicodedata.combining(mark))
    return " ".join(text.casefold().translate(_FOLDED).split())
