"""What every answer of ours carries: no cache keeps it, fragments and pages are told apart, no inline script runs."""

from __future__ import annotations

from flask import request
from flask.wrappers import Response

from huma_tripletex.runtime import current_runtime

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def protect(response: Response) -> Response:
    """After each request of ours. What the host has set stays."""
    if request.endpoint == "huma_tripletex.static":
        return response
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("HX-Request")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    policy = current_runtime().settings.content_security_policy
    if policy:
        response.headers.setdefault("Content-Security-Policy", STRICT if policy == "strict" else policy)
    return response
