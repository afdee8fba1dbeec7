"""What the threads of one worker process share: open clients, the drains under way, the agenda, the desk, and the wish
to stop."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue

from flask import current_app

from huma_tripletex.delivery import Clients
from huma_tripletex.jobs.agenda import Agenda
from huma_tripletex.jobs.open_drains import OpenDrains
from huma_tripletex.runtime import Runtime, current_runtime

NAME = "huma_tripletex_workplace"

Task = tuple[str, int]
"""A name of `jobs.desk.WORK` and the number of a plan or run."""


@dataclass
class Workplace:
    """One per application and process. `agenda`: connections with more to send; `drains`: those that are under way;
    `changed` is notified when there is something to do for either; `desk`: plans and runs to work on.

    `staffed`: the worker's threads are there to carry on what a job leaves; otherwise the job does it all itself.
    `busy`: a job is being done, which no signal may break off; `ran`: the last that was begun by its id alone.
    `swept_at`: when the last sweep began, by the clock as it was then.
    """

    agenda: Agenda
    drains: OpenDrains
    changed: threading.Condition
    clients: Clients
    desk: SimpleQueue[Task | None] = field(default_factory=SimpleQueue)
    staffed: bool = False
    busy: bool = False
    ran: str = ""
    swept_at: datetime | None = None
    _stopping: bool = False

    def stop(self) -> None:
        """Asks everybody to end. Takes no lock: a signal handler calls it wherever the main thread happens to be."""
        self._stopping = True
        self.desk.put(None)

    def is_stopping(self) -> bool:
        """Whether what is in flight should be finished and nothing begun."""
        return self._stopping

    @classmethod
    def of(cls, runtime: Runtime) -> Workplace:
        changed = threading.Condition()
        agenda = Agenda(runtime.clock, changed)
        drains = OpenDrains(agenda, changed, runtime.settings.slice)
        return cls(agenda, drains, changed, Clients(drains.is_open))


def workplace() -> Workplace:
    """The workplace of the current application."""
    places = current_app.extensions
    if NAME not in places:
        places[NAME] = Workplace.of(current_runtime())
    place: Workplace = places[NAME]
    return place
