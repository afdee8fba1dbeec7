"""A seeded corpus of two systems full of people, with the truth about who is who and what differs.

It is made without the rules under test: spellings are written here by hand, and what differs is known because it was
made to differ. Dates of birth, phone and account numbers occur once, so that nothing coincides by chance; names do not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from huma_tripletex.core.people import HostPerson, TripletexEmployee
from tests.core.build import read_employee

GIVEN = ("Ola", "Kari", "Åse", "Per", "Sølvi", "Anne-Marie", "Bjørn", "Ragnhild", "José", "Thea", "Øystein", "Li")
FAMILY = ("Hansen", "Berg", "Nygård", "Sæther", "Ødegård", "Aas", "Dahl", "Moen", "Vik", "Eriksen", "Li Strand", "Foss")
SIGNS = ("employee_id", "email", "name_and_birth", "name_and_phone", "nothing")
Row = dict[str, str | None]
Sides = tuple[Row, Row]


@dataclass
class Corpus:
    """Both systems and the truth. `pairs`: employee and sign by person, where they must be found. `asked`: who may be
    whom, though nobody can know. `either`: who may be found or asked about, as it depends on who else is called so.
    `differing`: kind by field for each true pair.
    """

    people: list[HostPerson] = field(default_factory=list)
    employees: list[TripletexEmployee] = field(default_factory=list)
    pairs: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    either: dict[str, tuple[int, str]] = field(default_factory=dict)
    differing: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)


class Source:
    """Makes people up; everything but names is made once."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._count = 0

    def person(self) -> Row:
        pick = self.random.choice
        start = date(2005, 1, 1) + timedelta(days=self.random.randrange(7000))
        return {
            "given_name": pick(GIVEN),
            "family_name": pick(FAMILY),
            "phone_number": self.phone(),
            "date_of_birth": self.birth(),
            "bank_account_number": self.account(),
            "employee_id": str(self.number() + 1000),
            "first_workday": str(start),
            "last_workday": str(start + timedelta(days=400)) if self.random.random() < 0.2 else None,
            "email": f"someone{self.number()}@fjord.no",
        }

    def number(self) -> int:
        self._count += 1
        return self._count

    def phone(self) -> str:
        if self.random.random() < 0.1:
            return f"+4670{self.number():07}"
        return f"+47{self.random.choice('49')}{self.number():07}"

    def birth(self) -> str:
        return str(date(1940, 1, 1) + timedelta(days=self.number()))

    def another_birth(self) -> str:
        """So far from everybody's that no slip of the pen lies between them."""
        return str(date(1990, 1, 1) + timedelta(days=self.number()))

    def account(self) -> str:
        while True:
            digits = f"{self.random.randrange(1000, 9999)}{self.number():06}"
            weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
            rest = sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11
            if rest != 1:
                return digits + str((11 - rest) % 11)

    def other(self, key: str, value: str | None) -> str:
        """A value of the field that means something else."""
        if key == "date_of_birth":
            return self.another_birth()
        fresh = self.person()
        while fresh[key] == value or fresh[key] is None:
            fresh = self.person()
        return str(fresh[key])


def make(seed: int, size: int = 1000) -> Corpus:
    """A corpus of `size` true pairs, a fifth as many strangers on each side, and some who look like each other."""
    source, corpus = Source(seed), Corpus()
    for number in range(size):
        sign = SIGNS[number % len(SIGNS)] if number % 3 else "employee_id"
        _add_pair(source, corpus, sign)
    for _ in range(size // 5):
        _add_stranger(source, corpus)
    for _ in range(size // 50):
        _add_reused_number(source, corpus)
    source.random.shuffle(corpus.people)
    source.random.shuffle(corpus.employees)
    return corpus


def _add_pair(source: Source, corpus: Corpus, sign: str) -> None:
    base = source.person()
    sides = dict(base), dict(base)
    altered = _alter(source, sides, sign)
    person_id, employee_id = _add_huma(source, corpus, sides[0]), _add_tripletex(source, corpus, sides[1])
    if sign == "nothing" or _might_be_two(sign, altered):
        corpus.asked[person_id] = employee_id
    elif _is_number_alone(sign, altered):
        corpus.either[person_id] = (employee_id, sign)
    else:
        corpus.pairs[person_id] = (employee_id, sign)
    altered.pop("email", None)
    corpus.differing[person_id, employee_id] = altered


def _might_be_two(sign: str, altered: dict[str, str]) -> bool:
    """Whether twins or father and son, who share a mailbox or a phone, or a namesake who was given a number anew, would
    look like this pair.
    """
    if _is_number_alone(sign, altered):
        return "conflict" in (altered.get("phone_number"), altered.get("bank_account_number"))
    if sign == "email" and "conflict" in (altered.get("given_name"), altered.get("date_of_birth")):
        return True
    own = {"email": ("employee_id", "phone_number", "bank_account_number")}.get(
        sign, ("employee_id", "bank_account_number")
    )
    different = [altered.get(key) for key in own].count("conflict")
    nothing_agrees = all(key in altered for key in own)
    return sign in ("email", "name_and_phone") and "date_of_birth" in altered and different > 1 and nothing_agrees


def _is_number_alone(sign: str, altered: dict[str, str]) -> bool:
    """Whether nothing but the name agrees besides an employee ID, and the dates of birth speak against it."""
    known = {"phone_number", "bank_account_number", "email"}
    return sign == "employee_id" and altered.get("date_of_birth") == "conflict" and known <= altered.keys()


def _alter(source: Source, sides: Sides, sign: str) -> dict[str, str]:
    """Makes the sides differ so that `sign` is the surest one left; answers what differs."""
    random, altered = source.random, dict[str, str]()
    keep = {
        "employee_id": {"employee_id"},
        "email": {"email"},
        "name_and_birth": {"given_name", "family_name", "date_of_birth"},
        "name_and_phone": {"given_name", "family_name", "phone_number"},
        "nothing": {"given_name", "family_name"},
    }[sign]
    weaker = {"employee_id": set(), "email": {"employee_id"}, "name_and_birth": {"employee_id", "email"}}
    broken = weaker.get(sign, {"employee_id", "email", "date_of_birth"}) | (
        {"phone_number"} if sign == "nothing" else set()
    )
    for key in sorted(broken):
        # a different number or birth would say that they are two: where only the name is left, one side knows nothing
        only_missing = key == "date_of_birth" or (sign == "nothing" and key == "employee_id")
        _differ(source, sides, key, altered, only_missing)
    identity = ["given_name", "family_name", "date_of_birth"]
    free = ["phone_number", "bank_account_number", "first_workday", "last_workday", "email", "employee_id"]
    random.shuffle(identity)
    for key in [*identity[:1], *(key for key in free if random.random() < 0.2)]:
        if key not in keep and key not in broken and random.random() < 0.6:
            _differ(source, sides, key, altered)
    return altered


def _differ(source: Source, sides: Sides, key: str, altered: dict[str, str], only_missing: bool = False) -> None:
    random = source.random
    what = random.choice(("conflict", "missing_in_huma", "missing_in_tripletex"))
    if key in ("given_name", "family_name"):
        what = "conflict"
    elif only_missing and what == "conflict":
        what = "missing_in_huma"
    if sides[0][key] is None:  # only of a last workday there may have been none
        sides[0][key] = sides[1][key] = str(date(2026, 1, 1) + timedelta(days=source.number()))
    if what == "conflict":
        side = random.randrange(2)
        sides[side][key] = source.other(key, sides[side][key])
    else:
        sides[0 if what == "missing_in_huma" else 1][key] = None
    altered[key] = what


def _add_stranger(source: Source, corpus: Corpus) -> None:
    """Somebody in Huma and somebody else in Tripletex, who may well share a name."""
    _add_huma(source, corpus, source.person())
    _add_tripletex(source, corpus, source.person())


def _add_reused_number(source: Source, corpus: Corpus) -> None:
    """The number of somebody in Huma is another one's in Tripletex."""
    here, there = source.person(), source.person()
    here.update(given_name="Tor", family_name="Bakke")
    there.update(given_name="Ingvild", family_name="Solheim", employee_id=here["employee_id"])
    corpus.asked[_add_huma(source, corpus, here)] = _add_tripletex(source, corpus, there)


def _add_huma(source: Source, corpus: Corpus, row: Row) -> str:
    spelled = {key: _spell(source.random, key, value) for key, value in row.items()}
    email = spelled.pop("email")
    corpus.people.append(HostPerson(f"p{source.number()}", spelled, email=email))
    return corpus.people[-1].id


def _add_tripletex(source: Source, corpus: Corpus, row: Row) -> int:
    phone, country = _national(row["phone_number"])
    body = {
        "firstName": row["given_name"],
        "lastName": row["family_name"],
        "phoneNumberMobile": phone,
        "dateOfBirth": row["date_of_birth"],
        "bankAccountNumber": row["bank_account_number"] or "",
        "employeeNumber": row["employee_id"] or "",
        "startDate": row["first_workday"],
        "endDate": row["last_workday"],
        "email": row["email"],
    }
    corpus.employees.append(read_employee(source.number(), body, country))
    return corpus.employees[-1].id


def _national(number: str | None) -> tuple[str, str]:
    if number is None:
        return "", "NO"
    return number[3:], "SE" if number.startswith("+46") else "NO"


def _spell(random: Random, key: str, value: str | None) -> str | None:
    """The same value as a person might have typed it."""
    if value is None:
        return random.choice((None, "", "  ")) if key != "email" else None
    return random.choice(SPELLINGS.get(key, (str,)))(value)


SPELLINGS: dict[str, tuple[Callable[[str], str], ...]] = {
    "given_name": (str, lambda v: f" {v}\u00a0", lambda v: unicodedata.normalize("NFD", v)),
    "family_name": (str, lambda v: v.replace(" ", "  "), lambda v: unicodedata.normalize("NFD", v)),
    "phone_number": (
        str,
        lambda v: f"00{v[1:3]} {v[3:]}",
        lambda v: f"{v[:3]} {v[3:6]} {v[6:8]}\u00a0{v[8:]}",
        lambda v: f"({v[:3]}) {v[3:6]}-{v[6:]}",
        lambda v: f" {v[3:5]} {v[5:7]} {v[7:]}" if v.startswith("+47") else v,
    ),
    "date_of_birth": (str, lambda v: f"{v}T00:00:00", lambda v: f"{v[8:]}.{v[5:7]}.{v[:4]}"),
    "bank_account_number": (
        str,
        lambda v: f"{v[:4]}.{v[4:6]}.{v[6:]}",
        lambda v: f"{v[:4]} {v[4:6]} {v[6:]}",
    ),
    "employee_id": (str, lambda v: f"{v} "),
    "email": (str, str.upper),
}
