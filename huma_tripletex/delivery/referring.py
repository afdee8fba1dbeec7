"""The division and the department that new objects refer to, asked for once more where what is remembered of them has
proven outdated: one was added since, or the one that was sent is gone.
"""

from __future__ import annotations

from collections.abc import Mapping

from huma_tripletex.delivery.asking import Asking
from huma_tripletex.delivery.progress import Progress
from huma_tripletex.delivery.work import Work
from huma_tripletex.errors import NotFound, Refused, TripletexError
from huma_tripletex.tripletex.calls import Hidden

Body = Mapping[str, object]


def with_division(asking: Asking, work: Work, progress: Progress, body: Body, error: Refused) -> Body | None:
    """The same employment with the only division there is now; None: the refusal is about something else, or somebody
    has to choose.
    """
    if not _is_about("division", body, error):
        return None
    try:
        divisions = asking.api.divisions()
    except TripletexError:
        return None
    progress.facts["divisions"] = [{"id": one.id, "name": one.name} for one in divisions]
    only = divisions[0].id if len(divisions) == 1 else None
    return _with("division", only, work.terms.options.division_id, body)


def with_department(asking: Asking, work: Work, progress: Progress, body: Body, error: Refused) -> Body | None:
    """The same employee in the only department there is now; None: as with divisions."""
    if not _is_about("department", body, error):
        return None
    try:
        departments = [one for one in asking.api.departments() if not one.is_inactive]
    except TripletexError:
        return None
    progress.facts["departments"] = [{"id": one.id, "name": one.name} for one in departments]
    only = departments[0].id if len(departments) == 1 else None
    return _with("department", only, work.terms.options.department_id, body)


def _is_about(name: str, body: Body, error: Refused) -> bool:
    """Whether it is missing, or what it refers to is: a 404 does not say what was not found."""
    return name in body if isinstance(error, NotFound) else name not in body and error.names(name)


def _with(name: str, only: int | None, chosen: int | None, body: Body) -> Body | None:
    """What somebody chose is not replaced by what they did not."""
    reference = {"id": only}
    return None if only is None or chosen or body.get(name) == reference else Hidden({**body, name: reference})
