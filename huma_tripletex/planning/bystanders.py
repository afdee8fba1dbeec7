"""Whoever is in one of the systems and in no item of a plan: out of scope, or not told apart from others. The plan
writes nothing of them, but must not give their account number to somebody else unseen.
"""

from __future__ import annotations

from typing import Any

from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import Values
from huma_tripletex.planning.comparison import Both, Item
from huma_tripletex.planning.sealed import Seals
from huma_tripletex.planning.sharing import ACCOUNT


class Bystanders:
    """Everybody, until an item is seen that is about them."""

    def __init__(self, both: Both) -> None:
        self._huma = {one.id: _account(one.values) for one in both.people}
        self._tripletex = {one.id: _account(one.values) for one in both.employees}
        self._of_people: set[str | None] = set()
        self._of_employees: set[str | None] = set()

    def see(self, item: Item) -> None:
        """The accounts of an item can be written in the other system, those of candidates too once one is chosen."""
        content = item.content
        if content.person is not None:
            self._of_people.add(self._huma.pop(content.person.id, None))
        if content.employee is not None:
            self._of_employees.add(self._tripletex.pop(content.employee.id, None))
        self._of_employees.update(_account(one.values) for one in content.candidates)

    def counts(self, seals: Seals) -> dict[str, Any]:
        """For the plan: hashes of the account numbers that an item could write where a bystander has them, in Huma by
        person, in Tripletex by employee. Nothing where there are none, as is usual.
        """
        huma = self._held(self._huma, self._of_employees, seals)
        tripletex = self._held(self._tripletex, self._of_people, seals)
        return {"bystanders": {"huma": huma, "tripletex": tripletex}} if huma or tripletex else {}

    @staticmethod
    def _held(bystanders: dict[Any, str | None], others: set[str | None], seals: Seals) -> dict[str, str]:
        return {
            str(who): seals.account_hash({ACCOUNT: account})
            for who, account in bystanders.items()
            if account is not None and account in others
        }


def _account(values: Values) -> str | None:
    return normalise(ACCOUNT, values.get(ACCOUNT))
