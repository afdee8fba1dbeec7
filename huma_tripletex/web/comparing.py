"""How far a comparison has come, as the steps that a person can follow."""

from __future__ import annotations

from typing import Any

from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import ngettext
from huma_tripletex.models import SyncPlan
from huma_tripletex.web.formatting import number
from huma_tripletex.web.words import COMPARING

Step = tuple[str, str, str | None]
"""Key, words, and how much it came to; None while it has not ended."""


def steps(plan: SyncPlan) -> list[Step]:
    counts = plan.counts
    amounts = {
        "huma": _amount(counts, "huma", ngettext("%(num)s person", "%(num)s people", counts.get("huma", 0))),
        "tripletex": _amount(
            counts, "tripletex", ngettext("%(num)s employee", "%(num)s employees", counts.get("tripletex", 0))
        ),
        "matching": _amount(counts, "matched", _("%(count)s matched", count=number(counts.get("matched", 0)))),
        "comparing": None,
    }
    return [(key, str(COMPARING[key]), amount) for key, amount in amounts.items()]


def _amount(counts: dict[str, Any], key: str, words: str) -> str | None:
    return words if key in counts else None
