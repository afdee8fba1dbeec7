"""The front page, and the system settings under which the integrations are mounted."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from huma_tripletex.demo import login, words

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def front() -> str:
    return render_template("demo/front.html")


@blueprint.get("/settings/")
def settings() -> str:
    if not login.may_change_settings():
        abort(403)
    return render_template("demo/settings.html")


@blueprint.app_context_processor
def shell() -> dict[str, object]:
    """What every page of the shell shows: who is here, and of which firm."""
    user = login.current()
    return {
        "shell_user": user,
        "shell_organisation": user.organisation.name if user else "",
        "shell_may_change_settings": login.may_change_settings(),
        "shell_locale": login.locale(),
        "say": words.say,
    }


@blueprint.app_errorhandler(403)
def forbidden(_error: Exception) -> tuple[str, int]:
    return render_template("demo/forbidden.html"), 403
