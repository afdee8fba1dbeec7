"""Who is logged in, and what they may do. A demo asks for no password: choose whom to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Blueprint, abort, g, has_request_context, redirect, render_template, request, session, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex.demo.database import db
from huma_tripletex.demo.models import SETTINGS_PERMISSION, Organisation, User
from huma_tripletex.host.port import HostUser

P = ParamSpec("P")
R = TypeVar("R")
NORWEGIAN = ("nb", "no", "nn")
blueprint = Blueprint("login", __name__)


@blueprint.get("/login")
def choose() -> str:
    users = db.session.scalars(select(User).options(joinedload(User.organisation)).order_by(User.id)).all()
    return render_template("demo/login.html", users=users)


@blueprint.post("/login")
def log_in() -> BaseResponse:
    user = db.session.get(User, request.form.get("user", 0, type=int)) or abort(404)
    session.clear()
    session["user"] = user.id
    user.locale = user.locale or language_of(None)  # mails are written when no browser is there to be asked
    db.session.commit()
    return redirect(url_for("people.index"))


@blueprint.post("/logout")
def log_out() -> BaseResponse:
    session.clear()
    return redirect(url_for("login.choose"))


@blueprint.post("/language")
def speak() -> BaseResponse:
    user = current() or abort(403)
    user.locale = "nb" if request.form.get("locale") == "nb" else "en"
    db.session.commit()
    return redirect(request.referrer or url_for("people.index"))


def current() -> User | None:
    """Whoever is logged in; read once per request, so that a role taken away is gone at the next one."""
    if not has_request_context() or "user" not in session:
        return None
    if "user" not in g:
        g.user = db.session.get(User, session["user"])
    user: User | None = g.user
    return user


def required(view: Callable[P, R]) -> Callable[P, R | BaseResponse]:
    """Sends whoever is not logged in to the login page."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R | BaseResponse:
        return view(*args, **kwargs) if current() else redirect(url_for("login.choose"))

    return checked


def organisation_id() -> str | None:
    user = current()
    return str(user.organisation_id) if user else None


def organisation_name(organisation: str) -> str:
    found = db.session.get(Organisation, int(organisation)) if organisation.isdigit() else None
    return found.name if found else ""


def may_change_settings() -> bool:
    user = current()
    return user is not None and user.may(SETTINGS_PERMISSION)


def host_user() -> HostUser | None:
    user = current()
    return as_host_user(user) if user else None


def settings_administrators(organisation: str) -> Sequence[HostUser]:
    users = select(User).where(User.organisation_id == int(organisation)).options(joinedload(User.role))
    return [as_host_user(user) for user in db.session.scalars(users) if user.may(SETTINGS_PERMISSION)]


def as_host_user(user: User) -> HostUser:
    return HostUser(id=str(user.id), name=user.name, email=user.email, locale=language_of(user))


def locale() -> str:
    """The language of the pages."""
    return language_of(current())


def language_of(user: User | None) -> str:
    """What they have chosen, else what the browser asks for: Norwegian of any kind is Norwegian; English otherwise."""
    if user and user.locale:
        return user.locale
    tags = request.accept_languages.values() if has_request_context() else ()
    asked = (tag.partition("-")[0].lower() for tag in tags)
    return next(("en" if one == "en" else "nb" for one in asked if one in ("en", *NORWEGIAN)), "en")
