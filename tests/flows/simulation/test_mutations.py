"""Each promise broken on purpose, and the simulation finds it: otherwise its silence would say nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from huma_tripletex.delivery import asking, attempt, batch, draining, loading, progress, settling
from huma_tripletex.delivery.work import Work
from huma_tripletex.outbox import claim as claiming
from tests.flows.simulation import world
from tests.flows.simulation.world import Violation, World

SEEDS = 400
Patch = pytest.MonkeyPatch


def zombies_settle(patch: Patch) -> None:
    """Whoever has lost the lease notes what they know all the same."""
    patch.setattr(settling, "held", lambda _session, _token, people: set(people))


def zombies_write(patch: Patch) -> None:
    """A lease that ran out keeps nobody from sending."""
    patch.setattr(batch.Batch, "may_write", lambda _self: True)


def nobody_looks_before_creating(patch: Patch) -> None:
    """What an earlier create may have made is not looked for."""
    real = loading._work

    def work(*arguments: Any) -> Work:
        return replace(real(*arguments), tried=None)

    patch.setattr(loading, "_work", work)


def creates_leave_no_mark(patch: Patch) -> None:
    """Nothing is noted before a create is sent."""
    patch.setattr(loading, "_mark_creations", lambda *_: None)


def one_look_proves_absence(patch: Patch) -> None:
    """Nobody thinks of what Tripletex may carry out yet."""
    patch.setattr(Work, "seconds_in_doubt", lambda _self, _now: 0.0)


def a_look_ends_every_doubt(patch: Patch) -> None:
    """The next attempt says what is in doubt, whatever came of it."""
    real = settling._doubt_until

    def doubt_until(one: settling.Attempted, now: datetime) -> datetime | None:
        return real(replace(one, work=replace(one.work, doubt_until=None)), now)

    patch.setattr(settling, "_doubt_until", doubt_until)


def what_is_equal_is_settled(patch: Patch) -> None:
    """Nobody thinks of a lost change that would make it differ."""
    patch.setattr(attempt, "doubt_what_is_settled", lambda *_: None)


def versions_are_not_sent(patch: Patch) -> None:
    """An update does not say which version it has seen."""
    for name in ("update_employee", "update_employment"):
        real = getattr(asking.Asking, name)

        def update(self: Any, number: int, body: Any, real: Any = real) -> Any:
            return real(self, number, {key: value for key, value in body.items() if key != "version"})

        patch.setattr(asking.Asking, name, update)


def absence_is_assumed(patch: Patch) -> None:
    """A look that fails counts as having found nobody."""
    patch.setattr(settling, "_is_absent", lambda _one: True)


def lost_answers_are_forgotten(patch: Patch) -> None:
    """The agreement is believed although something may have been written since."""
    patch.setattr(progress, "may_be_done", lambda _error: False)
    patch.setattr(Work, "unsure", property(lambda _self: False, lambda *_: None), raising=False)


def only_the_last_entry_is_claimed(patch: Patch) -> None:
    """Other entries of the person are settled with it, unsent."""
    patch.setattr(claiming.Claimed, "fields", property(lambda self: self.entries[-1].fields))


def stale_values(patch: Patch) -> None:
    """Values are read before the claim and not after it."""
    real = draining.Drain._claim

    def claim(self: Any) -> None:
        people = dict(self._runtime.host.load_people("1", [f"p{n}" for n in range(9)]))
        load = self._runtime.host.load_people
        self._runtime.session.commit()  # somebody may edit here
        self._runtime.host.load_people = lambda _, ids: {one: people[one] for one in ids if one in people}
        try:
            real(self)
        finally:
            self._runtime.host.load_people = load

    patch.setattr(draining.Drain, "_claim", claim)


def nobody_releases_leases(patch: Patch) -> None:
    """What a dead worker held is never given back."""
    patch.setattr(world, "release_expired", lambda *_: 0)


def crashes_settle_as_delivered(patch: Patch) -> None:
    """A failed call counts as delivered."""
    real = progress.Progress.failed

    def failed(self: Any, fields: Any, error: Any, sent: Any = None) -> None:
        real(self, fields, error, sent)
        self.error = None
        self.delivered(fields)

    patch.setattr(progress.Progress, "failed", failed)


MUTATIONS: tuple[Callable[[Patch], None], ...] = (
    zombies_settle,
    zombies_write,
    nobody_looks_before_creating,
    creates_leave_no_mark,
    one_look_proves_absence,
    a_look_ends_every_doubt,
    what_is_equal_is_settled,
    versions_are_not_sent,
    absence_is_assumed,
    lost_answers_are_forgotten,
    only_the_last_entry_is_claimed,
    stale_values,
    nobody_releases_leases,
    crashes_settle_as_delivered,
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_the_simulation_finds(mutation: Callable[[Patch], None], monkeypatch: Patch) -> None:
    monkeypatch.setattr("huma_tripletex.delivery.transaction.sleep", lambda _: None)
    mutation(monkeypatch)
    for seed in range(SEEDS):
        try:
            World(seed).run()
        except Violation:
            return
    pytest.fail(f"{SEEDS} seeds did not notice: {mutation.__doc__}")
