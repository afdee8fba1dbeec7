"""Whom an administrator has left out of every sync: asked by deliveries and runs, for a batch at once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, bindparam, select

from huma_tripletex.models import RememberedChoice
from huma_tripletex.models.among import Among
from huma_tripletex.runtime import Runtime

CONNECTION: BindParameter[int] = bindparam("connection")
LEFT_OUT = select(RememberedChoice.person_id).where(
    RememberedChoice.connection_id == CONNECTION,
    Among(RememberedChoice.person_id, "people"),
    RememberedChoice.choice == "never_sync",
)


def never_synced(runtime: Runtime, connection_id: int, person_ids: Sequence[str]) -> set[str]:
    """Those of these people."""
    given = {"connection": connection_id, "people": list(person_ids)}
    return {person_id for person_id in runtime.session.execute(LEFT_OUT, given).scalars() if person_id}
