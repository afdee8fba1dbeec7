"""Figures for a monitoring system, behind a token of their own; without that token there is no such page."""

from __future__ import annotations

import hmac

from flask import abort, request
from flask.wrappers import Response

from huma_tripletex.reporting import metrics as exposition
from huma_tripletex.runtime import current_runtime

TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics() -> Response:
    """Prometheus text."""
    runtime = current_runtime()
    expected = runtime.settings.metrics_token
    if not expected:
        abort(404)
    given = request.authorization.token if request.authorization and request.authorization.type == "bearer" else None
    if not hmac.compare_digest((given or "").encode(), expected.encode()):
        return Response("", 401, {"WWW-Authenticate": "Bearer"})
    return Response(exposition(runtime), content_type=TYPE)
