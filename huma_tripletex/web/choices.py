"""What the form of step 2 says: a choice for each value on the page, and the button that was pressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute

from huma_tripletex.core.employments import END_REASONS
from huma_tripletex.core.fields import KEYS
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import SyncPlan
from huma_tripletex.models.plan import CHOICES
from huma_tripletex.planning import decisions
from huma_tripletex.planning.end_reasons import choose_end_reasons
from huma_tripletex.runtime import Runtime
from huma_tripletex.web.differences import View

VALUE, FIELD, PERSON, REASON = "choice-", "field-", "person-", "reason-"


@dataclass(frozen=True)
class Bulk:
    """One choice for many: for all, for a field, or for a person."""

    choice: str
    field: str | None = None
    item_id: int | None = None


@dataclass(frozen=True)
class Choices:
    """A form of step 2 as it was sent. `reasons`: why employments end, by item; `view`: what to show next."""

    values: Mapping[int, str] = attribute(repr=False)
    reasons: Mapping[int, str] = attribute(repr=False)
    bulk: Bulk | None
    view: View
    turns: bool
    """Another kind or page was asked for, or Enter was pressed: in the search, where it means a name."""
    next: bool
    revision: int | None

    @property
    def single(self) -> bool:
        """Whether nothing but values was chosen, so that only the sums change on the page."""
        return self.bulk is None and not self.turns

    @property
    def unfolds(self) -> str:
        """Which of the choices for many were used, which stay open; "": none."""
        if self.bulk is None or self.bulk.item_id is not None:
            return ""
        return "all" if self.bulk.field is None else "field"

    @classmethod
    def read(cls, form: Mapping[str, str]) -> Choices:
        values = {
            int(name.removeprefix(VALUE)): choice
            for name, choice in form.items()
            if name.startswith(VALUE) and name.removeprefix(VALUE).isdigit() and choice in CHOICES
        }
        revision = form.get("revision", "")
        return cls(
            values,
            end_reasons_of(form),
            bulk=_bulk(form),
            view=_view(form),
            turns=any(name in form for name in ("kind", "page", "save")),
            next="next" in form,
            revision=int(revision) if revision.isdigit() else None,
        )

    def save(self, runtime: Runtime, plan: SyncPlan, by: HostUser) -> None:
        """First the values, then what holds for many; one turn. The caller commits."""
        decisions.choose(runtime, plan, self.values, by=by, revision=self.revision)
        choose_end_reasons(runtime, plan, self.reasons, by=by)
        if self.bulk is not None:
            decisions.choose_for_all(
                runtime, plan, self.bulk.choice, field=self.bulk.field, item_id=self.bulk.item_id, by=by
            )


def end_reasons_of(form: Mapping[str, str]) -> dict[int, str]:
    """Why employments end, by item, as the lists beside the last workdays say."""
    return {
        int(name.removeprefix(REASON)): reason
        for name, reason in form.items()
        if name.startswith(REASON) and name.removeprefix(REASON).isdigit() and reason in END_REASONS
    }


def _bulk(form: Mapping[str, str]) -> Bulk | None:
    for name, choice in form.items():
        if choice not in CHOICES:
            continue
        if name == "all":
            return Bulk(choice)
        if name.startswith(FIELD) and name.removeprefix(FIELD) in KEYS:
            return Bulk(choice, field=name.removeprefix(FIELD))
        if name.startswith(PERSON) and name.removeprefix(PERSON).isdigit():
            return Bulk(choice, item_id=int(name.removeprefix(PERSON)))
    return None


def _view(form: Mapping[str, str]) -> View:
    """The view the page had, unless a button asked for another kind or page. Another field or name than the page was
    made for begins at its first page, whatever was pressed.
    """
    before, made_for = View.read(form, "view-"), View.read(form, "was-")
    if (before.field, before.name) != (made_for.field, made_for.name):
        before = replace(before, page=1)
        return replace(before, kind=View.read(form).kind) if "kind" in form else before
    if "kind" in form:
        return replace(View.read(form), field=before.field, name=before.name, page=1)
    if "page" in form:
        return replace(before, page=View.read(form).page)
    return before
