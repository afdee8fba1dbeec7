"""A seeded company of families: spouses, twins, father and son of one name, who share phones, mailboxes and accounts,
some of them in one system only; numbers given anew, slips in names and dates. Made without the rules under test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from huma_tripletex.core.people import HostPerson, TripletexEmployee
from tests.core.build import employee, person

# fmt: off
GIVEN = (
    "Ola", "Kari", "Per", "Anne", "Nils", "Liv", "Jan", "Eva", "Tor", "Ida", "Lars", "Ingrid", "Knut", "Marit",
    "Arne", "Berit", "Svein", "Astrid", "Geir", "Solveig", "Morten", "Hilde", "Trond", "Randi", "Terje", "Bente",
    "Rune", "Silje", "Espen", "Hanne", "Åse", "Bjørn", "Sølvi", "Øystein", "Håkon", "Kristoffer", "Cathrine",
    "Alexander", "Thomas", "Kristine", "Elisabeth", "Sarah",
)
FAMILY = (
    "Hansen", "Johansen", "Olsen", "Larsen", "Andersen", "Pedersen", "Nilsen", "Kristiansen", "Jensen", "Karlsen",
    "Berg", "Haugen", "Hagen", "Dahl", "Lund", "Moen", "Solberg", "Bakken", "Strand", "Lie", "Sæther", "Ødegård",
    "Nygård", "Bråten", "Vik", "Foss", "Aas", "Myhre", "Eide", "Sunde", "Tangen", "Ruud", "Brekke", "Gulbrandsen",
)
# fmt: on
TWINS = (("Kari", "Karin"), ("Ola", "Ole"), ("Anne", "Anna"), ("Mari", "Marte"), ("Per", "Pål"), ("Tor", "Torunn"))
SHORT = {"Alexander": "Alex", "Thomas": "Tom", "Kristine": "Stine", "Elisabeth": "Lisa", "Kristoffer": "Chris"}
Row = dict[str, str | None]


@dataclass
class Company:
    """Both systems. `truth`: employee by person, of those who are in both."""

    people: list[HostPerson] = field(default_factory=list)
    employees: list[TripletexEmployee] = field(default_factory=list)
    truth: dict[str, int] = field(default_factory=dict)


def company(seed: int, size: int = 1000, *, numbered: bool = True) -> Company:
    """`size` households, most of them of one person. `numbered`: both systems know employee IDs."""
    made = _Maker(Random(seed), numbered)
    for _ in range(size):
        family = made.random.choices(KINDS, WEIGHTS)[0]
        for row in family(made):
            made.employ(row)
    for _ in range(size // 100 if numbered else 0):
        made.reuse_a_number()
    made.random.shuffle(made.company.people)
    made.random.shuffle(made.company.employees)
    return made.company


class _Maker:
    def __init__(self, random: Random, numbered: bool) -> None:
        self.random, self.numbered, self.company, self.count = random, numbered, Company(), 0

    def number(self) -> int:
        self.count += 1
        return self.count

    def row(self, **known: str | None) -> Row:
        pick, number = self.random.choice, self.number()
        made: Row = {
            "given_name": pick(GIVEN),
            "family_name": pick(FAMILY),
            "date_of_birth": self.birth(),
            "phone_number": f"4{number:07}",
            "bank_account_number": f"{number:011}",
            "employee_id": str(number) if self.numbered else None,
            "email": f"p{number}@fjord.no",
        }
        return made | known

    def birth(self, since: int = 1955, years: int = 50) -> str:
        return str(date(since, 1, 1) + timedelta(days=self.random.randrange(years * 365)))

    def share(self, one: Row, other: Row) -> None:
        """What a household has in common: always the phone or the mailbox, often both, sometimes the account."""
        shared = self.random.choice(
            (("phone_number",), ("email",), ("phone_number", "email"), ("phone_number", "email", "bank_account_number"))
        )
        other.update({key: one[key] for key in shared})

    def employ(self, row: Row) -> None:
        """In both systems, as each has come to know them; one in eight in one of them only."""
        where = self.random.random()
        if where < 0.94:
            self.company.people.append(person(f"p{self.number()}", **self.told(row)))
        if where > 0.06:
            self.company.employees.append(employee(self.number(), **self.told(row)))
        if 0.06 < where < 0.94:
            self.company.truth[self.company.people[-1].id] = self.company.employees[-1].id

    def told(self, row: Row) -> Row:
        """One system's version: what is missing, what is old, what somebody mistyped."""
        chance, told = self.random.random, dict(row)
        for key, missing in (("employee_id", 0.15), ("email", 0.1), ("date_of_birth", 0.06), ("phone_number", 0.1)):
            if chance() < missing:
                told[key] = None
        for key in ("phone_number", "bank_account_number", "email"):
            if chance() < 0.04:
                told[key] = self.row()[key]
        for share, alter in NOISE:
            if chance() < share:
                alter(self, told)
        return told

    def reuse_a_number(self) -> None:
        """Whoever has left Huma's number five is somebody else's in Tripletex, now and then of the same family name."""
        here = self.row()
        there = self.row(employee_id=here["employee_id"])
        if self.random.random() < 0.3:
            there["family_name"] = here["family_name"]
        self.company.people.append(person(f"p{self.number()}", **here))
        self.company.employees.append(employee(self.number(), **there))


def _single(made: _Maker) -> Iterator[Row]:
    yield made.row()


def _spouses(made: _Maker) -> Iterator[Row]:
    one, other = made.row(), made.row()
    while other["given_name"] == one["given_name"]:
        other = made.row()
    other["family_name"] = one["family_name"]
    made.share(one, other)
    yield from (one, other)


def _twins(made: _Maker) -> Iterator[Row]:
    names = made.random.choice(TWINS)
    one = made.row(given_name=names[0])
    other = made.row(given_name=names[1], family_name=one["family_name"], date_of_birth=one["date_of_birth"])
    made.share(one, other)
    yield from (one, other)


def _father_and_son(made: _Maker) -> Iterator[Row]:
    father = made.row(date_of_birth=made.birth(1945, 20))
    son = made.row(**{key: father[key] for key in ("given_name", "family_name")}, date_of_birth=made.birth(1980, 20))
    made.share(father, son)
    yield from (father, son)


def _slip_in_date(made: _Maker, row: Row) -> None:
    if born := row["date_of_birth"]:
        row["date_of_birth"] = str(date.fromisoformat(born) + timedelta(days=made.random.choice((-1, 1, 10))))


def _short(_made: _Maker, row: Row) -> None:
    row["given_name"] = SHORT.get(str(row["given_name"]), row["given_name"])


def _middle(made: _Maker, row: Row) -> None:
    row["given_name"] = f"{row['given_name']} {made.random.choice(GIVEN)}"


def _no_norwegian_keyboard(_made: _Maker, row: Row) -> None:
    for key in ("given_name", "family_name"):
        text = str(row[key])
        for letter, written in (("å", "aa"), ("Å", "Aa"), ("ø", "oe"), ("Ø", "Oe"), ("æ", "ae")):
            text = text.replace(letter, written)
        row[key] = text


def _letter(made: _Maker, row: Row) -> None:
    key = made.random.choice(("given_name", "family_name"))
    text = str(row[key])
    at = made.random.randrange(1, len(text))
    row[key] = text[:at] + made.random.choice("aeinrst") + text[at + 1 :]


def _married(made: _Maker, row: Row) -> None:
    row["family_name"] = made.random.choice(FAMILY)


def _swapped(_made: _Maker, row: Row) -> None:
    row["given_name"], row["family_name"] = row["family_name"], row["given_name"]


KINDS: tuple[Callable[[_Maker], Iterator[Row]], ...] = (_single, _spouses, _twins, _father_and_son)
WEIGHTS = (94, 4, 1, 1)
NOISE: tuple[tuple[float, Callable[[_Maker, Row], None]], ...] = (
    (0.01, _slip_in_date),
    (0.3, _short),
    (0.03, _middle),
    (0.1, _no_norwegian_keyboard),
    (0.005, _letter),
    (0.01, _married),
    (0.002, _swapped),
)
