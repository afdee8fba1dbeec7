"""A drain that goes on step by step: a nudge that comes at any moment of a step is never lost."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from huma_tripletex import delivery
from huma_tripletex.delivery import UnderWay
from huma_tripletex.task_queue import TaskQueue
from tests.flows.delivery_parts import Bench, bench


@dataclass(frozen=True)
class NudgedJustThen(TaskQueue):
    """Somebody commits in the very moment in which a drain says that it begins to look."""

    drains: tuple[UnderWay, ...] = ()

    def begin_drain(self, connection_id: int) -> None:
        super().begin_drain(connection_id)
        for drain in self.drains:
            drain.look_again()


def begun(stand: Bench) -> UnderWay:
    return delivery.begin(
        stand.runtime,
        stand.connection_id,
        threading.Condition(),
        clients=stand.clients,
        length=timedelta(seconds=60),
        stop=lambda: False,
        take_back=lambda _: None,
    )


@pytest.mark.parametrize("at_the_first_look", [True, False])
def test_a_nudge_in_the_moment_of_a_look_is_looked_for_again(at_the_first_look: bool) -> None:
    with bench() as stand:
        queue = NudgedJustThen("")
        stand.runtime = replace(stand.runtime, queue=queue)
        drain = begun(stand)
        if not at_the_first_look:
            drain.step()
            drain.look_again()
        object.__setattr__(queue, "drains", (drain,))
        drain.step()
        assert drain.is_nudged
        drain.end()
