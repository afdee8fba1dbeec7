"""What the threads of a worker do, again and again until it stops. None of them may end before: the process would look
alive, and what that thread is there for would never be done again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

from flask import Flask

from huma_tripletex import jobs
from huma_tripletex.delivery import UnderWay
from huma_tripletex.jobs import sweep, turns, upkeep
from huma_tripletex.jobs.careful import carefully
from huma_tripletex.jobs.sweep import Step
from huma_tripletex.jobs.workplace import Workplace
from huma_tripletex.models.called import called
from huma_tripletex.runtime import NAME, Runtime

log = logging.getLogger(__name__)

SELDOM = 300.0
"""Seconds until what is seldom done in upkeep is done again."""
SHORT = 0.5
"""Seconds after which somebody who has nothing to do looks whether the worker stops."""
PAUSE = 1.0
"""Seconds until a loop begins anew that should not have ended."""

HANDS = 2
"""Threads that go on with drains: more than one, so that a lock in the host's database holds up nobody else."""

Loop = Callable[[Flask, Workplace], None]


def threads(app: Flask, place: Workplace) -> list[threading.Thread]:
    """One for each loop, not started yet."""
    hands: dict[str, Loop] = {f"hand-{number}": lend_a_hand for number in range(1, HANDS + 1)}
    loops: dict[str, Loop] = {"sweep": keep_sweeping, **hands, "desk": sit_at_desk, "upkeep": keep_up}
    return [
        threading.Thread(target=_last, args=(name, loop, app, place), name=f"huma_tripletex-{name}")
        for name, loop in loops.items()
    ]


def _last(name: str, loop: Loop, app: Flask, place: Workplace) -> None:
    """Begins a loop anew if it ends although the worker goes on. SystemExit, whoever raised it, is no way out either: a
    thread ends by it without a word.
    """
    while not place.is_stopping():
        try:
            loop(app, place)
        except BaseException as error:  # noqa: BLE001 - see above
            log.critical("the %s ended in %s and begins anew", name, called(error))
            time.sleep(PAUSE)


def keep_sweeping(app: Flask, place: Workplace) -> None:
    """Sweeps, and does nothing else: what is abandoned waits for nobody's answers."""
    runtime: Runtime = app.extensions[NAME]
    while not place.is_stopping():
        next_sweep = time.monotonic() + runtime.settings.sweep_interval
        _take(app, place, sweep.steps(runtime, place))
        _rest(place, next_sweep)


def lend_a_hand(app: Flask, place: Workplace) -> None:
    """Goes on with whatever drain has something to do, until all have ended when the worker stops."""
    runtime: Runtime = app.extensions[NAME]
    while not place.is_stopping() or place.drains.are_any():
        make = None if place.is_stopping() else partial(turns.make, runtime, place)
        if drain := place.drains.next(make, SHORT):
            _go_on(app, place, drain)


def keep_up(app: Flask, place: Workplace) -> None:
    """Upkeep, in rounds that begin no sooner than a sweep would: the sweep goes on whatever this takes."""
    runtime: Runtime = app.extensions[NAME]
    next_seldom = 0.0
    while not place.is_stopping():
        now = time.monotonic()
        _take(app, place, [("letting go of idle connections to Tripletex", place.clients.tidy)])
        _take(app, place, upkeep.steps(runtime, place.is_stopping))
        if now >= next_seldom:
            next_seldom = now + SELDOM
            _take(app, place, upkeep.seldom_steps(runtime, place.is_stopping))
        _rest(place, now + runtime.settings.sweep_interval)


def sit_at_desk(app: Flask, place: Workplace) -> None:
    """Plans and runs, one after the other."""
    work = {"draft_plan": jobs.compare, "run": jobs.carry_on}
    while (task := place.desk.get()) is not None and not place.is_stopping():
        what, number = task
        carefully(app, what, lambda w=what, n=number: work[w](n))  # type: ignore[misc]


def _take(app: Flask, place: Workplace, steps: Iterable[Step]) -> None:
    for what, step in steps:
        if place.is_stopping():
            return
        carefully(app, what, step)


def _rest(place: Workplace, until: float) -> None:
    while not place.is_stopping() and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, SHORT))


def _go_on(app: Flask, place: Workplace, drain: UnderWay) -> None:
    """A drain that could not even be taken up, because the host's application failed before, is nobody's any more."""
    taken_up: list[bool] = []

    def step() -> None:
        taken_up.append(True)
        turns.go_on(drain)

    try:
        carefully(app, "a drain", step)
    finally:
        if not taken_up:
            place.drains.abandon(drain)
