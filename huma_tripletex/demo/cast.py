"""The cast of the demo: two companies in Huma, and their employees in the simulated Tripletex.

They overlap in an instructive way: equal people, a conflict in each supported field, values missing on either side, one
phone number written two ways, people on one side only, two who share a name, somebody without a date of birth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Facts = Mapping[str, str | None]


@dataclass(frozen=True)
class Member:
    """One human being: what is true of them, and what each system says instead (None: it does not know them)."""

    given_name: str
    family_name: str
    employee_id: str | None
    date_of_birth: str | None
    phone_number: str | None
    bank_account_number: str | None
    first_workday: str | None
    huma: Facts | None = field(default_factory=dict)
    tripletex: Facts | None = field(default_factory=dict)

    def facts(self, said_instead: Facts) -> dict[str, str | None]:
        """Every field of this member as one system has it."""
        keys = ("given_name", "family_name", "employee_id", "date_of_birth", "phone_number", "bank_account_number")
        true: dict[str, str | None] = {key: getattr(self, key) for key in keys}
        known = true | {"first_workday": self.first_workday, "last_workday": None, "email": self.email}
        return known | dict(said_instead)

    @property
    def email(self) -> str:
        letters = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "é": "e", " ": "."})
        return f"{self.given_name}.{self.family_name}".lower().translate(letters) + "@fjord.example"


FJORD = (
    # equal in both systems
    Member("Anna", "Berg", "1001", "1984-03-02", "+47 912 10 001", "76220217341", "2015-01-05"),
    Member("Henrik", "Lund", "1002", "1990-11-23", "+47 912 10 002", "27440674211", "2019-08-15"),
    Member("Kari", "Nordmann", "1003", "1979-06-30", "+47 912 10 003", "80750197020", "2012-02-01"),
    Member("Per", "Haugen", "1004", "1988-09-14", "+47 912 10 004", "18070184024", "2020-10-01"),
    Member("Liv", "Strand", "1005", "1995-01-27", "+47 912 10 005", "90290149303", "2021-05-03"),
    Member("Jonas", "Vik", "1006", "1992-12-12", "+47 912 10 006", "46660127216", "2022-08-01"),
    # the same phone number and account number, written two ways: no difference
    Member(
        "Sofie",
        "Nygård",
        "1007",
        "1993-04-18",
        "91210007",
        "47390143601",
        "2018-03-01",
        huma={"phone_number": "0047 912 10 007", "bank_account_number": "4739.01.43601"},
    ),
    # a conflict in each field
    Member(
        "Mette",
        "Solberg",
        "1008",
        "1986-07-07",
        "+47 912 10 008",
        "30110142710",
        "2016-09-01",
        tripletex={"given_name": "Mette Marie"},
    ),
    Member(
        "Thea",
        "Bjørnstad",
        "1009",
        "1991-02-19",
        "+47 912 10 009",
        "64450156726",
        "2019-01-07",
        tripletex={"family_name": "Bjørnstad Lie"},
    ),
    Member(
        "Nils",
        "Dahl",
        "1010",
        "1982-05-09",
        "+47 912 34 567",
        "39540197400",
        "2014-04-01",
        tripletex={"phone_number": "98876543", "bank_account_number": None},
    ),
    Member(
        "Ola",
        "Hansen",
        "1011",
        "1977-10-31",
        "+47 912 10 011",
        "82860171402",
        "2011-11-01",
        tripletex={"date_of_birth": "1977-10-13"},
    ),
    Member(
        "Mohammed",
        "Øverland",
        "1012",
        "1994-08-22",
        "+47 912 10 012",
        "55530189901",
        "2020-02-03",
        tripletex={"bank_account_number": "14480112319"},
    ),
    Member(
        "Ingrid",
        "Sæther",
        "1013",
        "1992-07-09",
        "+47 912 10 013",
        "71680136801",
        "2021-03-01",
        tripletex={"employee_id": "2013"},
    ),
    Member(
        "Åse",
        "Kristoffersen",
        "1014",
        "1973-03-21",
        "+47 912 10 014",
        "28650128011",
        "2018-02-01",
        tripletex={"first_workday": "2017-02-01"},
    ),
    Member(
        "Lars",
        "Ødegård",
        "1015",
        "1969-12-01",
        "+47 912 10 015",
        "93710144816",
        "2009-06-01",
        huma={"last_workday": "2026-12-31"},
        tripletex={"last_workday": "2027-01-31"},
    ),
    # a value missing on one side
    Member(
        "Hanne",
        "Moe",
        "1016",
        "1989-09-09",
        "+47 912 10 016",
        "36260191211",
        "2017-05-02",
        huma={"phone_number": None},
    ),
    Member(
        "Eirik",
        "Foss",
        "1017",
        "1996-06-16",
        "+47 912 10 017",
        "52180167706",
        "2023-01-02",
        huma={"bank_account_number": None},
    ),
    Member(
        "Marit",
        "Eide",
        "1018",
        "1981-01-11",
        "+47 912 10 018",
        "67330119508",
        "2013-08-12",
        tripletex={"phone_number": None},
    ),
    Member(
        "Tor",
        "Bakke",
        "1019",
        "1987-04-04",
        "+47 912 10 019",
        "41090175201",
        "2016-01-04",
        huma={"last_workday": "2026-11-30"},
    ),
    # no date of birth in Huma, though Tripletex wants one
    Member(
        "Siri",
        "Lie",
        "1020",
        "1998-02-02",
        "+47 912 10 020",
        "85410182128",
        "2024-06-03",
        huma={"date_of_birth": None},
    ),
    # two people who share a name; of the second, Huma knows nothing that tells them apart
    Member("Bjørn", "Aas", "1021", "1979-01-30", "+47 912 10 021", "59920133309", "2019-08-15"),
    Member(
        "Bjørn",
        "Aas",
        "1022",
        "1986-05-04",
        "+47 912 10 022",
        "73060155604",
        "2022-06-01",
        huma={"employee_id": None, "date_of_birth": None, "phone_number": None, "email": None},
    ),
    # in Huma only; Emil has no date of birth, so Tripletex will not take him yet
    Member("Ingvild", "Tangen", "1023", "1999-05-15", "+47 912 10 023", "24810143904", "2026-11-02", tripletex=None),
    Member("Astrid", "Holm", "1024", "1997-10-08", "+47 912 10 024", "98120166204", "2026-11-16", tripletex=None),
    Member("Emil", "Sørlie", "1025", None, "+47 912 10 025", None, "2026-12-01", tripletex=None),
    # in Tripletex only
    Member("Hege", "Fjeld", "1026", "1985-12-24", "91210026", "31770128806", "2020-01-02", huma=None),
    Member("Rolf", "Myhre", "1027", "1961-08-08", "91210027", "62540171101", "2001-03-01", huma=None),
)
BRE = (
    Member("Oda", "Vik", "1", "1983-02-14", "+47 934 20 001", "19630152405", "2017-01-02"),
    Member("Sindre", "Hagen", "2", "1990-06-21", "+47 934 20 002", "77250138809", "2019-03-01"),
    Member(
        "Frida",
        "Lunde",
        "3",
        "1994-09-30",
        "+47 934 20 003",
        "45870164703",
        "2021-08-16",
        tripletex={"phone_number": "93429999"},
    ),
    Member("Aksel", "Rud", "4", "2000-12-05", "+47 934 20 004", "83390119103", "2026-10-01", tripletex=None),
)
