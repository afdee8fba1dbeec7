"""One person's history between the two systems; a host may embed it on its own page about the person."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort
from flask.wrappers import Response
from markupsafe import Markup
from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, PersonLink
from huma_tripletex.runtime import Runtime, current_runtime
from huma_tripletex.web import access, attention, ended, entries, rendering, words
from huma_tripletex.web.formatting import recently
from huma_tripletex.web.history import LENGTH, history


@dataclass(frozen=True)
class Who:
    """The head of a person's page. `link`: who they are in Tripletex, in a sentence."""

    name: str
    link: str
    huma_url: str | None
    parked: tuple[entries.Line, ...]
    left_out: bool


def person(person_id: str) -> Response:
    """One person: what is parked and why, and everything that happened."""
    runtime, connection = current_runtime(), access.readable()
    found = runtime.host.load_people(connection.organisation_id, [person_id]).get(person_id)
    link = _link(runtime, connection, person_id)
    if found is None and link is None:
        abort(404)
    rows = entries.of_person(runtime, connection, person_id, LENGTH)
    name = found.name if found else _("Person %(id)s, no longer in Huma", id=person_id)
    parked = tuple(attention.of_person(runtime, rows, name))
    url = runtime.host.person_url(person_id) if found else None
    left_out = planning.is_never_synced(runtime, connection, person_id)
    who = Who(name, _left_out() if left_out else _linked(link), url, parked, left_out)
    moments = history(runtime, connection, person_id, rows, link, found.name if found else "")
    over = ended.of(runtime, connection)
    return rendering.page("person.html", who=who, moments=moments, person_id=person_id, ended=over)


def timeline(person_id: str) -> Markup:
    """The history as HTML, for a host's own page; empty when there is no connection.

    The caller has checked that the user may see the person. Values are never part of it.
    """
    runtime = current_runtime()
    connection = access.connection()
    if connection is None:
        return Markup("")
    rows = entries.of_person(runtime, connection, person_id, LENGTH)
    link = _link(runtime, connection, person_id)
    name = entries.names_of(runtime, connection, [person_id]).get(person_id, "")
    moments = history(runtime, connection, person_id, rows, link, name)
    return Markup(rendering.text("embedded_timeline.html", moments=moments))  # noqa: S704 - rendered with escaping


def _link(runtime: Runtime, connection: Connection, person_id: str) -> PersonLink | None:
    return runtime.session.scalar(
        select(PersonLink).where(PersonLink.connection_id == connection.id, PersonLink.person_id == person_id)
    )


def _left_out() -> str:
    return _("Left out of every sync: nothing about this person is compared or sent.")


def _linked(link: PersonLink | None) -> str:
    if link is None or link.employee_id is None:
        return _("Not linked with an employee in Tripletex yet. Changes are sent once a sync matches or adds them.")
    if link.state != "linked":
        return _("No longer kept equal: the person left one of the systems.")
    how = str(words.MATCHED_BY.get(link.matched_by, ""))
    return _("Linked with an employee in Tripletex since %(when)s, %(how)s.", when=recently(link.linked_at), how=how)
