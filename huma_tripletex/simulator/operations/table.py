"""All routes of the API below /v2/."""

from huma_tripletex.simulator.operations import (
    companies,
    departments,
    details,
    divisions,
    employees,
    employments,
    entitlements,
    events,
    lookups,
    sessions,
)
from huma_tripletex.simulator.routing import Routes

API = Routes(
    [
        *sessions.ROUTES,
        *employees.ROUTES,
        *employments.ROUTES,
        *details.ROUTES,
        *lookups.ROUTES,
        *entitlements.ROUTES,
        *departments.ROUTES,
        *divisions.ROUTES,
        *companies.ROUTES,
        *events.ROUTES,
    ]
)
