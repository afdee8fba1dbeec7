"""The page, the mail, the CSV and the figures say the same, say it once, and say no values."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from huma_tripletex import reporting
from huma_tripletex.host.port import HostUser
from huma_tripletex.models import OutboxEntry, SyncResult, SyncRun
from tests.flows.host_parts import db
from tests.flows.planning_parts import ANNA, account
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]
ENGLISH = replace(ANNA, locale="en")
INVALID = {
    "status": 422,
    "code": 18000,
    "message": "Validering feilet.",
    "link": "https://tripletex.no/v2-docs/",
    "developerMessage": "VALIDATION_ERROR",
    "validationMessages": [
        {"field": "bankAccountNumber", "message": "Ugyldig kontonummer.", "path": None, "rootId": None}
    ],
    "requestId": "5d0c7f8e",
}


def mixed(desk: Desk, by: HostUser | None = ENGLISH) -> SyncRun:
    """A run after which one person is synced and one is refused by Tripletex."""
    desk.both(1, given_name="Other")
    desk.both(2, bank_account_number=account(77))
    employee = desk.named("Family2")[0]["id"]
    headers = {"x-tlx-request-id": INVALID["requestId"]}
    desk.fault("status", method="PUT", path=f"/v2/employee/{employee}", status=422, headers=headers, body=INVALID)
    run = desk.finish(desk.approve("huma", by=by))
    desk.http("DELETE", "faults")
    return run


def test_the_mail_has_the_counts_in_its_subject_and_names_whoever_failed(desk: Desk) -> None:
    run = mixed(desk)

    assert reporting.send_due_mail(desk.runtime, desk.clock()) == 1

    (mail,) = desk.mails
    assert mail.to == "anna@fjord.example"
    assert mail.subject == "Tripletex: 1 of 2 people synced, 1 needs you, something still differs for 3 people"
    for form in (mail.text, mail.html):
        assert "Given2 Family2" in form
        assert "Given1" not in form
        assert "https://huma.example/tripletex/runs/1" in form
        assert "bank account number" in form
        assert account(2) not in form
        assert account(77) not in form
    assert "Hi Anna," in mail.text
    assert "In Huma: no change.\nIn Tripletex: 1 value changed.\n" in mail.text
    assert "\n\n\n" not in mail.text
    assert max(map(len, mail.text.splitlines())) <= 78
    assert run.id


def test_a_run_is_mailed_once_however_often_and_by_however_many_it_is_tried(desk: Desk) -> None:
    run = mixed(desk)
    for _ in range(3):
        reporting.send_due_mail(desk.runtime, desk.clock())
        desk.clock.forward(3600)

    assert len(desk.mails) == 1
    assert desk.session.get_one(SyncRun, run.id).mail_state == "sent"


def test_two_workers_never_both_send(desk: Desk) -> None:
    """The second one looks while the first one is talking to the mail server."""
    mixed(desk)
    seconds: list[int] = []
    send = desk.runtime.host.send_email

    def slow(email: object) -> None:
        seconds.append(reporting.send_due_mail(desk.runtime, desk.clock()))
        send(email)  # type: ignore[arg-type]

    object.__setattr__(desk.runtime.host, "send_email", slow)

    assert reporting.send_due_mail(desk.runtime, desk.clock()) == 1
    assert seconds == [0]
    assert len(desk.mails) == 1


def test_a_worker_that_dies_over_a_mail_leaves_it_to_the_next_and_it_is_the_same_mail(desk: Desk) -> None:
    mixed(desk)
    keys: list[str] = []

    class Killed(BaseException):
        pass

    def die(email: object) -> None:
        keys.append(email.key)  # type: ignore[attr-defined]
        raise Killed

    send = desk.runtime.host.send_email
    object.__setattr__(desk.runtime.host, "send_email", die)
    with pytest.raises(Killed):
        reporting.send_due_mail(desk.runtime, desk.clock())
    db.session.remove()
    object.__setattr__(desk.runtime.host, "send_email", send)
    assert reporting.send_due_mail(desk.runtime, desk.clock()) == 0, "somebody may still be sending it"

    desk.clock.forward(150)

    assert reporting.send_due_mail(desk.runtime, desk.clock()) == 1
    assert [mail.key for mail in desk.mails] == keys


def test_mail_that_cannot_be_sent_is_tried_again_and_then_given_up(quick_desk: Desk) -> None:
    desk = quick_desk
    run_id = mixed(desk).id
    desk.mail_is_down = True
    tries = 0
    for _ in range(150):
        before = desk.session.get_one(SyncRun, run_id, populate_existing=True).mail_attempts
        reporting.send_due_mail(desk.runtime, desk.clock())
        tries += desk.session.get_one(SyncRun, run_id, populate_existing=True).mail_attempts - before
        desk.clock.forward(1800)

    run = desk.session.get_one(SyncRun, run_id, populate_existing=True)
    assert (run.state, run.mail_state, tries) == ("ended", "undeliverable", 11)

    desk.mail_is_down = False
    reporting.send_due_mail(desk.runtime, desk.clock())
    assert desk.mails == []


def test_a_mail_that_was_put_off_goes_out_when_the_server_is_back(quick_desk: Desk) -> None:
    desk = quick_desk
    mixed(desk)
    desk.mail_is_down = True
    reporting.send_due_mail(desk.runtime, desk.clock())
    desk.mail_is_down = False
    desk.clock.forward(61)

    assert reporting.send_due_mail(desk.runtime, desk.clock()) == 1


def test_nobody_is_mailed_when_nobody_pressed(quick_desk: Desk) -> None:
    run = mixed(quick_desk, by=None)

    assert run.mail_state == "none"
    assert reporting.send_due_mail(quick_desk.runtime, quick_desk.clock()) == 0


def test_the_report_counts_values_and_people_and_explains_each(desk: Desk) -> None:
    run = mixed(desk)

    report = reporting.report(desk.runtime, run)

    assert (report.total, report.done, report.good, report.need_you) == (2, 2, 1, 1)
    assert report.tripletex == reporting.Written(values=1, people=1)
    assert report.huma == reporting.Written()
    good, bad = sorted(report.rows, key=lambda row: row.name)
    assert (good.name, good.outcome, good.tripletex.fields) == ("Given1 Family1", "updated", ("given_name",))
    assert (bad.outcome, bad.reason, bad.needs_you) == ("failed", "account_rejected", True)
    assert bad.name in bad.sentence
    assert bad.next_step
    assert [row.name for row in reporting.report(desk.runtime, run, needs_you=True).rows] == [bad.name]
    assert reporting.report(desk.runtime, run, size=1, page=9).page == 2


def test_names_come_from_the_host_when_the_sealed_ones_are_gone(quick_desk: Desk) -> None:
    desk = quick_desk
    run = mixed(desk)
    desk.session.execute(db.update(SyncResult).values(sealed=None))
    desk.session.commit()
    desk.session.delete(desk.read(2))
    desk.session.commit()

    assert {row.name for row in reporting.every_row(desk.runtime, run)} == {"Given1 Family1", "Person 2"}


def test_the_csv_has_everybody_and_calculates_nothing(desk: Desk) -> None:
    desk.both(1)
    desk.change(1, given_name="=cmd|' /C calc'!A0")
    run = mixed_more(desk)

    text = "".join(reporting.csv_of(desk.runtime, run))

    assert text.startswith("\ufeff")
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert head[:4] == ["Name", "Person in Huma", "Employee in Tripletex", "Result"]
    assert {row[0][:5] for row in rows if row[1]} == {"'=cmd", "Given"}
    assert [row[5] for row in rows if row[1] == "3"] == ["phone number"]
    assert account(1) not in text


def mixed_more(desk: Desk) -> SyncRun:
    desk.both(3, phone_number="49999999")
    return desk.finish(desk.approve("huma"))


def test_status_says_why_it_is_not_active_and_what_to_do(desk: Desk) -> None:
    connection = desk.connection()

    before = reporting.status(desk.runtime, connection)
    assert (before.active, before.reason) == (False, "not_active")
    assert before.next_step == "Complete a first sync."

    mixed(desk)
    after = reporting.status(desk.runtime, desk.connection())
    assert (after.active, after.why, after.figures.parked_people) == (True, "", 1)

    connection.change_state("needs_attention", desk.clock(), "unauthorised")
    assert "employee token" in reporting.status(desk.runtime, connection).why


def test_the_metrics_are_the_same_figures(desk: Desk) -> None:
    mixed(desk)
    desk.change(1, phone_number="48888888")
    desk.clock.forward(30)

    lines = reporting.metrics(desk.runtime).splitlines()

    label = f'{{connection="{desk.connection().id}"}}'
    assert f"huma_tripletex_waiting{label} 1.0" in lines
    assert f"huma_tripletex_parked_people{label} 1.0" in lines
    assert f"huma_tripletex_oldest_waiting_seconds{label} 30.0" in lines
    assert f"huma_tripletex_active{label} 1.0" in lines
    assert desk.session.query(OutboxEntry).count() == 3
