"""What an administrator may choose for a connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from flask import request
from flask.wrappers import Response
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, ConnectionOptions, LogLine
from huma_tripletex.models.options import UserType
from huma_tripletex.planning.turn import show_anew
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import access, rendering, words
from huma_tripletex.web.token_form import FormError

Choices = tuple[tuple[Any, str], ...]


@dataclass(frozen=True)
class SettingsForm:
    """The options with what may be chosen for each; `errors` is empty until something impossible was sent."""

    options: ConnectionOptions
    departments: Choices
    divisions: Choices
    errors: tuple[FormError, ...] = ()

    @property
    def title(self) -> str:
        return _("The settings are not saved")

    @property
    def user_types(self) -> Choices:
        return tuple((key, str(words.USER_TYPES[key])) for key in get_args(UserType))

    @property
    def end_reasons(self) -> Choices:
        return tuple((key, str(name)) for key, name in words.END_REASONS.items())

    @classmethod
    def of(cls, connection: Connection, options: ConnectionOptions | None = None) -> SettingsForm:
        facts = connection.company_facts
        return cls(
            options or ConnectionOptions.read(connection.options),
            departments=_named(facts.get("departments", [])),
            divisions=_named(facts.get("divisions", [])),
        )

    def read(self, form: Mapping[str, str]) -> tuple[ConnectionOptions, tuple[FormError, ...]]:
        """The options that were sent, and what is wrong with them."""
        sent = {name: form.get(name, "") for name in ("user_type", "end_reason", "department_id", "division_id")}
        may = {
            "user_type": self.user_types,
            "end_reason": self.end_reasons,
            "department_id": self.departments,
            "division_id": self.divisions,
        }
        wrong = [name for name, choices in may.items() if sent[name] not in {str(key or "") for key, _name in choices}]
        errors = tuple(FormError(name, _("Choose one of the list.")) for name in wrong)
        values: dict[str, Any] = {name: value for name, value in sent.items() if name not in wrong}
        for name in ("department_id", "division_id"):
            values[name] = int(values[name]) if values.get(name) else None
        return ConnectionOptions(**values, add_new_people="add_new_people" in form), errors


def settings() -> Response:
    """How the connection behaves, to be changed."""
    return rendering.page("settings.html", form=SettingsForm.of(access.open_connection()))


def save_settings() -> BaseResponse:
    runtime, connection = current_runtime(), access.open_connection()
    form = SettingsForm.of(connection)
    options, errors = form.read(request.form)
    if errors:
        return rendering.page(
            "settings.html", 422, form=SettingsForm(options, form.departments, form.divisions, errors)
        )
    if options != ConnectionOptions.read(connection.options):
        show_anew(runtime, connection.id)
    connection.options = options.as_json()
    runtime.session.add(LogLine.act(connection.id, "options", runtime.clock(), access.user()))
    runtime.session.commit()
    return rendering.go("settings", notice="saved")


def _named(facts: list[dict[str, Any]]) -> Choices:
    chosen_by_us = _("As Tripletex or we choose")
    return ((None, chosen_by_us), *((fact["id"], str(fact["name"])) for fact in facts))
