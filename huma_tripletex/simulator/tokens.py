"""Consumer, employee and session tokens, in Tripletex's form: base64 of a small JSON object, so they start `eyJ`."""

import base64
import json
import random
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Literal

Rights = Literal["all", "read", "none"]
LEVELS: dict[str, int] = {"none": 0, "read": 1, "all": 2}


def token_text(token_id: int, secret: uuid.UUID) -> str:
    """A token of the test environment, which is what the simulator is."""
    inside = json.dumps({"tokenId": token_id, "token": f"test-{secret}"}, separators=(",", ":"))
    return base64.b64encode(inside.encode()).decode()


CONSUMER_ID = 1
CONSUMER_TOKEN = token_text(CONSUMER_ID, uuid.UUID("5f0c5f0e-7c0e-4c1b-9a2e-6b1d0f4e8a21"))
"""The one consumer token: the same for every seed and every company."""


@dataclass(frozen=True)
class EmployeeToken:
    """What an administrator of a company pastes into an integration."""

    id: int
    text: str
    company_id: int
    owner_id: int
    rights: Rights


@dataclass(frozen=True)
class Session:
    """A session dies when Oslo's date reaches `expires`."""

    id: int
    text: str
    token: EmployeeToken
    expires: date


def employee_token(token_id: int, company_id: int, owner_id: int, rights: Rights, rng: random.Random) -> EmployeeToken:
    """A token that depends on the seed alone."""
    secret = uuid.UUID(int=rng.getrandbits(128), version=4)
    return EmployeeToken(token_id, token_text(token_id, secret), company_id, owner_id, rights)


def session(session_id: int, token: EmployeeToken, expires: date) -> Session:
    """A new session; several may live at once."""
    return Session(session_id, token_text(session_id, uuid.uuid4()), token, expires)
