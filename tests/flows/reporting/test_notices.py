"""Administrators hear what needs them: once, then at most once a day, and in their own language."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import update

from huma_tripletex import reporting
from huma_tripletex.models import Connection
from huma_tripletex.reporting import telling
from tests.flows.host_parts import db
from tests.flows.planning_parts import ANNA, ODA, account
from tests.flows.reporting.test_summaries import mixed
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]
DAY = 86400


def tell(desk: Desk) -> int:
    return reporting.send_notices(desk.runtime, desk.clock())


def park(desk: Desk, number: int) -> None:
    """An edit that Tripletex does not take."""
    desk.change(number, bank_account_number="123")
    desk.drain()


def test_the_first_parked_change_is_told_at_once_and_the_next_ones_within_a_day_are_not(desk: Desk) -> None:
    desk.administrators = [replace(ODA, locale="en")]
    mixed(desk)

    assert tell(desk) == 1
    assert tell(desk) == 0
    (mail,) = desk.mails
    assert mail.subject == "Tripletex: 1 person needs attention"
    assert "Given2 Family2" in mail.text
    assert account(2) not in mail.text + mail.html
    assert "https://huma.example/tripletex" in mail.text

    desk.clock.forward(3600)
    park(desk, 1)
    assert tell(desk) == 0

    desk.clock.forward(DAY)
    assert tell(desk) == 1
    assert desk.mails[-1].subject == "Tripletex: 2 people need attention"

    desk.clock.forward(DAY)
    assert tell(desk) == 0, "nothing new was parked"


def test_two_workers_never_both_tell(desk: Desk) -> None:
    """The second one had read what was told before the first one noted it."""
    connection = desk.connection()
    assert connection.told == {}
    with db.engine.begin() as other:
        other.execute(update(Connection).values(told={"parked": "2026-01-15T12:00:00+00:00"}))

    assert not telling.note(desk.runtime, connection, parked="2026-01-15T12:00:01+00:00")
    assert telling.note(desk.runtime, connection, parked="2026-01-16T12:00:01+00:00")


def test_every_administrator_is_told_in_their_language(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.administrators = [ANNA, ODA]
    mixed(desk, by=None)

    tell(desk)

    assert [mail.to for mail in desk.mails] == [ANNA.email, ODA.email]
    assert len({mail.key for mail in desk.mails}) == 2


def test_whoever_pressed_sync_users_hears_of_it_once_and_the_others_too(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.administrators = [ANNA, ODA]
    mixed(desk)
    reporting.send_due_mail(desk.runtime, desk.clock())

    tell(desk)

    assert [mail.to for mail in desk.mails] == [ANNA.email, ODA.email]
    assert [mail.key.startswith("huma-tripletex-run") for mail in desk.mails] == [True, False]


def test_the_mail_of_a_sync_is_not_the_digest_of_the_day(quick_desk: Desk) -> None:
    desk = quick_desk
    mixed(desk)
    assert tell(desk) == 0, "Anna, who is alone, has the mail of the sync"

    desk.clock.forward(60)
    park(desk, 1)

    assert tell(desk) == 1


def test_without_the_mail_of_the_sync_the_notice_comes(quick_desk: Desk) -> None:
    desk = quick_desk
    run = mixed(desk)
    run.mail_state = "undeliverable"
    desk.session.commit()

    assert tell(desk) == 1


def test_a_connection_that_does_not_work_is_told_once_each_time(desk: Desk) -> None:
    desk.administrators = [replace(ANNA, locale="en")]
    desk.connection().change_state("needs_attention", desk.clock(), "unauthorised")
    desk.session.commit()

    assert (tell(desk), tell(desk)) == (1, 0)
    assert desk.mails[0].subject == "Tripletex: the connection does not work"
    assert "Make a new employee token" in " ".join(desk.mails[0].text.split())

    desk.clock.forward(10)
    desk.connection().change_state("connected", desk.clock())
    desk.connection().change_state("needs_attention", desk.clock(), "unauthorised")
    desk.session.commit()
    assert tell(desk) == 0
    desk.clock.forward(3600)
    assert (tell(desk), tell(desk)) == (1, 0)


def test_a_notice_that_cannot_be_sent_is_told_later(desk: Desk) -> None:
    mixed(desk, by=None)
    desk.mail_is_down = True
    assert tell(desk) == 0
    desk.mail_is_down = False

    assert tell(desk) == 0, "not at once"
    desk.clock.forward(301)
    assert tell(desk) == 1


def test_what_the_daily_look_found_is_told_once(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.administrators = [replace(ANNA, locale="en")]
    connection = desk.connection()

    assert reporting.tell_concern(desk.runtime, connection, "owner_leaves", "2026-03-01")
    assert not reporting.tell_concern(desk.runtime, connection, "owner_leaves", "2026-03-01")
    assert "1 Mar 2026" in desk.mails[0].text
    assert reporting.tell_concern(desk.runtime, connection, "owner_leaves", "2026-04-01")


def test_trouble_that_comes_and_goes_is_told_once_a_day_unless_it_stays(desk: Desk) -> None:
    desk.administrators = [replace(ODA, locale="en")]

    def trouble(minutes: int) -> int:
        """How many mails it makes, looked at every minute."""
        before = len(desk.mails)
        desk.connection().change_state("needs_attention", desk.clock(), "unauthorised")
        desk.session.commit()
        for _ in range(minutes):
            tell(desk)
            desk.clock.forward(60)
        desk.connection().change_state("connected", desk.clock())
        desk.session.commit()
        return len(desk.mails) - before

    assert [trouble(5) for _ in range(20)] == [1] + [0] * 19
    assert trouble(90) == 1
    desk.clock.forward(DAY)
    assert trouble(5) == 1
