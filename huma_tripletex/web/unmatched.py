"""Step 3 as a page: the people in doubt, those on one side only with why, and the running sums."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute

from sqlalchemy import func, select

from huma_tripletex.core.nearest import KEPT
from huma_tripletex.core.people import Values
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import PlanItem, SyncPlan
from huma_tripletex.planning import people_reading as reading
from huma_tripletex.planning.totals import totals
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import endings, words
from huma_tripletex.web.formatting import masked, number, value
from huma_tripletex.web.glimpses import Glimpse

SIZE = 20
IN_SETTINGS = ("department_missing", "division_missing")


@dataclass(frozen=True)
class Somebody:
    """A name, and what tells people apart: number, first workday, and the date of birth, masked."""

    name: str = attribute(repr=False)
    facts: str = attribute(repr=False)
    born: Glimpse | None = None
    employee_id: int = 0


@dataclass(frozen=True)
class Doubt:
    """Somebody in Huma who may be one of several employees. `more`: there may be more than are offered."""

    id: int
    name: str = attribute(repr=False)
    why: str
    huma: Somebody
    candidates: tuple[Somebody, ...]
    choice: str | None
    partner: int | None
    more: bool = False


@dataclass(frozen=True)
class Alone:
    """Somebody on one side only. `blocked`: by which field and reason they cannot be added; `taken`: matched above."""

    id: int
    name: str = attribute(repr=False)
    values: Values = attribute(repr=False)
    choice: str | None
    why: str
    blocked: tuple[tuple[str, str], ...]
    taken: bool
    partner: str = attribute(repr=False)
    huma_url: str | None
    end_reason: str = attribute(default="", repr=False)

    @property
    def needs_settings(self) -> bool:
        """Whether what hinders is mended in the settings of the integration, and not on the page of the person."""
        return any(reason in IN_SETTINGS for _field, reason in self.blocked)


@dataclass(frozen=True)
class Sums:
    """People."""

    to_huma: int
    to_tripletex: int
    not_added: int
    later: int


@dataclass(frozen=True)
class Who:
    """One page of step 3. The lists are this page's, `counts` the whole plan's; `usual_reason` as in step 2."""

    uncertain: tuple[Doubt, ...]
    only_in_huma: tuple[Alone, ...]
    only_in_tripletex: tuple[Alone, ...]
    left: tuple[Alone, ...]
    counts: reading.PeopleCounts
    matched: int
    page: int
    pages: int
    sums: Sums
    usual_reason: str

    @property
    def nobody(self) -> bool:
        return not (self.uncertain or self.only_in_huma or self.only_in_tripletex or self.left)

    @property
    def rest(self) -> str:
        """How many are not simply in both, of each sort of whom there is somebody."""
        of = self.counts
        said = [
            _("%(count)s to settle", count=number(of.uncertain)) if of.uncertain else "",
            _("%(count)s only in Huma", count=number(of.only_in_huma)) if of.only_in_huma else "",
            _("%(count)s only in Tripletex", count=number(of.only_in_tripletex)) if of.only_in_tripletex else "",
        ]
        return ", ".join(filter(None, said))


def look(runtime: Runtime, plan: SyncPlan, page: int) -> Who:
    """One page of everybody who is not simply in both."""
    found = reading.people(runtime, plan, page=page, size=SIZE)
    return Who(
        uncertain=tuple(_doubt(one) for one in found.uncertain),
        only_in_huma=tuple(_alone(runtime, one) for one in found.only_in_huma),
        only_in_tripletex=tuple(_alone(runtime, one) for one in found.only_in_tripletex),
        left=tuple(_alone(runtime, one) for one in found.left),
        counts=found.counts,
        matched=plan.counts.get("matched", 0),
        page=found.page,
        pages=found.pages,
        sums=sums_of(runtime, plan),
        usual_reason=endings.usual(runtime, plan),
    )


def sums_of(runtime: Runtime, plan: SyncPlan) -> Sums:
    """Whoever has no tick is not added; only those in doubt can be decided later."""
    counted = totals(runtime, plan)
    open_doubts = select(func.count()).where(
        PlanItem.plan_id == plan.id, PlanItem.kind == "uncertain", PlanItem.choice.is_(None)
    )
    later = runtime.session.scalar(open_doubts) or 0
    return Sums(
        counted.huma_added, counted.tripletex_added, max(counted.not_added + counted.decide_later - later, 0), later
    )


def _doubt(found: reading.UncertainPerson) -> Doubt:
    candidates = tuple(
        Somebody(
            one.name,
            facts(one.values),
            _born(found, "tripletex", one.values, one.employee_id),
            one.employee_id,
        )
        for one in found.candidates
    )
    return Doubt(
        id=found.item.id,
        name=found.name,
        why=words.sentence(found.item.why, name=found.name),
        huma=Somebody(found.name, facts(found.values), _born(found, "huma", found.values)),
        candidates=candidates,
        choice=found.item.choice,
        partner=found.item.partner,
        more=len(candidates) >= KEPT,
    )


def _born(found: reading.UncertainPerson, system: str, values: Values, employee_id: int = 0) -> Glimpse | None:
    born = values.get("date_of_birth")
    text = masked("date_of_birth", born)
    return Glimpse(found.item.id, system, "date_of_birth", employee_id, found.name, text) if born else None


def _alone(runtime: Runtime, found: reading.Lonely) -> Alone:
    item = found.item
    return Alone(
        id=item.id,
        name=found.name or _("without a name"),
        values=found.values,
        choice=item.choice,
        why=words.sentence(item.why, name=found.name),
        blocked=tuple((one.get("field", ""), one.get("reason", "")) for one in item.blocked),
        taken=item.choice in ("taken", "same"),
        partner=found.partner,
        huma_url=runtime.host.person_url(item.person_id) if item.person_id else None,
        end_reason=found.end_reason,
    )


def facts(values: Values) -> str:
    """What tells one Bjørn from another, beside the date of birth."""
    born, number, first = (values.get(key) for key in ("date_of_birth", "employee_id", "first_workday"))
    known = [
        "" if born else _("no date of birth"),
        _("employee ID %(number)s", number=number) if number else "",
        _("first workday %(day)s", day=value("first_workday", first)) if first else "",
    ]
    return ", ".join(fact for fact in known if fact)
