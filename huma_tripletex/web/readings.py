"""What Tripletex and Huma hold after a plan was tried on a few people, read while somebody waits."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex.errors import NotReadable, TripletexError
from huma_tripletex.runtime import current_runtime
from huma_tripletex.syncing.reading_back import PersonReadBack, read_back
from huma_tripletex.web import access, rendering

log = logging.getLogger(__name__)


def readings(run_id: int) -> BaseResponse:
    """With htmx in its place on the result; without, on a page of its own. That it cannot be read is an answer too."""
    runtime, (run, connection) = current_runtime(), access.run(run_id)
    found: Sequence[PersonReadBack] | None = None
    if run.state == "ended" and connection.is_open:
        try:
            found = read_back(runtime, run, connection)
        except (TripletexError, NotReadable) as error:
            runtime.session.rollback()
            log.warning("run %s could not be read back: %s", run_id, type(error).__name__)
    facts: dict[str, Any] = {"run_id": run_id, "found": found, "now": runtime.clock()}
    if rendering.wants_partial():
        return rendering.partial("_readings.html", **facts)
    return rendering.page("readings.html", **facts)
