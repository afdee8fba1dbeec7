"""What is known to have changed since a sync wrote it: in Huma by looking, in Tripletex by what was last agreed.

What somebody has edited in Tripletex itself is seen when the undo looks there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from huma_tripletex.core.normalise import normalise, same
from huma_tripletex.core.people import HostPerson
from huma_tripletex.gateway.agreement import HashOf, hash_for
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, PersonLink
from huma_tripletex.runtime import Runtime


@dataclass(frozen=True)
class Since:
    """One person as they are now; `person` None: no longer in Huma. `agreed`: hashes by field."""

    person: HostPerson | None = field(repr=False)
    agreed: Mapping[str, str] = field(repr=False)
    hash_of: HashOf

    def why_stays(self, system: str, key: str, earlier: str | None, ours: str | None) -> str:
        """Why the value that was written there is not put back; "": it is still there, as far as is known."""
        held = self.person.values.get(key) if self.person else None
        if system == "tripletex" and (same(key, held, ours) or same(key, held, earlier)):
            return self._in_tripletex(key, earlier, ours)
        if same(key, held, earlier):
            return str(_("Huma has the earlier value again already."))
        return "" if same(key, held, ours) else str(_("Changed in Huma since, so it stays."))

    def _in_tripletex(self, key: str, earlier: str | None, ours: str | None) -> str:
        agreed = self.agreed.get(key)
        if agreed is None or agreed == self.hash_of(key, normalise(key, ours)):
            return ""
        if agreed == self.hash_of(key, normalise(key, earlier)):
            return str(_("Tripletex has the earlier value again already."))
        return str(_("Another value has been sent to Tripletex since, so it stays."))


def look(runtime: Runtime, connection: Connection, people: Sequence[str]) -> Mapping[str, Since]:
    """All of these people; the host is asked once."""
    if not people:
        return {}
    links = select(PersonLink.person_id, PersonLink.agreed).where(
        PersonLink.connection_id == connection.id, PersonLink.person_id.in_(people)
    )
    agreed = {row.person_id: row.agreed for row in runtime.session.execute(links)}
    now = runtime.host.load_people(connection.organisation_id, people)
    return {
        one: Since(now.get(one), agreed.get(one) or {}, hash_for(runtime.vault, connection.id, one)) for one in people
    }
