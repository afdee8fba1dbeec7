"""Huma, as small as delivery can do with: people in memory, every value they ever had, and links for some of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from random import Random

from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import HostPerson
from huma_tripletex.models import PersonLink
from huma_tripletex.vault import Vault
from tests.flows.simulation.remote import Remote
from tests.flows.simulation.stage import Clock

VAULT = Vault({"k": b"k" * 32}, b"h" * 32)
ACCOUNTS = ("12345678903", "86011117947", "15032080119", "97104133219")
FAMILIES = ("Aasen", "Berg", "Dahl", "Fossum", "Haugland", "Iversen", "Kvam", "Myhre", "Nygård", "Opdal", "Strand")
"""Accounts are shared now and then; nobody who shares one may be taken for the other."""
EDITABLE = ("phone_number", "given_name", "last_workday", "bank_account_number")


@dataclass
class Huma:
    """The people, and every canonical value that a field of theirs ever had, in order."""

    people: dict[str, HostPerson] = field(default_factory=dict)
    history: dict[tuple[str, str], list[str | None]] = field(default_factory=lambda: defaultdict(list))
    last: tuple[str, str] | None = None
    """Whose field was edited last."""

    def add(self, number: int) -> HostPerson:
        values = {
            "given_name": f"Given{number}",
            "family_name": FAMILIES[number % len(FAMILIES)],
            "phone_number": f"4100{number}000",
            "date_of_birth": f"{1950 + 3 * number}-{1 + number % 9:02}-{10 + number:02}",
            "bank_account_number": ACCOUNTS[number % len(ACCOUNTS)],
            "employee_id": str(number) if number % 2 else None,
            "first_workday": "2020-01-01",
            "last_workday": None,
        }
        person = HostPerson(f"p{number}", values)
        self.write(person)
        return person

    def write(self, person: HostPerson) -> None:
        self.people[person.id] = person
        for key, value in person.values.items():
            history, canonical = self.history[(person.id, key)], normalise(key, value)
            if not history or history[-1] != canonical:
                history.append(canonical)

    def edit(self, random: Random) -> tuple[str, str]:
        """Somebody edits something, not seldom back to what it was; returns the person and the field."""
        if self.last and random.random() < 0.3:
            (person_id, key), was = self.last, self.history[self.last][-2:][0]
        else:
            person_id, key = random.choice(list(self.people)), random.choice(EDITABLE)
            was = random.choice(self.history[(person_id, key)])
        is_back = self.last == (person_id, key) or random.random() < 0.3
        self.last = person_id, key
        person = self.people[person_id]
        value = was if is_back else new_value(random, key)
        self.write(replace(person, values={**person.values, key: value}))
        return person_id, key


def new_value(random: Random, key: str) -> str | None:
    choices: dict[str, list[str | None]] = {
        "phone_number": [f"4{random.randrange(10**6):07}", None],
        "given_name": [f"Name{random.randrange(1000)}"],
        "last_workday": [f"203{random.randrange(10)}-12-31", None],
        "bank_account_number": [random.choice(ACCOUNTS), None],
    }
    return random.choice(choices[key])


def linked(person: HostPerson, remote: Remote, clock: Clock) -> PersonLink:
    values = {key: normalise(key, value) or "" for key, value in person.values.items()}
    body = {
        "firstName": values["given_name"],
        "lastName": values["family_name"],
        "phoneNumberMobile": values["phone_number"].removeprefix("+47"),
        "dateOfBirth": values["date_of_birth"],
        "bankAccountNumber": values["bank_account_number"],
        "employeeNumber": values["employee_id"],
    }
    made = remote.create(body)
    job = remote.create_employment({"employee": {"id": made.id}, "startDate": values["first_workday"]})
    hashes = {
        key: VAULT.keyed_hash("agreement", 1, person.id, key, normalise(key, value))
        for key, value in person.values.items()
    }
    return PersonLink(
        connection_id=1,
        person_id=person.id,
        employee_id=made.id,
        employee_version=made.version,
        employment_id=job.id,
        employment_version=job.version,
        employment_count=1,
        agreed=hashes,
        linked_at=clock(),
    )
