"""The part of a change that goes to the employee object: one PUT, and a look only where one is needed."""

from __future__ import annotations

from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.core.mapping import employee_body
from huma_tripletex.core.people import TripletexEmployee
from huma_tripletex.core.rejections import fields_named
from huma_tripletex.delivery.asking import Asking
from huma_tripletex.delivery.choosing import has_other_value, is_kept, still_worth_sending
from huma_tripletex.delivery.progress import Progress
from huma_tripletex.delivery.work import Work
from huma_tripletex.errors import Invalid, VersionConflict
from huma_tripletex.tripletex.calls import Hidden

BIRTH = "date_of_birth"


def deliver_employee(asking: Asking, work: Work, progress: Progress, fields: set[str]) -> None:
    """Brings these fields of the employee to Huma's values.

    When somebody changed the employee meanwhile, it is read, compared again and tried once more; if it is these very
    fields that were changed, Huma's values are read anew before that. When some values are not accepted, the others are
    sent without them. Raises TripletexError, VersionConflict the second time.
    """
    assert progress.known is not None
    if asking.seen is None and not _is_sure(work, progress.known.employee_version, fields):
        asking.look(progress)
    for others_were_faster in (False, True):
        if asking.seen is not None:
            fields = still_worth_sending(work, progress, asking.seen, fields)
        if others_were_faster and has_other_value(work, asking.seen, fields):
            progress.start_over(fields)
            return
        if not fields:
            return
        try:
            _put_what_is_accepted(asking, work, progress, fields)
            return
        except VersionConflict:
            if others_were_faster or asking.seen is not None:
                raise
            asking.look(progress)


def _put_what_is_accepted(asking: Asking, work: Work, progress: Progress, fields: set[str]) -> None:
    try:
        _put(asking, work, progress, fields)
    except Invalid as error:
        named = fields & set(fields_named(error))
        if named in (set(), fields):
            raise
        progress.failed(named, error, asking.sent)
        if BIRTH in named and asking.seen is None:
            asking.look(progress)  # the others are sent beside Tripletex's own date of birth
        _put(asking, work, progress, fields - named)


def _put(asking: Asking, work: Work, progress: Progress, fields: set[str]) -> None:
    assert progress.known is not None
    number = progress.known.employee_id
    constant = Hidden({"id": number, **_birth(work, fields, asking.seen)})
    body = Hidden(employee_body(work.values, fields, countries=work.terms.countries))
    version = progress.known.employee_version
    answer = asking.update_employee(number, Hidden({**constant, "version": version, **body}))
    progress.remember(employee_version=answer.version)
    if stubborn := {key for key in _not_seen_kept(work, answer, fields) if work.values.get(key) is None}:
        # whether "" or null empties a field is not documented
        empty = {BY_KEY[key].tripletex: None for key in stubborn}
        answer = asking.update_employee(number, Hidden({**constant, "version": answer.version, **empty}))
        progress.remember(employee_version=answer.version)
    different = _not_kept(work, answer, fields)
    progress.delivered(fields - different)
    progress.not_kept(different)


def _not_kept(work: Work, answer: TripletexEmployee, fields: set[str]) -> set[str]:
    return {key for key in fields if not is_kept(work, answer, key)}


def _not_seen_kept(work: Work, answer: TripletexEmployee, fields: set[str]) -> set[str]:
    """Also what the token may not see: whether it was kept, nobody can tell."""
    return _not_kept(work, answer, fields) | fields.intersection(answer.unseen)


def _birth(work: Work, fields: set[str], seen: TripletexEmployee | None) -> dict[str, object]:
    """Tripletex wants a date of birth with every change: Huma's only if it is being delivered or is the agreed one."""
    if BIRTH in fields:
        return {}  # it is in the body already
    own = seen.values.get(BIRTH) if seen else work.values.get(BIRTH)
    return {"dateOfBirth": own} if own else {}


def _is_sure(work: Work, version: int | None, fields: set[str]) -> bool:
    """Whether enough is known of the employee to send without a look."""
    if version is None or (any(work.is_as_approved(key) for key in fields) and not work.is_as_compared(version)):
        return False
    return BIRTH in fields or (work.is_agreed(BIRTH) and not work.unsure)
