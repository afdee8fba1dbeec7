"""What a plan knows of a person: both sides' values, sealed with the place in the plan they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import HostPerson, TripletexEmployee, Values, full_name
from huma_tripletex.models import Connection
from huma_tripletex.vault import Vault


@dataclass(frozen=True)
class Content:
    """One person of a plan. `candidates` are the employees that an uncertain one may be; `agreed` has the agreement
    hashes of the fields in which both sides are equal. `end_reason`: why the employment ends, in Tripletex's words, if
    Huma's last workday goes there; "" without one.
    """

    person: HostPerson | None = None
    employee: TripletexEmployee | None = None
    candidates: tuple[TripletexEmployee, ...] = ()
    agreed: dict[str, str] = field(default_factory=dict, repr=False)
    end_reason: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """As Huma has it, otherwise as Tripletex has it."""
        return (self.person.name if self.person else "") or (self.employee.name if self.employee else "")

    @property
    def huma(self) -> Values:
        return self.person.values if self.person else {}

    @property
    def tripletex(self) -> Values:
        return self.employee.values if self.employee else {}


class _Names(msgspec.Struct):
    given_name: str | None = None
    family_name: str | None = None


class _Somebody(msgspec.Struct):
    values: _Names

    @property
    def name(self) -> str:
        return full_name({"given_name": self.values.given_name, "family_name": self.values.family_name})


class _Called(msgspec.Struct):
    """The part of `Content` that a search by name reads."""

    person: _Somebody | None = None
    employee: _Somebody | None = None


_decoder, _called = msgspec.json.Decoder(Content), msgspec.json.Decoder(_Called)


@dataclass(frozen=True)
class Seals:
    """Seals and opens the items of one plan."""

    vault: Vault
    organisation_id: str
    connection_id: int
    plan_id: int

    @classmethod
    def of(cls, vault: Vault, connection: Connection, plan_id: int) -> Seals:
        return cls(vault, connection.organisation_id, connection.id, plan_id)

    def fingerprint(self, content: Content) -> str:
        """The same in every plan of the connection, as long as nothing changes of whom it is about."""
        everybody = (content.huma, content.tripletex, *(one.values for one in content.candidates))
        canonical = [normalise(key, values.get(key)) for values in everybody for key in KEYS]
        return self.vault.keyed_hash("plan item", self.connection_id, *canonical)

    def seal(self, position: int, content: Content) -> bytes:
        return self.vault.seal(msgspec.json.encode(content), *self._context(position))

    def open(self, position: int, sealed: bytes | None) -> Content:
        """What was sealed; nothing, if it was emptied since.

        Raises:
            NotReadable: the key is gone, or the value was moved from another row.
        """
        if sealed is None:
            return Content()
        return _decoder.decode(self.vault.open(sealed, *self._context(position)))

    def name(self, position: int, sealed: bytes | None) -> str:
        """`Content.name`, without the rest. Raises NotReadable."""
        if sealed is None:
            return ""
        found = _called.decode(self.vault.open(sealed, *self._context(position)))
        return (found.person.name if found.person else "") or (found.employee.name if found.employee else "")

    def account_hash(self, values: Values) -> str:
        """The same for the same account number on anybody of this plan; "" for none."""
        account = normalise("bank_account_number", values.get("bank_account_number"))
        return self.vault.keyed_hash("account in plan", self.plan_id, account) if account else ""

    def _context(self, position: int) -> tuple[Any, ...]:
        return (self.organisation_id, self.connection_id, "plan_item", self.plan_id, position)
