"""A real mail server on 127.0.0.1 for `make demo`: what it receives, the mailbox page shows."""

from __future__ import annotations

import signal
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from huma_tripletex.demo.settings import folder


def receive(port: int) -> Controller:
    """Starts receiving in a thread of this process; `.stop()` ends it. Port 0: any free one, see `.server`."""
    controller = Controller(Mailbox(folder() / "mail"), hostname="127.0.0.1", port=port)
    controller.start()
    return controller


if __name__ == "__main__":
    receive(int(sys.argv[1]))
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
