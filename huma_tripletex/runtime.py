"""What the flows are given to work with: one frozen object per application, kept in `app.extensions`.

`extension` makes it; views, commands and jobs fetch it with `current_runtime()` and hand it to a flow first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import httpx
from flask import current_app
from sqlalchemy.orm import Session, scoped_session

from huma_tripletex.clock import Clock
from huma_tripletex.config import Settings
from huma_tripletex.host.port import Host
from huma_tripletex.task_queue import TaskQueue
from huma_tripletex.vault import Vault

NAME = "huma_tripletex"


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Settings, the host, the vault, the queue and the clock of one application.

    `transport` replaces the network below the Tripletex client; tests hand in a WSGI or mock transport.
    """

    settings: Settings
    host: Host
    vault: Vault
    queue: TaskQueue
    clock: Callable[[], datetime] = field(default_factory=Clock)
    transport: httpx.BaseTransport | None = field(default=None, repr=False)

    @property
    def session(self) -> scoped_session[Session]:
        """The host's own session, so that one commit covers the host's rows and ours."""
        return cast("scoped_session[Session]", self.host.db.session)


def current_runtime() -> Runtime:
    """The runtime of the current application.

    Raises:
        RuntimeError: outside an application context.
        KeyError: `HumaTripletex.init_app` was not called.
    """
    return cast(Runtime, current_app.extensions[NAME])
