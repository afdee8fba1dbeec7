"""What the process's own log says of whom a drain has settled: one line for each person who needs a human now. It has
ids, names of fields, reasons and Tripletex's request ids, and no value.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from huma_tripletex.outbox.settle import Settlement

log = logging.getLogger(__name__)


def tell_parked(settled: Sequence[Settlement], fields: Mapping[int, Sequence[str]]) -> None:
    """Called once `settled` is committed. `fields`: those of an entry, by its id, for whoever failed as a whole."""
    parked: dict[str, list[Settlement]] = defaultdict(list)
    for one in settled:
        if one.outcome == "parked":
            parked[one.person_id].append(one)
    for person_id, theirs in parked.items():
        log.warning(
            "connection %s: person %s needs attention: %s (%s), request %s",
            theirs[0].connection_id,
            person_id,
            _listed(one.reason for one in theirs),
            _listed(key for one in theirs for key in _fields(one, fields)),
            _listed(one.request_id for one in theirs),
        )


def _fields(one: Settlement, fields: Mapping[int, Sequence[str]]) -> Sequence[str]:
    named: Sequence[str] = (one.detail or {}).get("fields", ())
    return named or [key for number in one.entry_ids for key in fields.get(number, ())]


def _listed(words: Iterable[str]) -> str:
    """Each once, in the order given."""
    return ", ".join(dict.fromkeys(filter(None, words))) or "none"
