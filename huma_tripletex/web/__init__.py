"""The pages: this is their table of contents. A view parses, calls one function, commits and renders.

`blueprint` is what `extension` registers; `timeline` is what a host may put on its own page about a person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from huma_tripletex.paths import folder
from huma_tripletex.web import (
    access,
    acts,
    approval,
    drift,
    ended,
    errors,
    glimpses,
    headers,
    integrations,
    log,
    metrics,
    people,
    plans,
    readings,
    runs,
    settings,
    taking_part,
    undo,
)
from huma_tripletex.web.static_files import static
from huma_tripletex.web.timeline import person, timeline

__all__ = ["blueprint", "timeline"]

CONNECTION = "/tripletex/connection"
PLAN = "/tripletex/plans/<int:plan_id>"
RUN = "/tripletex/runs/<int:run_id>"
ENTRY = "/tripletex/entries/<int:entry_id>"
ENDED = "/tripletex/connections/<int:connection_id>"
PERSON = "/tripletex/people/<person_id>"

PAGES: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("/", integrations.integrations),
    ("/tripletex", integrations.tripletex),
    ("/tripletex/about", integrations.about),
    (CONNECTION, acts.connect_form),
    (f"{CONNECTION}/removal", acts.disconnect_form),
    (PLAN, plans.plan),
    (f"{PLAN}/people", people.people),
    (f"{PLAN}/approval", approval.approval),
    (RUN, runs.run),
    (f"{RUN}/results.csv", runs.results_csv),
    (f"{RUN}/readings", readings.readings),
    (f"{RUN}/undoing", undo.undo_form),
    ("/tripletex/drift", drift.seen),
    ("/tripletex/log", log.log),
    (ENDED, ended.ended),
    (f"{ENDED}/log", log.ended_log),
    (PERSON, person),
    ("/tripletex/settings", settings.settings),
    ("/tripletex/metrics", metrics.metrics),
    ("/static/<filename>", static),
)
ACTS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("/tripletex/log", log.find),
    (f"{ENDED}/log", log.find_ended),
    (CONNECTION, acts.connect),
    (f"{CONNECTION}/removal", acts.disconnect),
    (f"{CONNECTION}/pause", acts.pause),
    (f"{CONNECTION}/resumption", acts.resume),
    (f"{CONNECTION}/check", acts.check),
    ("/tripletex/plans", plans.begin),
    (PLAN, plans.choose),
    (f"{PLAN}/removal", plans.discard),
    (f"{PLAN}/reveals", plans.reveal),
    (f"{PLAN}/people", people.choose_people),
    (f"{PLAN}/glimpses", glimpses.glimpse),
    (f"{PLAN}/approval", approval.approve),
    (f"{RUN}/cancellation", runs.cancel),
    (f"{RUN}/retry", runs.retry_in_run),
    (f"{RUN}/undoing", undo.undo),
    (f"{RUN}/undoing/glimpses", undo.undo_glimpse),
    (f"{RUN}/undoing/counts", undo.undo_counts),
    (f"{PERSON}/exclusion", taking_part.leave_out),
    (f"{PERSON}/inclusion", taking_part.take_in),
    ("/tripletex/drift", drift.look),
    ("/tripletex/entries/retry", log.retry_all),
    (f"{ENTRY}/retry", log.retry),
    (f"{ENTRY}/dismissal", log.dismiss),
    ("/tripletex/settings", settings.save_settings),
)


def _blueprint() -> Blueprint:
    made = Blueprint("huma_tripletex", __name__, template_folder=str(folder("templates")))
    for method, views in (("GET", PAGES), ("POST", ACTS)):
        for rule, view in views:
            made.add_url_rule(rule, view_func=view, methods=[method])
    made.add_url_rule("/tripletex/<path:nowhere>", view_func=errors.nowhere, methods=["GET"])
    for rule in sorted({rule for rule, _view in ACTS} - {rule for rule, _view in PAGES}):
        made.add_url_rule(rule, view_func=integrations.back, methods=["GET"])
    made.before_request(access.enter)
    made.after_request(headers.protect)
    made.teardown_request(access.leave)
    for error, handler in errors.HANDLERS:
        made.register_error_handler(error, handler)
    return made


blueprint = _blueprint()
