"""What holds for everybody of a connection while a batch is delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from huma_tripletex.gateway.reading import countries_by_id, hides_accounts
from huma_tripletex.models import Connection, ConnectionOptions
from huma_tripletex.tripletex.session import OSLO


@dataclass(frozen=True)
class Terms:
    """Options, and what is known of the company. `countries`: Tripletex's ids by ISO code; `today`: in Norway."""

    options: ConnectionOptions
    countries: Mapping[str, int]
    country_names: Mapping[int, str]
    divisions: tuple[int, ...]
    departments: tuple[int, ...]
    bank_hidden: bool
    today: date

    @property
    def division(self) -> int | None:
        """The division of a new employment: the chosen one, or the only one there is."""
        return self.options.division_id or _only(self.divisions)

    @property
    def department(self) -> int | None:
        """The department of a new employee: the chosen one, or the only one there is."""
        return self.options.department_id or _only(self.departments)


def terms_of(connection: Connection, now: datetime) -> Terms:
    """The terms of a connection, from its row alone."""
    facts = connection.company_facts
    return Terms(
        options=ConnectionOptions.read(connection.options),
        countries=connection.countries,
        country_names=countries_by_id(connection),
        divisions=tuple(division["id"] for division in facts.get("divisions", ())),
        departments=tuple(department["id"] for department in facts.get("departments", ())),
        bank_hidden=hides_accounts(connection),
        today=now.astimezone(OSLO).date(),
    )


def _only(ids: tuple[int, ...]) -> int | None:
    return ids[0] if len(ids) == 1 else None
