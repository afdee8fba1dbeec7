"""Mail that cannot be sent, for whatever reason: nobody gets another one twice, none is lost, and it has an end."""

from __future__ import annotations

import smtplib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from huma_tripletex import reporting
from huma_tripletex.host.port import Email
from huma_tripletex.models import Connection, SyncRun
from huma_tripletex.reporting import telling
from huma_tripletex.runtime import NAME
from tests.flows.host_parts import make_connection
from tests.flows.planning_parts import ANNA, ODA
from tests.flows.reporting.test_summaries import mixed
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]
MINUTE, HOUR = 60, 3600
REFUSED = smtplib.SMTPRecipientsRefused({})
ERRORS = [REFUSED, RuntimeError("the mail service answered 503")]


def mailing(desk: Desk, error: BaseException, fails: Callable[[Email], bool]) -> list[tuple[str, datetime]]:
    """To whom was tried to send what fails, and when; the rest goes out."""
    tried: list[tuple[str, datetime]] = []

    def send(email: Email) -> None:
        if fails(email):
            tried.append((email.to, desk.clock()))
            raise error
        desk.mails.append(email)

    host = replace(desk.runtime.host, send_email=send)
    desk.runtime = desk.app.extensions[NAME] = replace(desk.runtime, host=host)
    return tried


def tell(desk: Desk, hours: float, every: float = 5 * MINUTE) -> None:
    for _ in range(int(hours * HOUR / every)):
        reporting.send_notices(desk.runtime, desk.clock())
        desk.clock.forward(every)


def in_trouble(desk: Desk) -> None:
    """The connection does not work: told at once, to every administrator."""
    desk.administrators = [ODA, ANNA]
    desk.connection().change_state("needs_attention", desk.clock(), "unauthorised")
    desk.session.commit()


@pytest.mark.parametrize("error", ERRORS, ids=["refused", "unforeseen"])
def test_an_address_that_is_refused_is_tried_ever_more_seldom_and_nobody_else_hears_again(
    desk: Desk, error: Exception
) -> None:
    in_trouble(desk)
    tried = mailing(desk, error, lambda email: email.to == ODA.email)

    tell(desk, 24)
    assert [mail.to for mail in desk.mails] == [ANNA.email]
    assert 4 <= len(tried) <= 24
    pauses = [later - earlier for (_, earlier), (_, later) in pairwise(tried)]
    assert pauses == sorted(pauses)
    assert pauses[-1].total_seconds() >= HOUR

    tell(desk, 72, HOUR)
    first_days = len(tried)
    tell(desk, 72, HOUR)
    assert len(tried) == first_days, "it is given up"
    assert telling.UNHEARD not in desk.connection().told
    assert [mail.to for mail in desk.mails] == [ANNA.email]


@pytest.mark.parametrize("error", ERRORS, ids=["refused", "unforeseen"])
def test_who_was_not_reached_at_first_hears_of_it_later_and_once(quick_desk: Desk, error: Exception) -> None:
    desk, down = quick_desk, True
    desk.administrators = [ODA, ANNA]
    mixed(desk, by=None)
    mailing(desk, error, lambda email: down and email.to == ODA.email)

    tell(desk, 0.1)
    assert [mail.to for mail in desk.mails] == [ANNA.email]
    down = False
    tell(desk, 20)
    assert Counter(mail.to for mail in desk.mails) == {ANNA.email: 1, ODA.email: 1}


def test_a_mail_that_fails_keeps_no_other_connection_from_its_own(quick_desk: Desk) -> None:
    desk = quick_desk
    in_trouble(desk)
    desk.administrators = [ANNA]
    since = desk.clock()
    other = make_connection("2", state="needs_attention", state_reason="unauthorised", state_since=since)
    mailing(desk, RuntimeError(), lambda email: f"-{other.id}-" not in email.key)

    assert reporting.send_notices(desk.runtime, desk.clock()) == 1
    assert len(desk.mails) == 1


def test_a_host_that_cannot_say_who_its_administrators_are_keeps_no_other_connection_from_its_own(
    quick_desk: Desk,
) -> None:
    desk = quick_desk
    in_trouble(desk)
    make_connection("2", state="needs_attention", state_reason="unauthorised", state_since=desk.clock())

    def administrators(organisation_id: str) -> list[object]:
        return [ANNA] if organisation_id == "2" else [][0]

    host = replace(desk.runtime.host, settings_administrators=administrators)  # type: ignore[arg-type]
    assert reporting.send_notices(replace(desk.runtime, host=host), desk.clock()) == 1
    assert reporting.send_notices(desk.runtime, desk.clock()) == 1, "nothing was noted as told"


def test_a_worker_that_dies_over_a_notice_leaves_it_to_the_next(quick_desk: Desk) -> None:
    desk = quick_desk
    in_trouble(desk)
    alive = desk.runtime
    mailing(desk, KeyboardInterrupt(), lambda _: True)
    with pytest.raises(KeyboardInterrupt):
        reporting.send_notices(desk.runtime, desk.clock())
    desk.session.rollback()
    desk.runtime = desk.app.extensions[NAME] = alive

    tell(desk, 1)
    assert Counter(mail.to for mail in desk.mails) == {ANNA.email: 1, ODA.email: 1}


def test_what_has_passed_meanwhile_is_not_told_any_more(quick_desk: Desk) -> None:
    desk = quick_desk
    in_trouble(desk)
    mailing(desk, REFUSED, lambda email: desk.connection().state != "connected")
    tell(desk, 0.1)
    desk.connection().change_state("connected", desk.clock())
    desk.session.commit()

    tell(desk, 1)
    assert desk.mails == []
    assert telling.UNHEARD not in desk.connection().told


def test_two_workers_never_both_tell_the_same_administrator(quick_desk: Desk) -> None:
    """The second one looks while the first one is talking to the mail server."""
    desk = quick_desk
    in_trouble(desk)
    seconds: list[int] = []

    def look(_: Email) -> bool:
        seconds.append(reporting.send_notices(desk.runtime, desk.clock()) if not seconds else 0)
        return False

    mailing(desk, REFUSED, look)
    reporting.send_notices(desk.runtime, desk.clock())
    assert Counter(mail.to for mail in desk.mails) == {ANNA.email: 1, ODA.email: 1}


def test_whoever_is_to_stop_begins_no_other_mail(quick_desk: Desk) -> None:
    desk = quick_desk
    in_trouble(desk)

    reporting.send_notices(desk.runtime, desk.clock(), lambda: len(desk.mails) == 1)
    assert len(desk.mails) == 1
    reporting.send_notices(desk.runtime, desk.clock())
    assert len(desk.mails) == 2


def test_the_mail_of_a_sync_has_an_end_whatever_is_raised(quick_desk: Desk) -> None:
    desk = quick_desk
    run_id = mixed(desk).id
    tried = mailing(desk, RuntimeError("the mail service answered 503"), lambda _: True)
    for _ in range(4 * 24 * 6):
        reporting.send_due_mail(desk.runtime, desk.clock())
        desk.clock.forward(10 * MINUTE)

    assert desk.session.get_one(SyncRun, run_id, populate_existing=True).mail_state == "undeliverable"
    assert 5 <= len(tried) <= 24


def test_a_mail_over_which_workers_die_has_an_end(quick_desk: Desk) -> None:
    desk = quick_desk
    run = mixed(desk)
    run.mail_attempts = 1000
    desk.session.commit()

    assert reporting.send_due_mail(desk.runtime, desk.clock()) == 0
    assert desk.session.get_one(SyncRun, run.id, populate_existing=True).mail_state == "undeliverable"


def test_the_mail_of_a_sync_that_fails_keeps_no_other_from_going_out(quick_desk: Desk) -> None:
    desk = quick_desk
    first = mixed(desk).id
    second = desk.finish(desk.approve("huma")).id
    mailing(desk, RuntimeError(), lambda email: email.key.endswith(f"-{first}"))

    assert reporting.send_due_mail(desk.runtime, desk.clock()) == 1
    assert [mail.key.rpartition("-")[2] for mail in desk.mails] == [str(second)]


def test_what_is_kept_of_administrators_are_ids(quick_desk: Desk) -> None:
    desk = quick_desk
    in_trouble(desk)
    mailing(desk, REFUSED, lambda _: True)
    tell(desk, 1)
    told = str(desk.session.query(Connection).one().told)
    assert ODA.id in told
    assert not [value for one in (ANNA, ODA) for value in (one.email, one.name) if value in told]
