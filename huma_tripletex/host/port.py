"""The port to the host: the one object in which a host hands over what only it knows.

A host whose people are one SQLAlchemy model gives that model and how the supported fields are spelled on it; the rest
has working defaults (see `host.models`). Anything may be replaced by a function of the host's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_sqlalchemy import SQLAlchemy

from huma_tripletex.core.people import HostPerson, Values


@dataclass(frozen=True)
class HostUser:
    """Somebody who may use the pages or get an email. `locale` is "nb" or "en"."""

    id: str
    name: str
    email: str = field(repr=False)
    locale: str = "en"


@dataclass(frozen=True)
class Email:
    """One email, ready to send. `key` is the same when the same email is sent again; use it as Message-ID."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    key: str


@dataclass(frozen=True)
class PersonModel:
    """A mapped class that holds supported fields.

    `fields` maps our field keys to its attributes. `person_id` and `organisation_id` name the attributes that say whose
    values they are (for a table of workdays or accounts: the columns that lead to the person; an `organisation_id` of
    "" when only the main model knows it). The first model of a `Host` is the main one: a row of it is a person. `email`
    and `takes_part` name attributes of the main model, or are None.
    """

    model: type[Any]
    fields: Mapping[str, str]
    person_id: str = "id"
    organisation_id: str = "organisation_id"
    email: str | None = None
    takes_part: str | None = None


@dataclass(frozen=True, kw_only=True)
class Host:
    """What the host hands over. Functions are called inside an application context.

    `list_people` gives everybody of an organisation; `load_people` those of the ids given that exist; `write_person`
    writes field values (keys of the supported fields, canonical text or None) and `add_person` adds somebody and
    returns the new id, both without committing. `person_url` leads to the person's own page in the host.
    `send_email` may raise any error when mail cannot be sent now: it is tried again, ever more seldom, for days.
    """

    db: SQLAlchemy
    models: Sequence[PersonModel]
    current_organisation: Callable[[], str | None]
    organisation_name: Callable[[str], str]
    current_user: Callable[[], HostUser | None]
    may_change_settings: Callable[[], bool]
    settings_administrators: Callable[[str], Sequence[HostUser]]
    send_email: Callable[[Email], None]
    list_people: Callable[[str], Iterable[HostPerson]]
    load_people: Callable[[str, Sequence[str]], Mapping[str, HostPerson]]
    write_person: Callable[[str, str, Values], None]
    add_person: Callable[[str, Values, str | None], str]
    person_url: Callable[[str], str | None] = lambda _person_id: None
    settings_url: Callable[[], str] = lambda: "/"
    layout: str = "huma_tripletex/layout.html"
