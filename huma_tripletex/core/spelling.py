"""Words of names in the form in which spellings of one name are the same, and how near two different words are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from huma_tripletex.core.nicknames import SHORT_FOR

_WRITTEN: Final = (
    ("ae", "a"),
    ("oe", "o"),
    ("th", "t"),
    ("ch", "k"),
    ("ph", "f"),
    ("hn", "n"),
    ("c", "k"),
    ("w", "v"),
    ("z", "s"),
)
"""How a sound is written, and written otherwise: Sølvi and Soelvi, Christoffer and Kristofer, John and Jon."""
_DOUBLED: Final = re.compile(r"(.)\1+")
_LETTERS: Final = 61
LEAST: Final = 4
"""Letters of a name in which a slip is seen as one: Ola and Ole are two names."""


class Word(NamedTuple):
    """One word of a name. `text`: spelled; `typed`: as it was before; `letters`: those it has, as bits, by which it is
    seen at once what is far off.
    """

    text: str
    typed: str
    letters: int


Words = tuple[Word, ...]


def words_of(folded_name: str) -> Words:
    """The words of a name that was folded (`core.text`)."""
    return tuple(_word(one) for one in folded_name.split())


def spelled(word: str) -> str:
    """The same for spellings of one name: Aase and Åse, Hanssen and Hansen, Sarah and Sara."""
    for written, meant in _WRITTEN:
        word = word.replace(written, meant)
    word = _DOUBLED.sub(r"\1", word)
    return word[:-1] if len(word) > 3 and word.endswith("h") else word


def is_same(one: Word, other: Word) -> bool:
    """Whether they are one name: spelled alike, or one is short for the other."""
    return one.text == other.text or other.text in _SHORT.get(one.text, ()) or one.text in _SHORT.get(other.text, ())


def is_near(one: Word, other: Word, least: float) -> bool:
    """Whether a slip lies between them: `least` is the share of letters in common; an initial is near its name."""
    shorter, longer = sorted((len(one.typed), len(other.typed)))
    if shorter == 1:
        return longer > 1 and one.typed[0] == other.typed[0]
    mine = len(one.typed) - (one.letters & ~other.letters).bit_count()
    theirs = len(other.typed) - (other.letters & ~one.letters).bit_count()
    if 2 * min(mine, theirs) < least * (shorter + longer):
        return False  # even in the best order so few letters could not do: spares the slow comparison
    return SequenceMatcher(None, one.typed, other.typed, autojunk=False).ratio() >= least


def is_slip(one: Word, other: Word) -> bool:
    """Whether one letter is mistaken, missing or too many, or two neighbours are exchanged. A short name is another."""
    shorter, longer = sorted((one.text, other.text), key=len)
    if len(shorter) < LEAST or len(longer) - len(shorter) > 1 or shorter == longer:
        return False
    at = next((place for place, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) < len(longer):
        return shorter[at:] == longer[at + 1 :]
    exchanged = shorter[at : at + 2] == longer[at : at + 2][::-1] and shorter[at + 2 :] == longer[at + 2 :]
    return shorter[at + 1 :] == longer[at + 1 :] or exchanged


def _word(typed: str) -> Word:
    letters = 0
    for letter in typed:
        letters |= 1 << (ord(letter) % _LETTERS)
    return Word(spelled(typed), typed, letters)


_SHORT: Final[Mapping[str, frozenset[str]]] = {
    spelled(short): frozenset(spelled(full) for full in fulls) for short, fulls in SHORT_FOR.items()
}
