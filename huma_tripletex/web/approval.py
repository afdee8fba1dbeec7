"""The end of step 3: exactly what will be written in both systems, and the button that does it."""

from __future__ import annotations

from flask import request
from flask.wrappers import Response
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex import planning, task_queue
from huma_tripletex.models import ConnectionOptions, SyncPlan
from huma_tripletex.planning.refusals import NeedsConfirmation
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import access, plans, rendering, summing_up, words


def approval(plan_id: int) -> BaseResponse:
    """Every write, by person, before and after."""
    plan, _connection = access.plan(plan_id)
    if plan.state != "ready":
        return plans.past(plan)
    return _show(plan, 200)


def approve(plan_id: int) -> BaseResponse:
    """Freezes the plan and begins the run; asks again when something large was not confirmed by typing."""
    runtime, (plan, _connection) = current_runtime(), access.plan(plan_id)
    form = summing_up.Approval.read(request.form)
    try:
        run = planning.approve(runtime, plan, access.user(), typed=form.typed, revision=form.revision, only=form.only)
    except NeedsConfirmation as needed:
        runtime.session.rollback()
        return _show(access.plan(plan_id)[0], 422, needed)
    runtime.session.flush()
    run.link = rendering.to("run", run_id=run.id, _external=True)
    runtime.session.commit()
    runtime.queue.enqueue(task_queue.RUN, run.id)
    return rendering.go("run", run_id=run.id)


def _show(plan: SyncPlan, status: int, needed: NeedsConfirmation | None = None) -> Response:
    runtime = current_runtime()
    summary = summing_up.look(runtime, plan, request.args.get("page", 1, type=int))
    reason = words.END_REASONS.get(ConnectionOptions.read(access.open_connection().options).end_reason, "")
    return rendering.page(
        "approval.html",
        status,
        plan=plan,
        summary=summary,
        form=summing_up.form_of(needed),
        email=access.user().email,
        end_reason=reason,
    )
