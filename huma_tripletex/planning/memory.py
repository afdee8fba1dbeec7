"""What was decided earlier: who was not added, who is not the same, what was left, who never takes part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import Values
from huma_tripletex.models import RememberedChoice
from huma_tripletex.runtime import Runtime
from huma_tripletex.vault import Vault

Left = tuple[str | None, int | None, str]


@dataclass(frozen=True)
class Memory:
    """`left` and `undone`: hashes of both sides by person, employee and field. `not_added`: a hash of everything known,
    by person or employee. They hold while the hashes are what they were.
    """

    not_same: frozenset[tuple[str, int]] = frozenset()
    never: frozenset[str] = frozenset()
    left: Mapping[Left, tuple[str, str]] = field(default_factory=dict)
    undone: Mapping[Left, tuple[str, str]] = field(default_factory=dict)
    people_not_added: Mapping[str, str] = field(default_factory=dict)
    employees_not_added: Mapping[int, str] = field(default_factory=dict)


def load(runtime: Runtime, connection_id: int) -> Memory:
    """Everything remembered about a connection, in one statement."""
    rows = runtime.session.scalars(
        select(RememberedChoice).where(RememberedChoice.connection_id == connection_id).order_by(RememberedChoice.id)
    ).all()
    alone = [row for row in rows if row.choice == "not_added"]
    return Memory(
        not_same=frozenset(
            (row.person_id, row.employee_id)
            for row in rows
            if row.choice == "not_same" and row.person_id is not None and row.employee_id is not None
        ),
        never=frozenset(row.person_id for row in rows if row.choice == "never_sync" and row.person_id is not None),
        left=_hashes(rows, "leave"),
        undone=_hashes(rows, "undone"),
        people_not_added={row.person_id: row.hash_huma for row in alone if row.person_id is not None},
        employees_not_added={row.employee_id: row.hash_tripletex for row in alone if row.employee_id is not None},
    )


def _hashes(rows: Sequence[RememberedChoice], choice: str) -> dict[Left, tuple[str, str]]:
    return {
        (row.person_id, row.employee_id, row.field): (row.hash_huma, row.hash_tripletex)
        for row in rows
        if row.choice == choice
    }


def whole_hash(vault: Vault, connection_id: int, who: str, values: Values) -> str:
    """One hash of all that a side knows of somebody: "not added" holds until something about them changes."""
    canonical = [normalise(key, values.get(key)) for key in KEYS]
    return vault.keyed_hash("not added", connection_id, who, *canonical)
