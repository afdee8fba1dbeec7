"""The worker process: one type, one application, loaded once.

    main thread     listens to Redis and begins a drain for whoever is nudged
    two hands       go on with the drains that have something to do, and begin those of the agenda
    sweep thread    looks for what is due or abandoned
    desk thread     plans and runs, which take longer
    upkeep thread   mail, the daily look at the tokens, and whatever else nobody waits for

Everybody finishes what is in flight and hands back the rest when the process is asked to stop.
"""

from __future__ import annotations

import logging
import signal
from types import FrameType

from flask import Flask

from huma_tripletex.jobs import loops
from huma_tripletex.jobs.listening import Listening
from huma_tripletex.jobs.workplace import Workplace, workplace
from huma_tripletex.runtime import NAME, Runtime

log = logging.getLogger(__name__)


def work(app: Flask) -> None:
    """Works until SIGTERM or SIGINT. Call it in the main thread; returns when everything in flight is finished."""
    runtime: Runtime = app.extensions[NAME]
    with app.app_context():
        place = workplace()
    place.staffed = True
    listening = Listening(app, runtime, place)
    threads = loops.threads(app, place)
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
