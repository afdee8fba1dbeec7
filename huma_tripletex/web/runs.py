"""A run: how far it is, what came of it, stopping it, and trying again what failed."""

from __future__ import annotations

from flask import request
from flask.wrappers import Response
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex import syncing
from huma_tripletex.models import LogLine, SyncRun
from huma_tripletex.reporting import csv_of
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import access, ended, rendering, results, retrying, undo_marks


def run(run_id: int) -> BaseResponse:
    """Progress while it runs, the result when it has ended."""
    runtime, (found, connection) = current_runtime(), access.run(run_id)
    if found.state != "ended":
        return _progress(found, results.progress(runtime, found, connection))
    if rendering.wants_partial():
        return rendering.arrive("run", run_id=found.id)
    result = results.result(runtime, found, results.View.read(request.args))
    mark = undo_marks.of(runtime, found)
    return rendering.page(
        "result.html",
        run=found,
        result=result,
        report=result.report,
        connection=connection,
        undone=mark,
        ended=ended.of(runtime, connection),
    )


def _progress(found: SyncRun, progress: results.Progress) -> Response:
    if rendering.wants_partial():
        return rendering.partial(
            "_progress.html", run=found, progress=progress, speaks=rendering.is_news(progress.milestone)
        )
    return rendering.page("run.html", run=found, progress=progress)


def cancel(run_id: int) -> BaseResponse:
    """Stops after the person in progress."""
    runtime, (found, connection) = current_runtime(), access.run(run_id)
    if syncing.cancel(runtime, found):
        what = "cancelled" if found.undoes is None else "undo_cancelled"
        runtime.session.add(LogLine.act(connection.id, what, runtime.clock(), access.user(), run=run_id))
    runtime.session.commit()
    return rendering.go("run", run_id=run_id)


def retry_in_run(run_id: int) -> BaseResponse:
    """Sends again what failed in this run: of one person, or of everybody."""
    runtime, (found, connection) = current_runtime(), access.run(run_id)
    person = request.form.get("person", "")
    entries = [number for number, _who in results.parked(runtime, found, person)]
    if not entries or not connection.is_open:
        return rendering.go("run", run_id=run_id)
    act = retrying.again(runtime, connection, entries, access.user(), person or None, run=run_id)
    return rendering.go("tripletex", again=act)


def results_csv(run_id: int) -> Response:
    """The result as a file: names, outcomes and reasons, never a value."""
    found, _connection = access.run(run_id)
    whole = "".join(csv_of(current_runtime(), found))  # half a file would look like a whole one
    answer = Response(whole, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=tripletex-sync-{found.id}.csv"
    return answer
