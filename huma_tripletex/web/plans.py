"""Step 2 of the wizard: the comparison while it runs, and the differences it found with a choice for each."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask.wrappers import Response
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex import task_queue
from huma_tripletex.models import Connection, SyncPlan
from huma_tripletex.planning import beginning
from huma_tripletex.planning.tally import tally
from huma_tripletex.planning.totals import totals
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import access, comparing, differences, rendering, reveals
from huma_tripletex.web.choices import Choices


def begin() -> BaseResponse:
    """A new comparison, in the background; one that is under way already is shown instead."""
    runtime, connection = current_runtime(), access.open_connection()
    current = beginning.current_plan(runtime, connection)
    if current is not None and current.state == "drafting":
        return rendering.go("plan", plan_id=current.id)
    plan = beginning.begin(runtime, connection, access.user())
    runtime.session.commit()
    runtime.queue.enqueue(task_queue.PLAN, plan.id)
    return rendering.go("plan", plan_id=plan.id)


def plan(plan_id: int) -> BaseResponse:
    """Whatever is true of the plan now: under way, failed, to be decided, or past."""
    plan, connection = access.plan(plan_id)
    match plan.state:
        case "drafting":
            return _comparing(plan)
        case "failed":
            return _whole("plan_failed.html", plan)
        case "ready":
            return _differences(plan, connection)
    return past(plan)


def _comparing(plan: SyncPlan) -> Response:
    facts: dict[str, Any] = {"plan": plan, "progress": comparing.steps(plan), "milestone": plan.step}
    if rendering.wants_partial():
        return rendering.partial("_comparing.html", speaks=rendering.is_news(plan.step), **facts)
    return rendering.page("comparing.html", **facts)


def _whole(template: str, plan: SyncPlan) -> BaseResponse:
    """A page that is no longer the one that asks for itself: htmx opens it as a page."""
    if rendering.wants_partial():
        return rendering.arrive("plan", plan_id=plan.id)
    return rendering.page(template, plan=plan)


def _differences(plan: SyncPlan, connection: Connection) -> BaseResponse:
    if rendering.wants_partial():
        return rendering.arrive("plan", plan_id=plan.id)
    found = differences.look(current_runtime(), plan, differences.View.read(request.args))
    return rendering.page("differences.html", plan=plan, connection=connection, plan_page=found, sums=found.sums)


def choose(plan_id: int) -> BaseResponse:
    """Saves what was chosen on the page, and then what a button chose for many; answers with what has changed."""
    runtime, (plan, _connection) = current_runtime(), access.plan(plan_id)
    choices = Choices.read(request.form)
    choices.save(runtime, plan, access.user())
    runtime.session.commit()
    if choices.next:
        return rendering.go("people", plan_id=plan.id)
    if choices.single and rendering.wants_partial():
        return _chosen(plan, choices.view)
    if not rendering.wants_partial() and not choices.view.name:
        return rendering.go("plan", plan_id=plan.id, **choices.view.query())
    found = differences.look(runtime, plan, choices.view, unfolded=choices.unfolds)
    make, template = (
        (rendering.partial, "_settle.html") if rendering.wants_partial() else (rendering.page, "differences.html")
    )
    return make(template, plan=plan, plan_page=found, sums=found.sums)


def _chosen(plan: SyncPlan, view: differences.View) -> Response:
    """Sums and counts, from one count."""
    runtime = current_runtime()
    counted = tally(runtime, plan)
    tabs = differences.worth_a_button(differences.kinds_of(counted), view)
    return rendering.partial("_chosen.html", plan=plan, sums=totals(runtime, plan, counted), tabs=tabs, view=view)


def discard(plan_id: int) -> BaseResponse:
    """Stops a comparison, or puts one away."""
    runtime, (plan, _connection) = current_runtime(), access.plan(plan_id)
    beginning.discard(runtime, plan)
    runtime.session.commit()
    return rendering.go("tripletex", notice="tried" if plan.counts.get("tried") else "discarded")


def reveal(plan_id: int) -> BaseResponse:
    """Shows one masked value to whoever asks, and notes that in the log; or hides it again."""
    runtime, (plan, _connection) = current_runtime(), access.plan(plan_id)
    asked = reveals.Asked.read(request.form) or abort(404)
    if not rendering.wants_partial():
        Choices.read(request.form).save(runtime, plan, access.user())
    row, side = reveals.look(runtime, plan, asked, access.user()) or abort(404)
    runtime.session.commit()
    if rendering.wants_partial():
        return rendering.partial("_side.html", plan=plan, row=row, side=side)
    found = differences.look(runtime, plan, Choices.read(request.form).view, shown=asked)
    return rendering.page("differences.html", plan=plan, plan_page=found, sums=found.sums)


def past(plan: SyncPlan) -> BaseResponse:
    """An approved plan has become a run; a discarded one is no more."""
    run = differences.run_of(current_runtime(), plan)
    return rendering.go("run", run_id=run) if run else rendering.go("tripletex", notice="decided")
