"""What people of plans and runs are called: as sealed then, or, when that was forgotten, as the host knows them now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from huma_tripletex.errors import NotReadable
from huma_tripletex.i18n import gettext
from huma_tripletex.models import Connection
from huma_tripletex.runtime import Runtime


class Named(Protocol):
    """Whatever has a name."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Known:
    """Somebody with the name that was sealed; "": it is gone."""

    person_id: str | None
    employee_id: int | None
    name: str = field(repr=False)


def names(runtime: Runtime, connection: Connection, who: Sequence[Known]) -> list[str]:
    """A name for each; the host is asked once, and only for those whose name is gone."""
    lost = [one.person_id for one in who if one.person_id and not one.name]
    people = runtime.host.load_people(connection.organisation_id, lost) if lost else {}
    current = {person_id: person.name for person_id, person in people.items()}
    return [one.name or _fallback(one, current.get(one.person_id or "", "")) for one in who]


def sealed_name(runtime: Runtime, sealed: bytes | None, decode: Callable[[bytes], Named], *context: str | int) -> str:
    """The name in what was sealed; "" where it was emptied since, or its key is gone."""
    if sealed is None:
        return ""
    try:
        return decode(runtime.vault.open(sealed, *context)).name
    except NotReadable:
        return ""


def _fallback(one: Known, current: str) -> str:
    if one.person_id:
        return current or gettext("Person %(id)s", id=one.person_id)
    return gettext("Somebody in Tripletex whose name is no longer kept (%(id)s)", id=one.employee_id)
