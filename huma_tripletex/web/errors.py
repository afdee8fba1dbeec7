"""Pages for what does not go: no permission, not there, an old form, our own mistake. Always with a way out."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import current_app, request
from flask.wrappers import Response
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex.connecting.refusals import Refusal
from huma_tripletex.i18n import LOCALES, force_locale
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models.called import called
from huma_tripletex.planning.refusals import ChangedMeanwhile, NotPossible, SeenOtherwise, Stale
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import access, rendering

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """What a page of this kind says. `helpers` are names of people who can change it."""

    title: str
    sentences: tuple[str, ...]
    url: str
    way_out: str
    helpers: tuple[str, ...] = ()


def unauthorised(_error: HTTPException) -> Response:
    nothing = _("Nothing has been changed.")
    return _page(
        401,
        Problem(
            _("Log in first"),
            (_("These pages are for people who are logged in."), nothing),
            "/",
            _("Go to the front page"),
        ),
    )


def forbidden(_error: HTTPException) -> Response:
    host = current_runtime().host
    helpers = host.settings_administrators(host.current_organisation() or "")
    need = _(
        "To see them, you need a system role with permission to Organization-wide settings. Nothing has been changed."
    )
    names = tuple(helper.name for helper in helpers)
    return _page(
        403, Problem(_("You do not have access to integrations"), (need,), "/", _("Go to the front page"), names)
    )


def not_found(_error: HTTPException) -> Response:
    sentence = _("The address may be old, or belong to another organisation.")
    return _page(
        404, Problem(_("There is nothing here"), (sentence,), rendering.to("integrations"), _("Go to Integrations"))
    )


def nowhere(**_path: str) -> Response:
    """An address below ours that leads to no page: the host's own page would lead nowhere back."""
    return not_found(NotFound())


def old_form(_error: HTTPException) -> Response:
    sentence = _(
        "The page was open for too long, or it was not ours. Nothing has been changed. Open it again and repeat it."
    )
    back = request.path if request.url_rule and "GET" in (request.url_rule.methods or ()) else rendering.to("tripletex")
    return _page(400, Problem(_("This form is too old"), (sentence,), back, _("Open the page again")))


def broken(_error: HTTPException) -> Response:
    """Our mistake. The host's own logging has the traceback."""
    current_runtime().session.rollback()
    sentence = _("This is our mistake. What you did last was not saved; everything else is as it was. Try once more.")
    return _page(500, Problem(_("That did not work"), (sentence,), rendering.to("tripletex"), _("Back to Tripletex")))


def unreachable(error: OperationalError) -> Response:
    """The database does not answer. The page asks it nothing, not even who is looking."""
    log.error("the database does not answer: %s", called(error))
    spoken = request.accept_languages.best_match(LOCALES) or "en"
    url = request.path if request.method == "GET" else rendering.to("tripletex")
    template = current_app.jinja_env.get_template(f"{rendering.FOLDER}unreachable.html")
    with force_locale(spoken):
        html = template.render(t=_, static=rendering.static, language=spoken, url=url)
    return Response(html, 503, {"Retry-After": "60"}, content_type="text/html; charset=utf-8")


def changed_meanwhile(_error: ChangedMeanwhile) -> BaseResponse:
    return back_to_plan("changed_meanwhile")


def seen_otherwise(_error: SeenOtherwise) -> BaseResponse:
    return back_to_plan("seen_otherwise")


def not_possible(error: NotPossible) -> BaseResponse:
    log.info("a plan cannot be decided: %s", error.reason)
    return back_to_plan("stale" if isinstance(error, Stale) else error.reason)


def back_to_plan(notice: str) -> BaseResponse:
    """The page of the plan that the request was about, freshly read."""
    current_runtime().session.rollback()
    asked = request.view_args or {}
    if "plan_id" not in asked:
        return rendering.go("tripletex", notice=notice)
    name = (request.endpoint or "").rpartition(".")[2]
    page = {"choose_people": "people", "approve": "approval"}.get(name, "plan")
    return rendering.go(page, notice=notice, **asked)


def not_in_this_state(_error: Refusal) -> BaseResponse:
    """Paused twice, resumed while it runs: the page shows how it is."""
    current_runtime().session.rollback()
    return rendering.go("tripletex")


def _page(status: int, problem: Problem) -> Response:
    host = current_runtime().host
    name = host.organisation_name(host.current_organisation() or "") if access.is_somebody() else ""
    return rendering.page("error.html", status, problem=problem, organisation_name=name)


HANDLERS = (
    (401, unauthorised),
    (403, forbidden),
    (404, not_found),
    (500, broken),
    (CSRFError, old_form),
    (OperationalError, unreachable),
    (ChangedMeanwhile, changed_meanwhile),
    (SeenOtherwise, seen_otherwise),
    (NotPossible, not_possible),
    (Refusal, not_in_this_state),
)
