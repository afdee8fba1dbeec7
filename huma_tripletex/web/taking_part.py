"""Leaves a person out of every sync, or takes them in again."""

from __future__ import annotations

from flask import abort
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex import planning
from huma_tripletex.models import Connection
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import access, rendering


def leave_out(person_id: str) -> BaseResponse:
    planning.never_sync(current_runtime(), _with(person_id), person_id, access.user())
    return _done(person_id, "left_out")


def take_in(person_id: str) -> BaseResponse:
    planning.sync_again(current_runtime(), _with(person_id), person_id, access.user())
    return _done(person_id, "taken_in")


def _with(person_id: str) -> Connection:
    """The connection, if the person is one of its organisation's."""
    connection = access.open_connection()
    people = current_runtime().host.load_people(connection.organisation_id, [person_id])
    return connection if person_id in people else abort(404)


def _done(person_id: str, notice: str) -> BaseResponse:
    current_runtime().session.commit()
    return rendering.go("person", person_id=person_id, notice=notice)
