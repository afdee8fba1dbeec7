"""The list of integrations, what Tripletex is for, and the page of a connection that stands."""

from __future__ import annotations

from dataclasses import replace

from flask import request
from flask.wrappers import Response
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import access, ended, now, rendering, retrying, standing


def integrations() -> Response:
    """Which integrations there are, and whether one needs somebody."""
    connection = access.connection()
    health = standing.health(current_runtime(), connection) if connection else None
    return rendering.page("integrations.html", connection=connection, health=health)


def tripletex() -> Response:
    """What it does, or, once connected, whether it is well."""
    runtime, connection = current_runtime(), access.connection()
    if connection is None:
        before = ended.earlier(runtime, access.organisation())
        return rendering.page("not_connected.html", keep_days=runtime.settings.keep_days, earlier=before)
    again = request.args.get("again", "")
    state = replace(now.look(runtime, connection), again=again, came=retrying.came_of(runtime, connection, again))
    if rendering.wants_partial():
        return rendering.partial("_now.html", now=state, connection=connection)
    context = standing.context(runtime, connection, state.parked_people, bool(state.held_up))
    return rendering.page("connected.html", now=state, earlier=ended.earlier(runtime, access.organisation()), **context)


def about() -> Response:
    """How to use it and what is synced, also once it is connected."""
    return rendering.page("about.html", keep_days=current_runtime().settings.keep_days)


def back(**_where: object) -> BaseResponse:
    """Somebody reloaded the address of a form: they want to be on a page."""
    return rendering.go("tripletex")
