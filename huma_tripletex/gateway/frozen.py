"""The seal on an approved plan: one keyed hash of everything that is to be written, to whom, and with which settings.

Approval makes it from what was shown, and a run makes it again from its own rows before it writes anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from huma_tripletex.vault import Vault

Writes = Mapping[str, Sequence[str | None]]
"""By field, the value before and the value after."""


class Frozen:
    """Collects one person after the other, in the order of their positions."""

    def __init__(self) -> None:
        self._whole = hashlib.sha256()

    def add(
        self,
        position: int,
        action: str,
        person_id: str | None,
        employee_id: int | None,
        huma: Writes,
        tripletex: Writes,
        end_reasons: Sequence[str],
    ) -> None:
        """One person, with what is written to them in each system, and why their employment ends."""
        line = msgspec.json.encode([position, action, person_id, employee_id, huma, tripletex, end_reasons])
        self._whole.update(line + b"\n")

    def digest(self, vault: Vault, plan_id: int, options: Mapping[str, Any]) -> str:
        """The hash, which nobody without our key can make. `options`: what was chosen for the connection."""
        whole = self._whole.copy()
        whole.update(msgspec.json.encode(options, order="sorted"))
        return vault.keyed_hash("plan", plan_id, whole.hexdigest())
