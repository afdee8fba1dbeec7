"""What the form of step 3 says about people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from huma_tripletex.planning.people_decisions import Decision
from huma_tripletex.web.choices import end_reasons_of

MATCH, SHOWN, ADD, EVERYBODY = "match-", "shown-", "add-", "everybody-"
FIND = "find-"


@dataclass(frozen=True)
class Wanted:
    """Parts of the names that were searched for, and who is chosen so far, as the form has them."""

    person_name: str = attribute(default="", repr=False)
    employee_name: str = attribute(default="", repr=False)
    person: str = ""
    employee: str = ""

    @classmethod
    def read(cls, form: Mapping[str, str]) -> Wanted:
        person, employee = (" ".join(form.get(FIND + side, "").split())[:100] for side in ("person", "employee"))
        return cls(person, employee, form.get("pair-person", ""), form.get("pair-employee", ""))

    @property
    def named(self) -> bool:
        return bool(self.person_name or self.employee_name)


@dataclass(frozen=True)
class PeopleForm:
    """A form of step 3 as it was sent. `everybody`: a kind of people and the one choice for all of them. `finds`: a
    name is looked for, by its button or with Enter. `again`: whoever was not added earlier is asked about. `reasons`:
    why employments end, by item. `pairs`: two are put together; `wanted`: who is looked for to be.
    """

    people: Mapping[int, Decision] = attribute(repr=False)
    everybody: tuple[str, str] | None
    reasons: Mapping[int, str] = attribute(repr=False)
    page: int
    next: bool
    back: bool
    revision: int | None
    finds: bool
    again: bool
    pairs: bool
    wanted: Wanted

    @classmethod
    def read(cls, form: Mapping[str, str]) -> PeopleForm:
        everybody = next(
            ((name.removeprefix(EVERYBODY), choice) for name, choice in form.items() if name.startswith(EVERYBODY)),
            None,
        )
        pair = _paired(form)
        revision, page = form.get("revision", ""), form.get("page", form.get("this-page", ""))
        return cls(
            people={**_ticked(form), **_matched(form), **pair},
            everybody=everybody,
            reasons=end_reasons_of(form),
            page=int(page) if page.isdigit() else 1,
            next="next" in form,
            back="back" in form,
            revision=int(revision) if revision.isdigit() else None,
            finds="find" in form or ("save" in form and any(name.startswith(FIND) for name in form)),
            again="again" in form,
            pairs=bool(pair),
            wanted=Wanted.read({} if pair else form),
        )


def _ticked(form: Mapping[str, str]) -> dict[int, Decision]:
    """Whoever was shown with a box: ticked is added, not ticked is left."""
    shown = [name.removeprefix(SHOWN) for name in form if name.startswith(SHOWN)]
    return {int(one): ("add" if ADD + one in form else "leave", None) for one in shown if one.isdigit()}


def _matched(form: Mapping[str, str]) -> dict[int, Decision]:
    decisions: dict[int, Decision] = {}
    for name, answer in form.items():
        one = name.removeprefix(MATCH)
        if name.startswith(MATCH) and one.isdigit():
            decisions[int(one)] = (
                ("same", int(answer)) if answer.isdigit() else ("none" if answer == "none" else None, None)
            )
    return decisions


def _paired(form: Mapping[str, str]) -> dict[int, Decision]:
    """Two who were put together by hand, when that button was pressed."""
    person, employee = form.get("pair-person", ""), form.get("pair-employee", "")
    pressed = "pair" in form and person.isdigit() and employee.isdigit()
    return {int(person): ("same", int(employee))} if pressed else {}
