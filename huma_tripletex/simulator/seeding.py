"""The companies a seed stands for: the same seed gives the same people, whatever day it is."""

import random
from datetime import date, timedelta

from huma_tripletex.simulator.catalogue import MODELS
from huma_tripletex.simulator.company import Company, Ids
from huma_tripletex.simulator.countries import NORWAY, country_rows
from huma_tripletex.simulator.norwegian import account_number, full_name, mobile_number
from huma_tripletex.simulator.shapes import Row
from huma_tripletex.simulator.standing import add_company_rows, standing_rows
from huma_tripletex.simulator.tokens import Rights, employee_token
from huma_tripletex.simulator.world import World

SECOND_COMPANY_MAXIMUM = 25
RIGHTS: tuple[Rights, ...] = ("all", "read", "none")
_DAY_ZERO = date(2026, 1, 1)


def populate(world: World, employees: int, seed: int) -> None:
    """Fill an empty world: the first company gets `employees` people beside the owners of its tokens."""
    rng = random.Random(f"huma_tripletex.simulator {seed}")
    ids = Ids()
    shared = {"Country": {row["id"]: row for row in country_rows()}, **standing_rows()}
    first = Company(100_000_001, "Fjord AS", ids, shared)
    second = Company(100_000_002, "Bre AS", ids, shared)
    second.departments_active = True
    add_company_rows(first, departments=("Avdeling",), divisions=())
    add_company_rows(second, departments=("Avdeling", "Drift", "Salg"), divisions=("Bre Oslo", "Bre Tromsø"))
    for company in (first, second):
        world.companies.append(company)
        _add_owners(world, company, rng)
    _add_people(first, employees, rng)
    _add_people(second, min(employees, SECOND_COMPANY_MAXIMUM), rng)


def _add_owners(world: World, company: Company, rng: random.Random) -> None:
    for rights in RIGHTS:
        row = _person(company, rng, number="")
        without_birth_date = company is world.companies[0] and rights == "all"
        row.update(
            userType="EXTENDED",
            version=1,
            bankAccountNumber="",
            phoneNumberMobile="",
            dateOfBirth=None if without_birth_date else row["dateOfBirth"],
        )
        company.put("Employee", row)
        token = employee_token(len(world.tokens) + 1001, company.id, row["id"], rights, rng)
        world.tokens[token.text] = token


def _add_people(company: Company, people: int, rng: random.Random) -> None:
    divisions = [row["id"] for row in company.rows("Division")]
    departments = [row["id"] for row in company.rows("Department")]
    for number in range(1, people + 1):
        row = _person(company, rng, number=str(number))
        row["department"] = rng.choice(departments)
        company.put("Employee", row)
        for start, end in _periods(rng, date.fromisoformat(row["dateOfBirth"])):
            company.put("Employment", _employment(company, row["id"], start, end, divisions, rng))


def _person(company: Company, rng: random.Random, number: str) -> Row:
    given, family = full_name(rng)
    row = MODELS["Employee"].blank()
    row.update(
        id=company.new_id("Employee"),
        firstName=given,
        lastName=family,
        employeeNumber=number,
        dateOfBirth=(_DAY_ZERO - timedelta(days=rng.randint(19 * 365, 66 * 365))).isoformat(),
        phoneNumberMobileCountry=NORWAY,
        phoneNumberMobile=mobile_number(rng),
        bankAccountNumber=account_number(rng),
        userType="NO_ACCESS",
        department=company.rows("Department")[0]["id"],
    )
    row["email"] = f"{_ascii(given)}.{_ascii(family)}.{row['id'] % 1_000_000}@example.org"
    return row


def _periods(rng: random.Random, born: date) -> list[tuple[date, date | None]]:
    """Usually one employment in force; some have ended, some people have come back."""
    adult = max((born + timedelta(days=18 * 366)), date(2005, 1, 1))
    start = adult + timedelta(days=rng.randint(0, max(1, (_DAY_ZERO - adult).days - 400)))
    fate = rng.random()
    if fate > 0.14:
        return [(start, None)]
    end = start + timedelta(days=rng.randint(90, 300))
    if fate > 0.06:
        return [(start, end)]
    return [(start, end), (end + timedelta(days=rng.randint(20, 90)), None)]


def _employment(
    company: Company, employee: int, start: date, end: date | None, divisions: list[int], rng: random.Random
) -> Row:
    row = MODELS["Employment"].blank()
    row.update(
        id=company.new_id("Employment"),
        employee=employee,
        startDate=start.isoformat(),
        endDate=None if end is None else end.isoformat(),
        employmentEndReason=None if end is None else "EMPLOYMENT_END_EMPLOYEE",
        division=rng.choice(divisions) if divisions else None,
    )
    return row


def _ascii(name: str) -> str:
    return name.lower().translate(str.maketrans("æøå ", "eoa."))
