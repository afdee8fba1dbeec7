"""Our stylesheet, our script and htmx: packed for the way, and kept by browsers until they change."""

from __future__ import annotations

import gzip
import mimetypes
from functools import cache
from pathlib import Path

from flask import abort, request
from flask.wrappers import Response

from huma_tripletex.paths import folder

FILES = ("tripletex.css", "tripletex.js", "htmx.min.js", "htmx.LICENSE.txt")
YEAR = 365 * 24 * 3600


def static(filename: str) -> Response:
    """One of our files. Its address has a `v` that changes with it, so nobody has to ask again."""
    if filename not in FILES:
        abort(404)
    path = folder("static") / filename
    packed = bool(request.accept_encodings["gzip"])
    content = _packed(path, version(filename)) if packed else path.read_bytes()
    answer = Response(content, content_type=mimetypes.guess_type(filename)[0])
    answer.vary.add("Accept-Encoding")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    if request.args.get("v") == version(filename):
        answer.cache_control.public, answer.cache_control.max_age, answer.cache_control.immutable = True, YEAR, True
    return answer


def version(filename: str) -> str:
    """Another one when the file is another one."""
    facts = (folder("static") / filename).stat()
    return f"{facts.st_mtime_ns ^ facts.st_size:x}"


@cache
def _packed(path: Path, _version: str) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)
