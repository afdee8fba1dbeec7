"""The words for what rows hold as keys: fields, matches, outcomes, acts. English here, Norwegian in the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from huma_tripletex.core.fields import BY_KEY, FIELDS
from huma_tripletex.core.reasons import PASSING
from huma_tripletex.i18n import gettext
from huma_tripletex.i18n import lazy_gettext as _
from huma_tripletex.reporting import sentences
from huma_tripletex.reporting.sentences import OUTCOMES, STILL

MATCHED_BY: Mapping[str, Any] = {
    "link": _("matched in an earlier sync"),
    "employee_id": _("matched by employee ID"),
    "email": _("matched by email address"),
    "name_and_birth": _("matched by name and date of birth"),
    "name_and_phone": _("matched by name and phone number"),
    "chosen": _("matched by you"),
    "created_in_huma": _("added to Huma from Tripletex"),
    "created_in_tripletex": _("added to Tripletex from Huma"),
}
GOOD_TO_KNOW: Mapping[str, Any] = {
    "given_name": _("Cannot be empty in Tripletex."),
    "family_name": _("Cannot be empty in Tripletex."),
    "phone_number": _("912 34 567 and +47 91234567 count as the same number."),
    "date_of_birth": _("Tripletex needs it for everyone, and does not let it be changed after the first a‑melding."),
    "bank_account_number": _("11 digits, checked before they are sent. Salary is paid to the account in Tripletex."),
    "employee_id": _("Must be different for each employee."),
    "first_workday": _("Start of the employment. A later one after the last workday starts a new employment."),
    "last_workday": _("End of the employment. Empty while the person works here."),
}
KINDS: Mapping[str, Any] = {
    "": _("All"),
    "conflict": _("Conflicts"),
    "missing_in_huma": _("Missing in Huma"),
    "missing_in_tripletex": _("Missing in Tripletex"),
    "undecided": _("To choose"),
    "remembered": _("Left as they are, earlier"),
}
SIDES: Mapping[str, Any] = {
    "": _("no change"),
    "written": _("changed"),
    "added": _("added"),
    "nothing_to_do": _("no change"),
    "skipped": _("left alone"),
    "failed": _("not accepted"),
    "different": _("different after writing"),
    "waiting": _("still waiting"),
    "cancelled": _("stopped"),
    "handed_over": _("on its way"),
}
ACTS: Mapping[str, Any] = {
    "connected": _("Connected Tripletex"),
    "token_replaced": _("Replaced the token"),
    "recovered": _("The token is accepted again"),
    "paused": _("Paused the integration"),
    "resumed": _("Resumed the integration"),
    "disconnected": _("Disconnected Tripletex"),
    "options": _("Changed the settings"),
    "compared": _("Compared Huma and Tripletex"),
    "approved": _("Pressed Sync users"),
    "tried": _("Pressed Sync users for a few people"),
    "undone": _("Undid a sync"),
    "never_sync": _("Left out of every sync"),
    "sync_again": _("Takes part in syncs again"),
    "needs_attention": _("Tripletex stopped accepting the token"),
    "cancelled": _("Stopped the sync"),
    "undo_cancelled": _("Stopped the undo"),
    "retried": _("Tried again"),
    "dismissed": _("Dismissed"),
    "revealed": _("Looked at a masked value"),
}

SYSTEMS: Mapping[str, Any] = {"huma": _("In Huma"), "tripletex": _("In Tripletex")}
WHERE: Mapping[str, Any] = {"huma": _("in Huma"), "tripletex": _("in Tripletex")}
CHANGED_BY: Mapping[str, Any] = {
    "huma": _("Changed in Huma since the last sync."),
    "tripletex": _("Changed in Tripletex since the last sync."),
    "both": _("Changed in both since the last sync."),
    "undone": _("Put back by an undo."),
}
COMPARING: Mapping[str, Any] = {
    "queued": _("Waiting for its turn"),
    "huma": _("Reading people in Huma"),
    "tripletex": _("Reading employees in Tripletex"),
    "matching": _("Finding out who is who"),
    "comparing": _("Comparing 8 fields for each person"),
    "done": _("Done"),
}
USER_TYPES: Mapping[str, Any] = {
    "NO_ACCESS": _("no access to Tripletex"),
    "STANDARD": _("standard access"),
    "EXTENDED": _("extended access"),
}
END_REASONS: Mapping[str, Any] = {
    "EMPLOYMENT_END_EMPLOYEE": _("The employee gave notice"),
    "EMPLOYMENT_END_EMPLOYER": _("The employer gave notice"),
    "EMPLOYMENT_END_EXPIRED": _("The employment was for a limited time"),
    "EMPLOYMENT_END_INTERNAL_CHANGE": _("Internal change"),
    "EMPLOYMENT_END_SYSTEM_OR_ACCOUNTANT_CHANGE": _("Change of system or accountant"),
    "EMPLOYMENT_END_WRONGLY_REPORTED": _("It was reported by mistake"),
}


def label(field: str) -> str:
    """The field's name in the reader's language."""
    return gettext(BY_KEY[field].label) if field in BY_KEY else field


def labels(fields: Iterable[str]) -> str:
    """`Phone number, bank account number`: a list that begins like a sentence."""
    names = [label(field) for field in fields]
    return ", ".join([*names[:1], *(name[:1].lower() + name[1:] for name in names[1:])])


def sentence(key: str, *, name: str = "", fields: Iterable[str] = ()) -> str:
    """What happened, in a sentence; empty for no reason."""
    return _begun(sentences.sentence(key, name, fields))


def next_step(key: str, *, name: str = "", fields: Iterable[str] = ()) -> str:
    """What to do about it."""
    return _begun(sentences.next_step(key, name, fields))


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


FOR_TEMPLATES: dict[str, Any] = {
    "FIELDS": FIELDS,
    "MATCHED_BY": MATCHED_BY,
    "GOOD_TO_KNOW": GOOD_TO_KNOW,
    "KINDS": KINDS,
    "OUTCOMES": OUTCOMES,
    "ACTS": ACTS,
    "PASSING": PASSING,
    "SIDES": SIDES,
    "STILL": STILL,
    "SYSTEMS": SYSTEMS,
    "WHERE": WHERE,
    "CHANGED_BY": CHANGED_BY,
    "END_REASONS": END_REASONS,
    "COMPARING": COMPARING,
    "label": label,
    "labels": labels,
    "sentence": sentence,
    "next_step": next_step,
}
