"""One way to make a page. Our texts have their own names (`t`, `tn`, `th`), so that a host's layout keeps its `_`."""

from __future__ import annotations

import json
from typing import Any

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.wrappers import Response
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex.core.fields import FIELDS
from huma_tripletex.i18n import domain, ngettext
from huma_tripletex.runtime import current_runtime
from huma_tripletex.web import formatting, highlight, notices, static_files, words

FOLDER = "huma_tripletex/"
HTMX_CONFIG = json.dumps(
    {
        "allowEval": False,
        "allowScriptTags": False,
        "includeIndicatorStyles": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "422", "swap": True, "error": False},
            {"code": "[45]..", "swap": False, "error": True},
        ],
    }
)


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A whole page."""
    return make_response(text(template, **context), status)


def partial(template: str, **context: Any) -> Response:
    """The part of a page that htmx asked for: the very file that the page includes."""
    return make_response(text(template, **context))


def text(template: str, **context: Any) -> str:
    """A template of ours in the reader's language; works on the host's own pages too."""
    words = language()
    macros = current_app.jinja_env.get_template(FOLDER + "macros.html").make_module(words)
    return render_template(FOLDER + template, m=macros, **words, **context)


def wants_partial() -> bool:
    return "HX-Request" in request.headers


def is_news(milestone: str) -> bool:
    """Whether a page that asks for itself is further than what it has read out: not every look is worth a voice."""
    return request.args.get("said", milestone) != milestone


def language() -> dict[str, Any]:
    """What every template of ours may use."""
    runtime, spoken = current_runtime(), domain.get_translations()

    def said(source: str, **values: Any) -> str:
        """A text of ours; a page has hundreds, and looks for its language once."""
        text: str = spoken.gettext(source)
        return text % values if values else text

    return {
        "t": said,
        "tn": ngettext,
        "th": lambda source, **values: Markup(said(source)) % values,  # noqa: S704 - texts are ours; values are escaped
        "to": to,
        "static": static,
        "host": runtime.host,
        "loads_htmx": runtime.settings.htmx == "ours",
        "htmx_config": HTMX_CONFIG,
        "csrf_token": generate_csrf,
        "notice": notices.current(),
        "arrived": bool(request) and "arrived" in request.args,
        "differing": highlight.differing,
        **formatting.FOR_TEMPLATES,
        **words.FOR_TEMPLATES,
        "label": {field.key: said(field.label) for field in FIELDS}.__getitem__,
        "language": formatting.language(),
    }


def go(endpoint: str, **values: Any) -> BaseResponse:
    """On to another page after something was done, for a browser and for htmx."""
    url = to(endpoint, **values)
    if wants_partial():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def arrive(endpoint: str, **values: Any) -> BaseResponse:
    """On to a page that comes by itself, and not because somebody pressed anything: its heading takes the focus."""
    return go(endpoint, arrived="yes", **values)


def to(endpoint: str, **values: Any) -> str:
    return url_for(f"huma_tripletex.{endpoint}", **values)


def static(filename: str) -> str:
    return url_for("huma_tripletex.static", filename=filename, v=static_files.version(filename))
