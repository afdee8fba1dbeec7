"""A new person in Tripletex, in two steps that can each be looked up again: the employee, then the employment.

Tripletex has no idempotency keys. So before the first request the link says `creating` and keeps hashes of what is
sent; whoever finds that looks whether the employee is there, and only proven absence lets a later attempt create again:
nobody is there, and what was sent can no longer be carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from huma_tripletex.core.fields import EMPLOYEE_KEYS, EMPLOYMENT_KEYS, KEYS
from huma_tripletex.core.mapping import new_employee_body
from huma_tripletex.core.normalise import problem, same
from huma_tripletex.core.people import TripletexEmployee
from huma_tripletex.delivery.asking import Asking
from huma_tripletex.delivery.choosing import is_kept
from huma_tripletex.delivery.employment_part import FIRST, LAST, begin_employment
from huma_tripletex.delivery.finding import find_ours, has_another_value, the_one
from huma_tripletex.delivery.progress import Progress, known_of
from huma_tripletex.delivery.referring import with_department
from huma_tripletex.delivery.resembling import resembling
from huma_tripletex.delivery.work import Known, Work
from huma_tripletex.errors import Invalid, NotFound
from huma_tripletex.tripletex.calls import Hidden

REQUIRED = ("given_name", "family_name", "date_of_birth")


def obstacle(work: Work) -> str:
    """Why this person cannot be created, said without a call; "": nothing is in the way."""
    for key in REQUIRED:
        if why := problem(key, work.values.get(key)):
            return why
    terms = work.terms
    if terms.departments and terms.department is None:
        return "department_missing"
    if work.values.get(FIRST) and terms.divisions and terms.division is None:
        return "division_missing"
    return ""


def sent_hashes(work: Work) -> Mapping[str, str]:
    """What the link keeps of a create that is about to be sent."""
    return {key: work.hash_of(key, work.values.get(key)) for key in KEYS}


def create(asking: Asking, work: Work, progress: Progress) -> None:
    """Makes the employee and the employment, unless nobody has been asked and somebody there may be the same person.
    Raises TripletexError.
    """
    sendable = sendable_fields(work)
    answer, resembles = None, False
    if asking.share:
        answer, progress.request_id = asking.share.take(asking, work)
        resembles = asking.share.resembles(work)
    elif work.unasked:
        resembles = bool(resembling(asking, [work]))
    if resembles:
        return progress.parked(work.fields, "resembles_somebody")
    return after_creation(asking, work, progress, answer or _created(asking, work, progress, sendable), sendable)


def _created(asking: Asking, work: Work, progress: Progress, sendable: set[str]) -> TripletexEmployee:
    body: Mapping[str, object] = new_body(work, sendable)
    try:
        return asking.create_employee(body)
    except (Invalid, NotFound) as error:
        changed = with_department(asking, work, progress, body, error)
        if changed is None:
            raise
        return asking.create_employee(changed)


def look_for_created(asking: Asking, work: Work, progress: Progress) -> None:
    """Finds whom an earlier create made; nobody found, when it can no longer be carried out, proves that it was not.
    Writes nothing.

    Somebody may have entered the person by hand meanwhile. Who has everything that was sent is taken for the same, as
    by any human who looks at them, and nothing there is changed by that. Who has another value, or may be the same
    person by other signs, is asked about.
    """
    found = find_ours(asking, work)
    if mine := the_one(found):
        if has_another_value(work, mine):
            progress.parked(work.fields, "resembles_somebody")
        else:
            _adopt(work, progress, mine)
    elif found:
        progress.parked(work.fields, "found_several")
    elif seconds := work.seconds_in_doubt(asking.clock()):
        progress.doubt(work.fields, seconds)
    else:
        progress.absent = True
        if work.creates and resembling(asking, [replace(work, unasked=True)]):
            progress.parked(work.fields, "resembles_somebody")
        elif work.creates:
            progress.put_off(work.fields)  # the next attempt may create
        else:
            progress.left_alone(work.fields, "not_linked")


def new_body(work: Work, sendable: set[str]) -> dict[str, object]:
    """What a new employee is created with."""
    terms = work.terms
    body = new_employee_body(
        {key: work.values[key] for key in sendable},
        email=work.email,
        user_type=terms.options.user_type,
        department_id=terms.department,
        countries=terms.countries,
    )
    return Hidden(body)


def sendable_fields(work: Work) -> set[str]:
    """The fields that have a value and one that Tripletex can hold."""
    return {key for key in KEYS if work.values.get(key) and not problem(key, work.values[key])}


def after_creation(
    asking: Asking, work: Work, progress: Progress, answer: TripletexEmployee, sendable: set[str]
) -> None:
    """The second half of a create: notes the answer, and makes the employment. Raises TripletexError."""
    progress.known = Known(answer.id, answer.version, employment_count=0)
    _note(work, progress, answer, sendable)
    if FIRST in sendable:
        begin_employment(asking, work, progress, sendable & EMPLOYMENT_KEYS, 0)
    elif LAST in sendable:
        progress.parked([LAST], "first_workday_missing")


def _note(work: Work, progress: Progress, answer: TripletexEmployee, sendable: set[str]) -> None:
    own = EMPLOYEE_KEYS & sendable
    kept = {key for key in own if is_kept(work, answer, key)}
    progress.delivered(kept)
    progress.not_kept(own - kept)
    progress.equal_already(key for key in KEYS if not work.values.get(key))
    for key in KEYS:
        if work.values.get(key) and key not in sendable:
            progress.parked([key], problem(key, work.values[key]) or "rejected")


def _adopt(work: Work, progress: Progress, found: TripletexEmployee) -> None:
    """Links whom an earlier attempt made, and leaves the rest to the next attempt.

    Nothing is written before that link is in the database: an update would change what the next look searches for.
    """
    progress.known = known_of(found, {})
    equal = {key for key in KEYS if same(key, found.values.get(key), work.values.get(key))}
    sent = {key for key in equal if work.values.get(key)}
    progress.delivered(sent, "found_afterwards")
    progress.equal_already(equal - sent)
    progress.put_off(work.fields - equal)
