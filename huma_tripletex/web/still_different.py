"""What is still different after a run, as a part of its page: in numbers, and person by person with a way out."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute

from huma_tripletex import reporting
from huma_tripletex.models import SyncRun
from huma_tripletex.runtime import Runtime

SIZE = 50
SHORT = 20
"""So many people are shown at once; of more the list is folded."""


@dataclass(frozen=True)
class LeftLine:
    """Somebody about whom something is still different, with the way to them in Huma."""

    one: reporting.LeftPerson = attribute(repr=False)
    huma_url: str | None


@dataclass(frozen=True)
class Different:
    """One page of what is still different. `sentences`: in numbers, one for each way; `is_open`: short enough, or asked
    for.
    """

    counts: reporting.Left
    sentences: tuple[str, ...]
    people: tuple[LeftLine, ...]
    is_open: bool
    page: int
    pages: int


def look(runtime: Runtime, run: SyncRun, page: int) -> Different:
    """One page of them; `page` 0: nobody has asked for one."""
    counts = reporting.left_of(runtime, run)
    pages = max(1, -(-counts.told // SIZE))
    shown = min(max(page, 1), pages)
    people = reporting.left_people(runtime, run, offset=(shown - 1) * SIZE, size=SIZE) if counts.told else []
    lines = tuple(LeftLine(one, _url(runtime, one.person_id)) for one in people)
    is_open = page > 0 or counts.told <= SHORT
    return Different(counts, reporting.still_different(counts), lines, is_open, shown, pages)


def _url(runtime: Runtime, person_id: str | None) -> str | None:
    return runtime.host.person_url(person_id) if person_id else None
