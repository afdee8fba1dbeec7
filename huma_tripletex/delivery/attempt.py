"""One attempt to deliver one person: HTTP and rules, no database. Runs in a lane.

Here an entry becomes a request: by `employee_part` and `employment_part` for a change, `creation` for a new person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from huma_tripletex.core.fields import EMPLOYEE_KEYS, EMPLOYMENT_KEYS
from huma_tripletex.delivery.asking import Api, Asking, LeaseLost, Share
from huma_tripletex.delivery.choosing import choose_fields
from huma_tripletex.delivery.creation import create, look_for_created, obstacle
from huma_tripletex.delivery.doubting import doubt_what_is_settled
from huma_tripletex.delivery.employee_part import deliver_employee
from huma_tripletex.delivery.employment_part import deliver_employment
from huma_tripletex.delivery.guard import unforeseen
from huma_tripletex.delivery.only_looking import only_look
from huma_tripletex.delivery.progress import Progress
from huma_tripletex.delivery.work import Work
from huma_tripletex.errors import Invalid, TripletexError, Unauthorised, VersionConflict

log = logging.getLogger(__name__)


def attempt(
    api: Api, work: Work, *, may_write: Callable[[], bool], clock: Callable[[], datetime], share: Share | None = None
) -> Progress:
    """Tries to make Tripletex agree about the fields of `work`. Never raises: whatever happens becomes an outcome.

    When `may_write` says no before a write, what is left is put off: the person may be somebody else's by now.
    """
    progress = Progress(known=work.known)
    asking = Asking(api, work.terms, may_write, clock, share)
    if error := unforeseen(lambda: _deliver(asking, work, progress)):
        log.error("delivering a person failed for a reason of our own: %s", error)
        progress.internal(work.fields, may_be_done=asking.sent_at is not None)
    progress.sent_at = asking.sent_at
    progress.request_id = progress.request_id or (api.request_id() if asking.sent_at else "")
    return progress


def _deliver(asking: Asking, work: Work, progress: Progress) -> None:
    try:
        with asking.api.checked(asking.check):
            if work.known is None:
                _create(asking, work, progress)
            else:
                _change(asking, work, progress)
    except LeaseLost:
        progress.put_off(work.fields)


def _create(asking: Asking, work: Work, progress: Progress) -> None:
    if work.tried is None and (why := obstacle(work)):
        return progress.parked(work.fields, why)
    try:
        if work.tried is None:
            create(asking, work, progress)
        else:
            look_for_created(asking, work, progress)
    except TripletexError as error:
        progress.failed(work.fields - set(progress.outcomes), error, asking.sent)
    return None


def _change(asking: Asking, work: Work, progress: Progress) -> None:
    try:
        _deliver_parts(asking, work, progress)
    finally:
        doubt_what_is_settled(asking, work, progress)


def _deliver_parts(asking: Asking, work: Work, progress: Progress) -> None:
    wanted = choose_fields(work, progress)
    sent = wanted - work.looks
    parts = (
        (only_look, wanted & work.looks),
        (deliver_employee, sent & EMPLOYEE_KEYS),
        (deliver_employment, sent & EMPLOYMENT_KEYS),
    )
    for deliver, fields in parts:
        if not fields:
            continue
        try:
            deliver(asking, work, progress, fields)
        except TripletexError as error:
            progress.failed(fields - set(progress.outcomes), error, asking.sent)
            if not _concerns_only_this(error):
                return progress.failed(wanted - set(progress.outcomes), error, asking.sent)
    return None


def _concerns_only_this(error: TripletexError) -> bool:
    """Whether the other object may still be written: this one was not accepted as it is."""
    return isinstance(error, (Invalid, VersionConflict)) and not isinstance(error, Unauthorised)
