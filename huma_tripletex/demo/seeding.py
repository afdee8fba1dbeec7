"""Brings the cast on stage: companies, roles and people into Huma, their employees into the simulated Tripletex."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
from sqlalchemy import delete, select, text

from huma_tripletex.demo.cast import BRE, FJORD, Member
from huma_tripletex.demo.database import db
from huma_tripletex.demo.models import SETTINGS_PERMISSION, Organisation, Person, Role, User

COMPANIES = {"Fjord AS": FJORD, "Bre AS": BRE}
USERS = (
    ("Anna Berg", "Fjord AS", "Administrator"),
    ("Henrik Lund", "Fjord AS", "Employee"),
    ("Oda Vik", "Bre AS", "Administrator"),
)
NORWAY = 161


def seed_huma() -> None:
    """The two companies, afresh: what an earlier demo left of them goes first."""
    forget()
    for name, members in COMPANIES.items():
        organisation = Organisation(name=name)
        db.session.add(organisation)
        db.session.flush()
        db.session.add_all(person(organisation.id, member) for member in members if member.huma is not None)
        add_users(organisation)
    db.session.commit()


def forget() -> None:
    """Removes the two companies and their connections; nobody else's rows are touched."""
    old = [
        str(number) for number in db.session.scalars(select(Organisation.id).where(Organisation.name.in_(COMPANIES)))
    ]
    for number in old:
        gone = {"organisation": number}
        ours = "(SELECT id FROM huma_tripletex_connection WHERE organisation_id = :organisation)"
        for table in ("outbox_entry", "outbox_lease"):
            db.session.execute(text(f"DELETE FROM huma_tripletex_{table} WHERE connection_id IN {ours}"), gone)  # noqa: S608
        db.session.execute(text("DELETE FROM huma_tripletex_connection WHERE organisation_id = :organisation"), gone)
    for model in (Person, User, Role):
        db.session.execute(delete(model).where(model.organisation_id.in_(map(int, old))))
    db.session.execute(delete(Organisation).where(Organisation.id.in_(map(int, old))))
    db.session.commit()


def person(organisation_id: int, member: Member) -> Person:
    return Person(organisation_id=organisation_id, **member.facts(member.huma or {}))


def add_users(organisation: Organisation) -> None:
    permissions: dict[str, list[str]] = {"Administrator": [SETTINGS_PERMISSION], "Employee": []}
    roles = {
        name: Role(organisation_id=organisation.id, name=name, permissions=may) for name, may in permissions.items()
    }
    db.session.add_all(roles.values())
    db.session.flush()
    for name, company, role in USERS:
        if company == organisation.name:
            address = name.lower().replace(" ", ".") + f"@{company.split()[0].lower()}.example"
            db.session.add(User(name=name, email=address, organisation_id=organisation.id, role_id=roles[role].id))


def seed_tripletex(simulator_url: str) -> list[str]:
    """The employees of both companies; answers the employee token of each.

    Raises:
        httpx.HTTPError: the simulator does not answer.
    """
    with httpx.Client(base_url=f"{simulator_url}/_simulator/") as simulator:
        rows = simulator.get("tokens").raise_for_status().json()
        tokens = list({row["company"]: row for row in reversed(rows) if row["rights"] == "all"}.values())[::-1]
        for row, members in zip(tokens, COMPANIES.values(), strict=False):
            company = {"company": row["company"]}
            simulator.post("employees", params=company, json=employees(members)).raise_for_status()
    return [row["employee_token"] for row in tokens]


def employees(members: Sequence[Member]) -> list[dict[str, Any]]:
    return [employee(member.facts(member.tripletex)) for member in members if member.tripletex is not None]


def employee(facts: dict[str, str | None]) -> dict[str, Any]:
    """An Employee as Tripletex stores it: national digits, empty text where nothing is known."""
    return {
        "firstName": facts["given_name"],
        "lastName": facts["family_name"],
        "employeeNumber": facts["employee_id"] or "",
        "dateOfBirth": facts["date_of_birth"],
        "email": facts["email"] or "",
        "phoneNumberMobile": (facts["phone_number"] or "").removeprefix("+47").replace(" ", ""),
        "phoneNumberMobileCountry": {"id": NORWAY},
        "bankAccountNumber": facts["bank_account_number"] or "",
        "employments": [{"startDate": facts["first_workday"], "endDate": facts["last_workday"]}],
    }
