"""Notes on the links who is no longer there: a person who left Huma stops being updated, and nothing is deleted."""

from __future__ import annotations

from sqlalchemy import select, update

from huma_tripletex.models import PersonLink
from huma_tripletex.planning.comparison import Both
from huma_tripletex.planning.store import CHUNK
from huma_tripletex.runtime import Runtime


def note_leavers(runtime: Runtime, connection_id: int, both: Both) -> None:
    """Brings the links' states in line with who is where. The caller commits.

    A side that is empty says nothing: more likely it could not be read than that everybody has left.
    """
    if not both.people or not both.employees:
        return
    people = {person.id for person in both.people if person.takes_part}
    employees = {employee.id for employee in both.employees}
    links = select(PersonLink.id, PersonLink.person_id, PersonLink.employee_id, PersonLink.state).where(
        PersonLink.connection_id == connection_id,
        PersonLink.employee_id.is_not(None),
        PersonLink.state.in_(("linked", "left_huma", "left_tripletex")),
    )
    news: dict[str, list[int]] = {}
    for link_id, person_id, employee_id, before in runtime.session.execute(links):
        now = "left_huma" if person_id not in people else "left_tripletex" if employee_id not in employees else "linked"
        if now != before:
            news.setdefault(now, []).append(link_id)
    for state, ids in news.items():
        for start in range(0, len(ids), CHUNK):
            chosen = PersonLink.id.in_(ids[start : start + CHUNK])
            runtime.session.execute(
                update(PersonLink).where(chosen).values(state=state).execution_options(synchronize_session=False)
            )
