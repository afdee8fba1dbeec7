"""What the daily look finds is told once, and again when it happens again."""

from __future__ import annotations

from huma_tripletex import reporting
from huma_tripletex.jobs import upkeep
from tests.flows.syncing_parts import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]


def work(desk: Desk, rounds: int, seconds: float) -> None:
    for _ in range(rounds):
        desk.clock.forward(seconds)
        for _what, step in upkeep.steps(desk.runtime, lambda: False):
            step()


def test_a_token_that_is_found_broken_is_one_mail(quick_desk: Desk) -> None:
    quick_desk.connection()
    quick_desk.fault("status", path="*", status=401, times=None)
    work(quick_desk, rounds=1, seconds=25 * 3600)
    assert quick_desk.connection().state == "needs_attention"
    work(quick_desk, rounds=20, seconds=30)
    (mail,) = quick_desk.mails
    assert "Tripletex godtar ikke lenger denne ansattnøkkelen" in " ".join(mail.text.split())


def test_every_loss_of_a_right_is_told_and_none_twice(quick_desk: Desk) -> None:
    connection = quick_desk.connection()
    for heard, right in enumerate(("AUTH_HOLIDAY_PLANS", "AUTH_OTHER", "AUTH_OTHER"), start=1):
        connection.rights = [*connection.rights, right]
        quick_desk.session.commit()
        for _ in range(2):
            upkeep.check_token(quick_desk.runtime, connection)
            quick_desk.clock.forward(3600)
        assert len({mail.key for mail in quick_desk.mails}) == len(quick_desk.mails) == heard


def test_another_concern_does_not_make_one_news_again(quick_desk: Desk) -> None:
    connection = quick_desk.connection()
    found = [
        ("owner_leaves", "2026-03-01"),
        ("rights_lost", "2026-02-01T09:00:00+00:00"),
        ("owner_leaves", "2026-03-01"),
    ]
    told = [reporting.tell_concern(quick_desk.runtime, connection, key, day) for key, day in found]
    assert told == [True, True, False]
