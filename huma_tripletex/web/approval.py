"""The end of step 3: exactly what will be written in both systems, and the button that does it."""

from __future__ import annotations

from flask import request
from flask.wrappers import Response
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex import planning, task_queue
from huma_tripletex.models import SyncPlan
from huma_tripletex.planning.approval import to_confirm
from huma_tripletex.planning.refusals import NeedsConfirmation
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import access, plans, rendering, summing_up, trying
from huma_tripletex.web.trying import TryForm

UNTOUCHED = TryForm()


def approval(plan_id: int) -> BaseResponse:
    """Every write, by person, before and after."""
    plan, _connection = access.plan(plan_id)
    if plan.state != "ready":
        return plans.past(plan)
    return _show(plan, 200)


def approve(plan_id: int) -> BaseResponse:
    """Freezes the plan and begins the run, of everybody or of a few first; asks again when something large was not
    confirmed by typing. Or looks for whom to try it on.
    """
    runtime, (plan, _connection) = current_runtime(), access.plan(plan_id)
    form, few = summing_up.Approval.read(request.form), TryForm.read(request.form)
    if few.finds or (few.tries and not few.is_few):
        return _choose_few(plan, few, form.revision)
    only = few.first if few.tries else None
    if plan.state == "ready" and (missing := to_confirm(runtime, plan, form.typed, only)):
        return _show(plan, 422, missing, few)
    try:
        run = planning.approve(runtime, plan, access.user(), typed=form.typed, revision=form.revision, only=only)
    except NeedsConfirmation as needed:
        runtime.session.rollback()
        return _show(access.plan(plan_id)[0], 422, needed, few)
    runtime.session.flush()
    run.link = rendering.to("run", run_id=run.id, _external=True)
    runtime.session.commit()
    runtime.queue.enqueue(task_queue.RUN, run.id)
    return rendering.go("run", run_id=run.id)


def _choose_few(plan: SyncPlan, few: TryForm, revision: int | None) -> BaseResponse:
    """A page that was searched by name is answered at once: a name does not go into an address. The part of it still
    belongs to the summary around it, which is of this `revision`.
    """
    if plan.state != "ready":
        return plans.past(plan)
    if not rendering.wants_partial():
        return _show(plan, 200 if few.finds else 422, few=few)
    found = trying.look(current_runtime(), plan, few)
    revision = plan.revision if revision is None else revision
    return rendering.partial("_try_first.html", plan=plan, revision=revision, trying=found, speaks=True)


def _show(plan: SyncPlan, status: int, needed: NeedsConfirmation | None = None, few: TryForm = UNTOUCHED) -> Response:
    runtime = current_runtime()
    of_all = needed if not few.tries else None
    summary = summing_up.look(runtime, plan, request.args.get("page", 1, type=int), of_all)
    return rendering.page(
        "approval.html",
        status,
        plan=plan,
        summary=summary,
        form=summing_up.form_of(of_all),
        trying=trying.look(runtime, plan, few, needed if few.tries else None),
        email=access.user().email,
    )
