"""Whom somebody means by a part of a name: capitals and accents do not count, and neither do spaces too many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select

from huma_tripletex.models import Connection
from huma_tripletex.models.among import Among
from huma_tripletex.planning.alphabet import sort_key
from huma_tripletex.runtime import Runtime

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])
LONGEST = 100


def part(text: str) -> str:
    """What was typed, as it is looked for and shown again."""
    return " ".join(text.split())[:LONGEST]


def having(text: str) -> Callable[[str], bool]:
    """Whether a name has this in it."""
    wanted = sort_key(part(text))
    return lambda name: wanted in sort_key(name)


def people(runtime: Runtime, connection: Connection, text: str) -> Sequence[str] | None:
    """The ids of those in Huma who have this in their name now; None: nobody in particular is looked for."""
    if not text:
        return None
    is_meant = having(text)
    return [one.id for one in runtime.host.list_people(connection.organisation_id) if is_meant(one.name)]


def about(query: Query, column: Any, person_ids: Sequence[str] | None) -> Query:
    """Only what is about these people. One parameter, however many they are."""
    return query if person_ids is None else query.where(Among(column, "people")).params(people=list(person_ids))
