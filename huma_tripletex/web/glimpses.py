"""Shows one masked value of somebody, in step 3 and in the summary, and notes who looked; or hides it again."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute

from flask import abort, request
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import LogLine, PlanItem, SyncPlan
from huma_tripletex.planning import people_decisions
from huma_tripletex.planning.reading import seals_of
from huma_tripletex.planning.sealed import Content
from huma_tripletex.runtime import Runtime, current_runtime
from huma_tripletex.web import access, formatting, rendering
from huma_tripletex.web.people_form import PeopleForm

SYSTEMS = ("huma", "tripletex")


@dataclass(frozen=True)
class Glimpse:
    """One value of somebody in one system. `employee_id`: of which candidate, 0 where there is but one."""

    item_id: int
    system: str
    field: str
    employee_id: int = 0
    name: str = attribute(default="", repr=False)
    text: str = attribute(default="", repr=False)
    revealed: bool = False

    @property
    def key(self) -> str:
        """How a button names it."""
        return f"{self.item_id}-{self.system}-{self.field}-{self.employee_id}"

    @classmethod
    def read(cls, key: str) -> Glimpse | None:
        item, _, rest = key.partition("-")
        system, _, rest = rest.partition("-")
        field, _, employee = rest.partition("-")
        if item.isdigit() and employee.isdigit() and system in SYSTEMS and field in BY_KEY:
            return cls(int(item), system, field, int(employee))
        return None


def glimpse(plan_id: int) -> BaseResponse:
    """With htmx the value in its place; without, the choices are kept and the value is shown on a page of its own."""
    runtime, (plan, _connection) = current_runtime(), access.plan(plan_id)
    hides = "hide" in request.form
    asked = Glimpse.read(request.form.get("hide" if hides else "show", "")) or abort(404)
    in_people = request.form.get("from") == "people"
    if in_people and not rendering.wants_partial():
        form = PeopleForm.read(request.form)
        people_decisions.choose_people(runtime, plan, form.people, by=access.user(), revision=form.revision)
    found = look(runtime, plan, asked, access.user(), hides=hides) or abort(404)
    runtime.session.commit()
    if rendering.wants_partial():
        return rendering.partial("_glimpse.html", action=rendering.to("glimpse", plan_id=plan_id), seen=found)
    return rendering.page("glimpse.html", plan=plan, seen=found, back="people" if in_people else "approval")


def look(runtime: Runtime, plan: SyncPlan, asked: Glimpse, by: HostUser, *, hides: bool) -> Glimpse | None:
    """The value, shown or masked; None if there is none in this plan. The caller commits."""
    item = runtime.session.scalar(select(PlanItem).where(PlanItem.plan_id == plan.id, PlanItem.id == asked.item_id))
    if item is None:
        return None
    content = seals_of(runtime, plan).open(item.position, item.sealed)
    text = _value(content, asked)
    if text is None:
        return None
    if not hides:
        what = {"field": asked.field, "system": asked.system}
        runtime.session.add(LogLine.act(plan.connection_id, "revealed", runtime.clock(), by, item.person_id, **what))
    shown = formatting.masked(asked.field, text) if hides else formatting.value(asked.field, text)
    place = (asked.item_id, asked.system, asked.field, asked.employee_id)
    return Glimpse(*place, name=content.name, text=shown, revealed=not hides)


def _value(content: Content, asked: Glimpse) -> str | None:
    if asked.system == "huma":
        return content.huma.get(asked.field)
    if not asked.employee_id:
        return content.tripletex.get(asked.field)
    values = [one.values for one in content.candidates if one.id == asked.employee_id]
    return values[0].get(asked.field) if values else None
