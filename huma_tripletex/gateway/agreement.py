"""The agreement: per person and field a keyed hash of the value that both systems last held.

It says "the same as then" without saying what, so that a third party of every comparison may rest in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from huma_tripletex.core.people import Values
from huma_tripletex.models import PersonLink
from huma_tripletex.vault import Vault

HashOf = Callable[[str, str | None], str]
"""From a field's key and its canonical value to the hash; bound to one person of one connection."""


def agreed_hash(vault: Vault, connection_id: int, person_id: str, field: str, canonical: str | None) -> str:
    """The hash of one canonical value (None: nothing there) of one person."""
    return vault.keyed_hash("agreement", connection_id, person_id, field, canonical)


def hash_for(vault: Vault, connection_id: int, person_id: str) -> HashOf:
    """`agreed_hash` of one person, as a function that the pure rules can be given."""

    def hash_of(field: str, canonical: str | None) -> str:
        return agreed_hash(vault, connection_id, person_id, field, canonical)

    return hash_of


def agree(link: PersonLink, vault: Vault, connection_id: int, values: Values, fields: Iterable[str]) -> None:
    """Notes on the link that both sides now hold `values` (canonical) in `fields`; others keep their agreement."""
    hash_of = hash_for(vault, connection_id, link.person_id)
    link.agreed = {**link.agreed, **{field: hash_of(field, values.get(field)) for field in fields}}
