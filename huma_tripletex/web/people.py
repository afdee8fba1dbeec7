"""Step 3 of the wizard: who may be whom, and who is added where."""

from __future__ import annotations

from flask import request
from flask.wrappers import Response
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex.models import SyncPlan
from huma_tripletex.planning import people_decisions
from huma_tripletex.planning.end_reasons import choose_end_reasons
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import access, pairs, plans, rendering, unmatched
from huma_tripletex.web.people_form import PeopleForm, Wanted


def people(plan_id: int) -> BaseResponse:
    """Everybody who is not simply in both systems."""
    plan, _connection = access.plan(plan_id)
    if plan.state != "ready":
        return plans.past(plan)
    return _page(plan, request.args.get("page", 1, type=int), Wanted())


def choose_people(plan_id: int) -> BaseResponse:
    """Saves who is ticked and who is whom; answers with the sums, or goes on."""
    runtime, (plan, _connection) = current_runtime(), access.plan(plan_id)
    form = PeopleForm.read(request.form)
    people_decisions.choose_people(runtime, plan, form.people, by=access.user(), revision=form.revision)
    choose_end_reasons(runtime, plan, form.reasons, by=access.user())
    if form.everybody:
        people_decisions.choose_everybody(runtime, plan, *form.everybody, by=access.user())
    if form.again:
        people_decisions.ask_again(runtime, plan, by=access.user())
    runtime.session.commit()
    if form.next or form.back:
        return rendering.go("approval" if form.next else "plan", plan_id=plan.id)
    return _after(plan_id, form)


def _after(plan_id: int, form: PeopleForm) -> BaseResponse:
    """A page that was searched by name is answered at once: a name does not go into an address."""
    if not rendering.wants_partial() and not form.wanted.named:
        return rendering.go("people", plan_id=plan_id, page=form.page, notice="paired" if form.pairs else None)
    plan, _connection = access.plan(plan_id)
    if not rendering.wants_partial():
        return _page(plan, form.page, form.wanted)
    return _found(plan, form.wanted) if form.finds else _sums(plan)


def _page(plan: SyncPlan, page: int, wanted: Wanted) -> Response:
    runtime = current_runtime()
    who, both = unmatched.look(runtime, plan, page), pairs.look(runtime, plan, wanted)
    return rendering.page("people.html", plan=plan, who=who, pairs=both)


def _found(plan: SyncPlan, wanted: Wanted) -> Response:
    """Only what was searched changes, also when Enter pressed the button of the whole form."""
    found = pairs.look(current_runtime(), plan, wanted)
    answer = rendering.partial("_put_together.html", plan=plan, pairs=found, speaks=True)
    answer.headers.update({"HX-Retarget": "#pair", "HX-Reswap": "outerHTML"})
    return answer


def _sums(plan: SyncPlan) -> Response:
    sums = unmatched.sums_of(current_runtime(), plan)
    return rendering.partial("_people_sums.html", sums=sums, revision=plan.revision)
