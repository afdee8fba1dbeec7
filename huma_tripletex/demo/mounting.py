"""How a host mounts Tripletex. This is the whole of it, and the example in the documentation."""

from __future__ import annotations

from flask import Flask, url_for

from huma_tripletex import Host, HumaTripletex, PersonModel
from huma_tripletex.core.fields import KEYS
from huma_tripletex.demo import login, mail
from huma_tripletex.demo.database import db
from huma_tripletex.demo.models import Person
from huma_tripletex.host.models import from_models

PEOPLE = PersonModel(model=Person, fields={key: key for key in KEYS}, email="email", takes_part="on_payroll")


def mount(app: Flask) -> None:
    host = Host(
        db=db,
        models=[PEOPLE],
        current_organisation=login.organisation_id,
        organisation_name=login.organisation_name,
        current_user=login.host_user,
        may_change_settings=login.may_change_settings,
        settings_administrators=login.settings_administrators,
        send_email=mail.send,
        person_url=lambda person_id: url_for("people.edit", person_id=person_id),
        settings_url=lambda: url_for("pages.settings"),
        layout="demo/settings_layout.html",
        **from_models(db, [PEOPLE]),
    )
    HumaTripletex(host).init_app(app)
