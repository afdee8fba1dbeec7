"""Forms that change a connection: connect, replace the token, pause, resume, disconnect."""

from __future__ import annotations

from flask import request
from flask.wrappers import Response
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex import connecting
from huma_tripletex.connecting.refusals import NeedsConfirmation, Refusal
from huma_tripletex.jobs import upkeep
from huma_tripletex.models import OutboxEntry
from huma_tripletex.outbox.tables import is_open, takes_part
from huma_tripletex.planning.beginning import current_plan
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import access, rendering
from huma_tripletex.web.token_form import TokenForm


def connect_form() -> Response:
    """Where the employee token is pasted."""
    return _show(TokenForm(replaces=access.connection() is not None), 200)


def connect() -> BaseResponse:
    """Checks the token with Tripletex at once; a token that fails is not kept, nor sent back to the browser."""
    runtime, existing = current_runtime(), access.connection()
    form = TokenForm.read(request.form, replaces=existing is not None)
    if not form.complete:
        return _show(form, 422)
    try:
        if existing is not None:
            connecting.replace_token(runtime, existing, form.token, access.user())
        else:
            confirmed = "confirm_other_company" in request.form
            connecting.connect(
                runtime, access.organisation(), form.token, access.user(), confirm_other_company=confirmed
            )
    except (Refusal, NeedsConfirmation) as refusal:
        runtime.session.rollback()
        return _show(form.refused(refusal), 422)
    runtime.session.commit()
    replaced = "token_replaced_paused" if existing and existing.state == "paused" else "token_replaced"
    return rendering.go("tripletex", notice=replaced if existing is not None else "connected")


def _show(form: TokenForm, status: int) -> Response:
    name = current_runtime().host.organisation_name(access.organisation())
    return rendering.page("connect.html", status, form=form, organisation_name=name)


def pause() -> BaseResponse:
    connecting.pause(current_runtime(), access.open_connection(), access.user())
    return _done("paused")


def resume() -> BaseResponse:
    connection = access.open_connection()
    connecting.resume(current_runtime(), connection, access.user())
    answer = _done("resumed")
    current_runtime().queue.nudge(connection.id)
    return answer


def check() -> BaseResponse:
    """Asks Tripletex at once whether the token works, for somebody who has just put something right there."""
    connection = access.open_connection()
    upkeep.check_token(current_runtime(), connection)  # a right found missing here is not found missing tomorrow
    answer = _done("well_again" if connection.state == "connected" else "not_yet_well")
    current_runtime().queue.nudge(connection.id)
    return answer


def disconnect_form() -> Response:
    """What disconnecting means, before it is done: the token cannot be brought back."""
    runtime, connection = current_runtime(), access.open_connection()
    waiting = select(func.count()).where(OutboxEntry.connection_id == connection.id, is_open(), takes_part())
    number = runtime.session.scalar(waiting) or 0
    return rendering.page("disconnect.html", waiting=number, compares=current_plan(runtime, connection) is not None)


def disconnect() -> BaseResponse:
    connecting.disconnect(current_runtime(), access.open_connection(), access.user())
    return _done("disconnected")


def _done(notice: str) -> BaseResponse:
    current_runtime().session.commit()
    return rendering.go("tripletex", notice=notice)
