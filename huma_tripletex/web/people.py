"""Step 3 of the wizard: who may be whom, and who is added where."""

from __future__ import annotations

from flask import request
from flask.wrappers import Response
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex.planning import people_decisions
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import access, plans, rendering, unmatched
from huma_tripletex.web.people_form import PeopleForm


def people(plan_id: int) -> BaseResponse:
    """Everybody who is not simply in both systems."""
    plan, _connection = access.plan(plan_id)
    if plan.state != "ready":
        return plans.past(plan)
    who = unmatched.look(current_runtime(), plan, request.args.get("page", 1, type=int))
    return rendering.page("people.html", plan=plan, who=who)


def choose_people(plan_id: int) -> BaseResponse:
    """Saves who is ticked and who is whom; answers with the sums, or goes on."""
    runtime, (plan, _connection) = current_runtime(), access.plan(plan_id)
    form = PeopleForm.read(request.form)
    people_decisions.choose_people(runtime, plan, form.people, by=access.user(), revision=form.revision)
    if form.everybody:
        people_decisions.choose_everybody(runtime, plan, *form.everybody, by=access.user())
    runtime.session.commit()
    if form.next:
        return rendering.go("approval", plan_id=plan.id)
    return _after(plan_id, form)


def _after(plan_id: int, form: PeopleForm) -> BaseResponse:
    if not rendering.wants_partial():
        return rendering.go("people", plan_id=plan_id, page=form.page)
    plan, _connection = access.plan(plan_id)
    return _sums(unmatched.sums_of(current_runtime(), plan), plan.revision)


def _sums(sums: unmatched.Sums, revision: int) -> Response:
    return rendering.partial("_people_sums.html", sums=sums, revision=revision)
