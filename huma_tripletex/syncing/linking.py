"""Who is who, written down: a link per person, with what both sides agree on. As few statements for all as for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, or_, select

from huma_tripletex.core.employments import choose
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import TripletexEmployee
from huma_tripletex.gateway.agreement import agreed_hash
from huma_tripletex.models import Connection, PersonLink
from huma_tripletex.outbox.withdraw import send_what_was_edited
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.approved import Step

TABLE = cast(Table, PersonLink.__table__)
COLUMNS = [column.name for column in TABLE.columns if column.name != "id"]


class Links:
    """The links of some people and of the employees they are to be, read once."""

    def __init__(self, runtime: Runtime, connection: Connection, steps: Sequence[Step]) -> None:
        self._runtime, self._connection = runtime, connection
        people = [step.person_id for step in steps if step.result.person_id]
        employees = [step.result.employee_id for step in steps if step.result.employee_id]
        either = or_(PersonLink.person_id.in_(people), PersonLink.employee_id.in_(employees))
        rows = runtime.session.scalars(
            select(PersonLink).where(PersonLink.connection_id == connection.id, either).with_for_update()
        ).all()
        self._by_person = {link.person_id: link for link in rows}
        self._by_employee = {link.employee_id: link for link in rows if link.employee_id}
        self._new: list[PersonLink] = []
        self._joined: set[str] = set()

    def of(self, person_id: str) -> PersonLink | None:
        return self._by_person.get(person_id)

    def is_taken(self, step: Step) -> bool:
        """Whether the employee has become somebody else since the plan was approved."""
        other = self._by_employee.get(step.result.employee_id or 0)
        return other is not None and other.person_id != step.result.person_id

    def join(self, person_id: str, employee: TripletexEmployee, matched_by: str, now: datetime) -> bool:
        """Says that this person is that employee, as it was read; returns whether that is news."""
        link = self._by_person.get(person_id)
        if link is None:
            link = PersonLink(connection_id=self._connection.id, person_id=person_id, linked_at=now)
            self._by_person[person_id] = link
            self._new.append(link)
        news = link.employee_id != employee.id or link.state != "linked"
        if news:
            link.agreed, link.doubt_until = {}, None
            link.matched_by, link.linked_at = matched_by, now
            self._joined.add(person_id)
        if news or (link.employee_version or 0) <= employee.version:
            _remember(link, employee)  # otherwise a delivery knows better by now
        return news

    def agree(self, person_id: str, values: Mapping[str, str | None]) -> None:
        """Both sides hold these values now."""
        self.note(person_id, {key: self._hash_of(person_id, key, value) for key, value in values.items()})

    def note(self, person_id: str, hashes: Mapping[str, str]) -> None:
        """The same, of values that are known as hashes already."""
        link = self._by_person[person_id]
        link.agreed = {**(link.agreed or {}), **hashes}

    def save(self) -> None:
        """Inserts the new ones in one statement; the others are written when the session is flushed.

        What was edited of whoever has just been joined is not held back any more.
        """
        rows = [{name: getattr(link, name) for name in COLUMNS} for link in self._new]
        if rows:
            self._runtime.session.execute(insert(TABLE), rows)
        self._new.clear()
        if self._joined:
            session, now = self._runtime.session(), self._runtime.clock()
            send_what_was_edited(session, self._connection.id, sorted(self._joined), now)
        self._joined.clear()

    def forget(self, person_id: str, fields: Sequence[str]) -> None:
        """Both sides differ in these fields again, and nobody knows which is right."""
        link = self._by_person.get(person_id)
        if link is not None:
            link.agreed = {key: seal for key, seal in (link.agreed or {}).items() if key not in fields}

    def _hash_of(self, person_id: str, key: str, value: str | None) -> str:
        return agreed_hash(self._runtime.vault, self._connection.id, person_id, key, normalise(key, value))


def _remember(link: PersonLink, employee: TripletexEmployee) -> None:
    current = choose(employee.employments)
    link.state, link.employee_id, link.employee_version = "linked", employee.id, employee.version
    link.employment_id = current.id if current else None
    link.employment_version = current.version if current else None
    link.employment_count = len(employee.employments)
