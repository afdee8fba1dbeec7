"""The people page of the demo and its edit form: an ordinary host page, with the integration's timeline embedded."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, DateField, StringField
from wtforms.validators import DataRequired, Length, Optional

from huma_tripletex.demo import login
from huma_tripletex.demo.database import db
from huma_tripletex.demo.models import Person
from huma_tripletex.demo.words import say
from huma_tripletex.web import timeline

blueprint = Blueprint("people", __name__)


def blank_is_nothing(value: str | None) -> str | None:
    return value or None


def text(label: str, size: int = 100) -> StringField:
    return StringField(label, [Length(max=size)], filters=[blank_is_nothing])


class PersonForm(FlaskForm):  # type: ignore[misc]
    """Every field of a person, as the host spells them."""

    given_name = StringField("Given name", [DataRequired("Write a given name."), Length(max=200)])
    family_name = StringField("Family name", [DataRequired("Write a family name."), Length(max=200)])
    email = text("Email", 200)
    phone_number = text("Phone number")
    date_of_birth = DateField("Date of birth", [Optional()])
    bank_account_number = text("Bank account number")
    employee_id = text("Employee ID")
    first_workday = DateField("First workday", [Optional()])
    last_workday = DateField("Last workday", [Optional()])
    on_payroll = BooleanField("On the payroll", default=True)


@blueprint.get("/people")
@login.required
def index() -> str:
    people = select(Person).where(Person.organisation_id == ours()).order_by(Person.given_name, Person.family_name)
    return render_template("demo/people.html", people=db.session.scalars(people).all())


@blueprint.route("/people/new", methods=["GET", "POST"])
@login.required
def add() -> Any:
    person = Person(organisation_id=ours(), given_name="", family_name="")
    return saved_or_shown(person, PersonForm())


@blueprint.route("/people/<int:person_id>", methods=["GET", "POST"])
@login.required
def edit(person_id: int) -> Any:
    person = mine(person_id)
    return saved_or_shown(person, PersonForm(obj=person))


@blueprint.post("/people/<int:person_id>/deletion")
@login.required
def delete(person_id: int) -> BaseResponse:
    db.session.delete(mine(person_id))
    db.session.commit()
    return redirect(url_for("people.index"))


def saved_or_shown(person: Person, form: PersonForm) -> Any:
    if not form.validate_on_submit():
        history = timeline(str(person.id)) if person.id and login.may_change_settings() else ""
        status = 422 if form.is_submitted() else 200
        return render_template("demo/person.html", form=form, person=person, history=history), status
    form.populate_obj(person)
    db.session.add(person)
    db.session.commit()
    flash(f"{person.given_name} {person.family_name} {say('is saved.')}")
    return redirect(url_for("people.index"))


def ours() -> int:
    user = login.current() or abort(403)
    return user.organisation_id


def mine(person_id: int) -> Person:
    person = db.session.get(Person, person_id)
    if person is None or person.organisation_id != ours():
        abort(404)
    return person
