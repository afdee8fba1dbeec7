"""The worker process: one type, one application, loaded once.

    main thread     listens to Redis and drains whoever is nudged, a moment each
    sweep thread    looks for what is due or abandoned, and gives large connections their turns
    desk thread     plans and runs, which take longer

Everybody finishes what is in flight and hands back the rest when the process is asked to stop.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType

from flask import Flask

from huma_tripletex import jobs
from huma_tripletex.jobs import sweep, upkeep
from huma_tripletex.jobs.careful import carefully
from huma_tripletex.jobs.listening import Listening
from huma_tripletex.jobs.workplace import Workplace, workplace
from huma_tripletex.runtime import NAME, Runtime

log = logging.getLogger(__name__)

SELDOM = 300.0
"""Seconds between two rounds of upkeep."""


def work(app: Flask) -> None:
    """Works until SIGTERM or SIGINT. Call it in the main thread; returns when everything in flight is finished."""
    runtime: Runtime = app.extensions[NAME]
    with app.app_context():
        place = workplace()
    place.staffed = True
    listening = Listening(app, runtime, place)
    threads = [
        threading.Thread(target=_sweep, args=(app, runtime, place), name="huma_tripletex-sweep"),
        threading.Thread(target=_sit_at_desk, args=(app, place), name="huma_tripletex-desk"),
    ]
    _heed_signals(place, listening)
    for thread in threads:
        thread.start()
    log.info("the worker has begun")
    try:
        listening.run()
    finally:
        place.stop()
        for thread in threads:
            thread.join()
        place.clients.close()
    log.info("the worker has ended")


def _heed_signals(place: Workplace, listening: Listening) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        place.stop()
        listening.interrupt()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _sweep(app: Flask, runtime: Runtime, place: Workplace) -> None:
    """Sweeps, and between two sweeps lets connections have their turns."""
    next_sweep = next_seldom = 0.0
    while not place.is_stopping():
        now = time.monotonic()
        if now >= next_sweep:
            next_sweep = now + runtime.settings.sweep_interval
            for what, step in sweep.steps(runtime, place):
                carefully(app, what, step)
        if now >= next_seldom:
            next_seldom = now + SELDOM
            for what, step in upkeep.steps(runtime):
                carefully(app, what, step)
        _take_turns(app, runtime, place, next_sweep)


def _take_turns(app: Flask, runtime: Runtime, place: Workplace, until: float) -> None:
    while not place.is_stopping() and (left := until - time.monotonic()) > 0:
        connection_id = place.agenda.next()
        if connection_id is None:
            place.agenda.wait(min(left, 0.5))
        else:
            carefully(app, "a drain", lambda c=connection_id: jobs.take_slice(c, runtime.settings.slice))  # type: ignore[misc]


def _sit_at_desk(app: Flask, place: Workplace) -> None:
    """Plans and runs, one after the other."""
    work = {"draft_plan": jobs.compare, "run": jobs.carry_on}
    while (task := place.desk.get()) is not None and not place.is_stopping():
        what, number = task
        carefully(app, what, lambda w=what, n=number: work[w](n))  # type: ignore[misc]
