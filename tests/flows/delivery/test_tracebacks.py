"""What an error reporter that takes local variables along would see of somebody whose delivery fails: nothing."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from huma_tripletex.core.fields import KEYS
from huma_tripletex.delivery.progress import Progress
from huma_tripletex.errors import TripletexError
from tests.flows.delivery_parts import bench

SECRET = ("Synnøve", "Hemmelig", "41999999", "1977-03-04", "86011117947", "2019-02-03", "2031-12-24")


@pytest.mark.parametrize("kind", ["create", "change", "begin"])
def test_no_frame_of_a_failed_delivery_shows_a_value(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    errors: list[TripletexError] = []
    failed = Progress.failed

    def noted(self: Progress, fields: Any, error: TripletexError, sent: Any = None) -> None:
        errors.append(error)
        failed(self, fields, error, sent)

    monkeypatch.setattr(Progress, "failed", noted)
    given, family, phone, birth, account, first, last = SECRET
    values = {"given_name": given, "family_name": family, "phone_number": phone, "date_of_birth": birth}
    values |= {"bank_account_number": account, "first_workday": first, "last_workday": last}
    with bench() as stand:
        path = "/v2/employee/employment" if kind == "begin" else "/v2/employee*"
        stand.fault("status", path=path, method="PUT" if kind == "change" else "POST", status=422, code=18000)
        if kind == "change":
            stand.linked("p1")
            stand.edit("p1", **values)
        else:
            stand.person("p1", **values)
            stand.approve("p1", *KEYS, kind="create")
        stand.drain()
    assert errors
    for error in errors:
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
        shown = {
            (frame.name, name)
            for frame in report.stack
            for name, text in (frame.locals or {}).items()
            if any(secret in text for secret in SECRET)
        }
        assert shown == set()
