"""What an administrator may choose for a connection; kept as JSON in `Connection.options`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

UserType = Literal["NO_ACCESS", "STANDARD", "EXTENDED"]


@dataclass(frozen=True)
class ConnectionOptions:
    """How a connection behaves.

    `user_type`: what new employees become in Tripletex; anything but NO_ACCESS makes Tripletex mail them.
    `end_reason`: sent with a last workday. `division_id`, `department_id`: for new people, if the company wants it.
    `add_new_people`: people added in Huma are added to Tripletex by themselves.
    """

    user_type: UserType = "NO_ACCESS"
    end_reason: str = "EMPLOYMENT_END_EMPLOYEE"
    division_id: int | None = None
    department_id: int | None = None
    add_new_people: bool = False

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> ConnectionOptions:
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in options.items() if key in known})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
