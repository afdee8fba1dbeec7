"""A company of everything there is, by chance: people who are equal, differ, are in doubt, alone or left out."""

from __future__ import annotations

import random

from sqlalchemy import select

from huma_tripletex import planning
from huma_tripletex.core.fields import KEYS
from huma_tripletex.models import Conflict, PlanItem, SyncPlan
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing_parts import Desk

PLACES = ("both", "both", "both", "huma", "tripletex", "never", "doubt")


def company(desk: Desk, chance: random.Random, people: int = 24) -> None:
    """Fills both systems."""
    for number in range(1, people + 1):
        _somebody(desk, chance, number)


def _somebody(desk: Desk, chance: random.Random, number: int) -> None:
    where = chance.choice(PLACES)
    other = {key: value for key, value in _other(number).items() if chance.random() < 0.3}
    if where == "doubt":
        desk.person(number, employee_id=None, date_of_birth=None, phone_number=None)
        desk.employee(number, employee_id=None, date_of_birth="1950-05-05", bank_account_number=None)
    if where in ("both", "huma", "never"):
        desk.person(number, **{key: None for key in ("phone_number", "date_of_birth") if chance.random() < 0.2})
    if where in ("both", "tripletex", "never"):
        desk.employee(number, **other)
    if where == "never":
        planning.never_sync(desk.runtime, desk.connection(), str(number), ANNA)
        desk.session.commit()


def _other(number: int) -> dict[str, str | None]:
    return {
        "given_name": f"Other{number}",
        "phone_number": f"4999{number:04}",
        "bank_account_number": account(500 + number),
        "date_of_birth": "1950-05-05",
    }


def decide(desk: Desk, chance: random.Random, plan: SyncPlan) -> None:
    """Decides about everything that can be decided, or not."""
    rows = desk.session.scalars(select(Conflict).where(Conflict.plan_id == plan.id)).all()
    for row in sorted(rows, key=lambda one: (one.item_id, KEYS.index(one.field))):
        try:
            planning.choose(desk.runtime, plan, {row.id: chance.choice([None, *row.only])}, by=ANNA)
        except planning.NotPossible:
            desk.session.rollback()
        desk.session.commit()
    for item in desk.session.scalars(select(PlanItem).where(PlanItem.plan_id == plan.id)).all():
        if item.kind == "matched" and chance.random() < 0.1:
            planning.choose_people(desk.runtime, plan, {item.id: ("none", None)}, by=ANNA)
        if item.kind in ("only_in_huma", "only_in_tripletex") and not item.blocked:
            choice = chance.choice(["add", "leave", None])
            planning.choose_people(desk.runtime, plan, {item.id: (choice, None)}, by=ANNA)
    desk.session.commit()
