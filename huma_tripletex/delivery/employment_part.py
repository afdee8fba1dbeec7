"""The part of a change that goes to an employment: first and last workday, by the rule of `core.employments`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from huma_tripletex.core.employments import Ask, CorrectPeriod, NewPeriod, NoChange, about, change_for
from huma_tripletex.core.mapping import new_employment_body
from huma_tripletex.core.normalise import same
from huma_tripletex.core.people import EmploymentPeriod, TripletexEmployee, Values
from huma_tripletex.delivery.asking import Asking
from huma_tripletex.delivery.choosing import has_other_value, is_as_compared, still_worth_sending
from huma_tripletex.delivery.doubting import seconds_until_begun
from huma_tripletex.delivery.progress import Progress, may_be_done
from huma_tripletex.delivery.referring import with_division
from huma_tripletex.delivery.work import Known, Work
from huma_tripletex.errors import Invalid, NotFound, TripletexError, VersionConflict
from huma_tripletex.tripletex.calls import Hidden

FIRST, LAST = "first_workday", "last_workday"


def deliver_employment(asking: Asking, work: Work, progress: Progress, fields: set[str]) -> None:
    """Brings first and last workday to Huma's values, on the right employment or on a new one.

    When somebody was faster, as `deliver_employee`. Raises TripletexError, VersionConflict the second time.
    """
    assert progress.known is not None
    periods = remembered_periods(work, progress.known, fields)
    for last in (False, True):
        if periods is None or last:
            periods = (asking.seen or asking.look(progress)).employments
        if asking.seen is not None:
            work = _about_the_same(work, asking.seen)
            seen = about(asking.seen, work.values.get(FIRST), work.terms.today)
            fields = still_worth_sending(work, progress, seen, fields)
            fields = _of_the_employment_compared(work, progress, seen, fields)
            if last and has_other_value(work, seen, fields):
                progress.start_over(fields)
                return
        if not fields:
            return
        try:
            _deliver(asking, work, progress, fields, periods)
            return
        except (VersionConflict, NotFound):
            if last or asking.seen is not None:
                raise


def _about_the_same(work: Work, seen: TripletexEmployee) -> Work:
    """A last workday that is put back leaves the employment it was written on, whatever first workday Huma has by now:
    the same undo may have put that back as well.
    """
    if LAST not in work.restores or FIRST in work.restores or LAST not in work.approved:
        return work
    written = [one for one in seen.employments if work.hash_of(LAST, one.end) == work.approved[LAST][1]]
    return replace(work, values={**work.values, FIRST: written[0].start}) if len(written) == 1 else work


def _of_the_employment_compared(work: Work, progress: Progress, seen: TripletexEmployee, fields: set[str]) -> set[str]:
    """Without those that a run was approved for, if either workday has changed in Tripletex since: then it is not the
    employment, or not the state of it, that was compared, and a correction might begin another one.
    """
    approved = {key for key in fields if work.is_as_approved(key)}
    if not approved or all(is_as_compared(work, seen, key) for key in (FIRST, LAST)):
        return fields
    progress.left_alone(approved, "changed_in_tripletex")
    return fields - approved


def remembered_periods(work: Work, known: Known, fields: set[str]) -> Sequence[EmploymentPeriod] | None:
    """The one employment as the link remembers it, where that is enough for the rule; None: Tripletex must be read.

    It is enough unless somebody begins anew: whether a later first workday corrects an employment or begins another one
    depends on the last workday that Tripletex has. What a run was approved for may differ from what was agreed.
    """
    if work.unsure or any(work.is_as_approved(key) for key in fields):
        return None
    if known.employment_count != 1 or known.employment_id is None or known.employment_version is None:
        return None
    start = work.values.get(FIRST) if work.is_agreed(FIRST) else None
    if work.is_agreed(LAST):
        end = work.values.get(LAST)
    elif known.agreed.get(LAST) == work.hash_of(LAST, None):
        end = None
    elif FIRST in fields or not (start or work.values.get(LAST)):
        return None
    else:  # some other day than Huma's; which one makes no difference to what is sent
        end = None if work.values.get(LAST) else start
    return [EmploymentPeriod(known.employment_id, known.employment_version, start, end)]


def _deliver(
    asking: Asking, work: Work, progress: Progress, fields: set[str], periods: Sequence[EmploymentPeriod]
) -> None:
    change = change_for(periods, work.values, fields, work.terms.today)
    match change:
        case NoChange():
            progress.equal_already(fields)
        case Ask(reason):
            progress.parked(fields, reason)
        case CorrectPeriod():
            _correct(asking, work, progress, fields, change, len(periods))
        case NewPeriod() if seconds := seconds_until_begun(asking, work, progress):
            progress.doubt(fields, seconds)  # one may be begun yet
        case NewPeriod(start, end):
            begin_employment(asking, work, progress, fields, len(periods), {FIRST: start, LAST: end})


def _correct(
    asking: Asking, work: Work, progress: Progress, fields: set[str], change: CorrectPeriod, count: int
) -> None:
    said = _end_reason(asking, work, progress, change)
    body = Hidden({"id": change.id, "version": change.version, **change.body, **said})
    answer = _put(asking, work, progress, change.id, body)
    if change.body.get("endDate", ...) is None and answer.end:
        # whether null or "" empties a date is not documented; and as long as there is one, its reason may have to stay
        empty = {"id": change.id, "version": answer.version, "endDate": "", "employmentEndReason": None}
        answer = _put(asking, work, progress, change.id, empty)
    elif change.body.get("endDate") and answer.end_reason == "" and "employmentEndReason" not in body:
        # it ended before, without a reason, and Tripletex does not ask for one
        reason = {"id": change.id, "version": answer.version, "employmentEndReason": work.end_reason}
        answer = asking.update_employment(change.id, reason)
    _note(work, progress, fields, answer, count)
    if body.get("employmentEndReason", "") is None and answer.end_reason:
        progress.remarked(LAST, "end_reason_stays")


def _end_reason(asking: Asking, work: Work, progress: Progress, change: CorrectPeriod) -> Mapping[str, object]:
    """What goes along about the reason: it is reported to the authorities, so one that Tripletex has is left unless a
    run was approved with another; an employment that goes on again has none, since it is reported together with the
    end and would otherwise count, unseen, for the next one.
    """
    if "endDate" not in change.body:
        return {}
    if LAST in work.restores:  # an ending that had no reason is given back without one
        return {"employmentEndReason": work.approved_reason or None}
    if change.body["endDate"] is None:
        return {"employmentEndReason": None}
    left = not work.approved_reason and _may_have_reason(asking, work, progress, change.id)
    return {} if left else {"employmentEndReason": work.end_reason}


def _may_have_reason(asking: Asking, work: Work, progress: Progress, number: int) -> bool:
    """Whether the employment ends already, as far as we know, and not without saying why. If what we remember is
    outdated, Tripletex asks for the reason, or its answer shows none.
    """
    assert progress.known is not None
    if asking.seen is None:
        return progress.known.agreed.get(LAST) != work.hash_of(LAST, None)
    return any(one.id == number and one.end and one.end_reason != "" for one in asking.seen.employments)


def _put(asking: Asking, work: Work, progress: Progress, number: int, body: Mapping[str, object]) -> EmploymentPeriod:
    """Corrects an employment. What it lacks and Tripletex wants besides goes along once that is said, so that nothing
    that is there already is overwritten. A reason that Tripletex does not let go of stays.
    """
    try:
        return asking.update_employment(number, body)
    except Invalid as error:
        if error.names("employmentEndReason") and body.get("employmentEndReason", "") is None:
            kept = Hidden({name: value for name, value in body.items() if name != "employmentEndReason"})
            return asking.update_employment(number, kept)
        wanted = {**_division(work), "employmentEndReason": work.end_reason}
        lacking = {name: value for name, value in wanted.items() if error.names(name) and name not in body}
        changed = Hidden({**body, **lacking}) if lacking else with_division(asking, work, progress, body, error)
        if changed is None:
            raise
        return _put(asking, work, progress, number, changed)


def _division(work: Work) -> Mapping[str, object]:
    return {"division": {"id": work.terms.division}} if work.terms.division else {}


def begin_employment(
    asking: Asking, work: Work, progress: Progress, fields: set[str], others: int, days: Values | None = None
) -> None:
    """Adds an employment to an employee who has `others`; `days` None: with Huma's own. Raises TripletexError."""
    assert progress.known is not None
    if work.terms.divisions and work.terms.division is None:
        return progress.parked(fields, "division_missing")
    values = Hidden({**work.values, **(days or {})})
    number, division = progress.known.employee_id, work.terms.division
    body = Hidden(new_employment_body(number, values, division_id=division, end_reason=work.end_reason))
    try:
        answer = _begun(asking, work, progress, body)
    except TripletexError as error:
        if may_be_done(error):
            progress.remember(employment_count=None)
        raise
    _note(work, progress, fields, answer, others + 1)
    return None


def _begun(asking: Asking, work: Work, progress: Progress, body: Mapping[str, object]) -> EmploymentPeriod:
    try:
        return asking.create_employment(body)
    except (Invalid, NotFound) as error:
        changed = with_division(asking, work, progress, body, error)
        if changed is None:
            raise
        return asking.create_employment(changed)


def _note(work: Work, progress: Progress, fields: set[str], answer: EmploymentPeriod, count: int) -> None:
    progress.remember(employment_id=answer.id, employment_version=answer.version, employment_count=count)
    shown = {FIRST: answer.start, LAST: answer.end}
    kept = {key for key in fields if same(key, shown[key], work.values.get(key))}
    progress.delivered(kept)
    progress.not_kept(fields - kept)
