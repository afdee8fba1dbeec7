"""A client for Tripletex's API that knows nothing of us and speaks in Tripletex's words: `Tripletex` makes the
calls, a `SessionSource` its sessions, a `Budget` keeps within the rate limit, and `huma_tripletex.errors` says what
went wrong.
"""

from huma_tripletex.tripletex.budget import Budget, SharedWindow
from huma_tripletex.tripletex.calls import Call
from huma_tripletex.tripletex.client import Tripletex
from huma_tripletex.tripletex.session import EmployeeTokenSession, Session, SessionSource
from huma_tripletex.tripletex.shapes import (
    Company,
    Country,
    Department,
    Division,
    Employee,
    Employment,
    Entitlement,
    WhoAmI,
)
from huma_tripletex.tripletex.window import Reading
from huma_tripletex.tripletex.wire import Timeouts

__all__ = [
    "Budget",
    "Call",
    "Company",
    "Country",
    "Department",
    "Division",
    "Employee",
    "EmployeeTokenSession",
    "Employment",
    "Entitlement",
    "Reading",
    "Session",
    "SessionSource",
    "SharedWindow",
    "Timeouts",
    "Tripletex",
    "WhoAmI",
]
