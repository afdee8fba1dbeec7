"""What a choice does beyond its value: it leaves nothing in either system, or ends an employment. Said beside the value
and once more on top of the summary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from huma_tripletex.core.employments import LAST
from huma_tripletex.i18n import gettext as _
from huma_tripletex.i18n import lazy_gettext
from huma_tripletex.web import formatting, words

SYSTEMS = ("huma", "tripletex")
OTHER = {"huma": "tripletex", "tripletex": "huma"}
EMPTIED: Mapping[str, Any] = {
    "given_name": lazy_gettext("Then neither system has a given name."),
    "family_name": lazy_gettext("Then neither system has a family name."),
    "phone_number": lazy_gettext("Then neither system has a phone number. The pay is not affected."),
    "date_of_birth": lazy_gettext("Then neither system has a date of birth, and Tripletex takes nobody without one."),
    "bank_account_number": lazy_gettext("Then neither system has an account that the salary can be paid to."),
    "employee_id": lazy_gettext("Then neither system has an employee ID. The pay is not affected."),
    "first_workday": lazy_gettext("Then neither system has a first workday, which an employment in Tripletex needs."),
    "last_workday": lazy_gettext("Then neither system has a last workday: the employment and the pay go on."),
}
"""What it means, for the pay above all, that a value is nowhere."""


@dataclass(frozen=True)
class Consequence:
    """What one choice does. `clears`: a value is gone afterwards; `asks`: Tripletex wants to know why it ends."""

    choice: str
    title: str = attribute(repr=False)
    meaning: str = ""
    clears: bool = False
    asks: bool = False


def of(key: str, name: str, values: Mapping[str, str | None], choice: str) -> Consequence | None:
    """What it does to take the value of the system `choice`; None: it is written in the other one, and that is all."""
    target = OTHER[choice]
    if values[choice] is None:
        return Consequence(choice, cleared(key, name, target), str(EMPTIED[key]), clears=True)
    if key == LAST:
        return Consequence(choice, ended(name, values[choice], values[target], target), asks=target == "tripletex")
    return None


def cleared(key: str, name: str, system: str) -> str:
    facts = {"field": words.label(key), "name": name}
    if system == "huma":
        return _("%(field)s of %(name)s will be empty in Huma.", **facts)
    return _("%(field)s of %(name)s will be empty in Tripletex.", **facts)


def ended(name: str, day: str | None, before: str | None, system: str) -> str:
    """`before`: the last workday that the system has now."""
    facts = {"name": name, "day": formatting.value(LAST, day), "before": formatting.value(LAST, before)}
    if system == "huma":
        return _("%(name)s gets %(day)s as the last workday in Huma.", **facts)
    if before is not None:
        return _("The employment of %(name)s in Tripletex ends on %(day)s instead of %(before)s.", **facts)
    return _("This ends the employment of %(name)s in Tripletex on %(day)s.", **facts)
