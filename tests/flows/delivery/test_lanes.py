"""The threads in which people are sent: what a drain leaves behind is in nobody's way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from huma_tripletex.delivery.lanes import ThreadLanes, Threads

ENOUGH = 20


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """Lets whatever hangs go on; at the latest when the test ends."""
    event = threading.Event()
    yield event
    event.set()


def test_whoever_comes_next_does_not_wait_for_what_still_hangs(released: threading.Event) -> None:
    kept = Threads()
    left: ThreadLanes[str, str] = ThreadLanes(1, kept)
    left.submit("first", lambda: str(released.wait(2 * ENOUGH)))
    left.close()
    lanes: ThreadLanes[str, str] = ThreadLanes(1, kept)
    lanes.submit("second", lambda: "answer")
    assert lanes.gather(ENOUGH, 1) == ["answer"]
    lanes.close()
    kept.let_go()


def test_threads_that_are_idle_are_used_again() -> None:
    kept, names = Threads(), []
    for _ in range(3):
        lanes: ThreadLanes[int, str] = ThreadLanes(1, kept)
        lanes.submit(1, lambda: threading.current_thread().name)
        names += lanes.gather(ENOUGH, 1)
        lanes.close()
    kept.let_go()
    assert len(names) == 3
    assert len(set(names)) == 1


def test_silence_lasts_from_the_last_answer_or_the_first_question(released: threading.Event) -> None:
    kept, soon = Threads(), threading.Event()
    lanes: ThreadLanes[str, str] = ThreadLanes(2, kept)
    time.sleep(0.05)
    assert lanes.silence == 0, "nothing is awaited"
    asked = time.monotonic()
    lanes.submit("late", lambda: str(released.wait(2 * ENOUGH)))
    assert lanes.silence <= time.monotonic() - asked
    time.sleep(0.05)
    before = lanes.silence
    lanes.submit("soon", lambda: str(soon.wait(2 * ENOUGH)))
    assert lanes.silence >= before >= 0.05, "asking is not hearing"
    answered = time.monotonic()
    soon.set()
    assert lanes.gather(ENOUGH, 1) == ["True"]
    assert lanes.silence <= time.monotonic() - answered
    released.set()
    assert lanes.gather(ENOUGH, 1) == ["True"]
    assert lanes.silence == 0
    lanes.close()
    kept.let_go()
