"""Reasons and fields in the reader's language. Sentences name people and fields, never values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.core.reasons import reason
from huma_tripletex.i18n import gettext
from huma_tripletex.i18n import lazy_gettext as _

OUTCOMES: Final[Mapping[str, Any]] = {
    "planned": _("not done yet"),
    "created": _("added"),
    "updated": _("changed"),
    "nothing_to_do": _("no change"),
    "skipped": _("left alone"),
    "failed": _("not accepted"),
    "different": _("different after writing"),
    "waiting": _("still waiting"),
    "cancelled": _("stopped"),
}
STILL: Final[Mapping[str, Any]] = {
    "matched": _("not matched"),
    "uncertain": _("not matched"),
    "only_in_huma": _("only in Huma"),
    "only_in_tripletex": _("only in Tripletex"),
    "left_out": _("not compared"),
}
"""What is the matter with somebody none of whose fields can be named, by the kind of their PlanItem."""


def sentence(key: str, name: str, fields: Iterable[str] = ()) -> str:
    """What happened, to whom; empty for no reason."""
    return _filled(reason(key).sentence, name, fields) if key else ""


def next_step(key: str, name: str, fields: Iterable[str] = ()) -> str:
    """What to do about it; empty for no reason."""
    return _filled(reason(key).next_step, name, fields) if key else ""


def field_names(fields: Iterable[str]) -> str:
    """`phone number and bank account number`, as in the middle of a sentence."""
    names = [gettext(BY_KEY[key].label) for key in fields if key in BY_KEY]
    names = [name[:1].lower() + name[1:] for name in names]
    if len(names) < 2:
        return "".join(names)
    return gettext("%(several)s and %(last)s", several=", ".join(names[:-1]), last=names[-1])


def _filled(source: str, name: str, fields: Iterable[str]) -> str:
    return gettext(source).format(name=name or gettext("the person"), field=field_names(fields) or gettext("value"))
