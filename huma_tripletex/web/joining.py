"""What people who are added to Tripletex get there besides their values, as the settings of the connection say."""

from __future__ import annotations

from collections.abc import Iterator

from huma_tripletex.core.mapping import NO_ACCESS
from huma_tripletex.delivery.terms import terms_of
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection
from huma_tripletex.runtime import Runtime
from huma_tripletex.web import words


def told(runtime: Runtime, connection: Connection) -> str:
    """Access, department and division, in sentences: what an approval is an approval of."""
    return " ".join(_sentences(runtime, connection))


def _sentences(runtime: Runtime, connection: Connection) -> Iterator[str]:
    terms = terms_of(connection, runtime.clock())
    yield _("They get %(access)s.", access=words.USER_TYPES[terms.options.user_type])
    if terms.options.user_type != NO_ACCESS:
        yield _("Tripletex sends them an email with a login.")
    if department := _named(connection, "departments", terms.department):
        yield _("Department: %(name)s.", name=department)
    if division := _named(connection, "divisions", terms.division):
        yield _("Division: %(name)s.", name=division)


def _named(connection: Connection, what: str, number: int | None) -> str:
    """As Tripletex calls it; "" if none is chosen, or it is gone."""
    return next((str(one["name"]) for one in connection.company_facts.get(what, ()) if one["id"] == number), "")
