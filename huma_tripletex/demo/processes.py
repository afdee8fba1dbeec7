"""The processes of `make demo`: started one after the other, kept alive, and all ended together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PATIENCE = 15
"""Seconds a process gets to end by itself before it is killed."""
PR_SET_PDEATHSIG = 1


def ends_with_parent() -> None:
    """On Linux the kernel ends this child when the demo itself is killed, so that nothing is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Troupe:
    """Child processes by name.

    Each has a session of its own, so that Ctrl-C reaches the demo alone and it ends them in order.
    """

    environ: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    commands: dict[str, Sequence[str]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str]) -> None:
        self.commands[name] = command
        self.running[name] = subprocess.Popen(  # noqa: S603
            command,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=ends_with_parent,
        )

    def keep_alive(self) -> None:
        """Starts whatever ended by itself again, as a supervisor would; returns at Ctrl-C or SIGTERM."""
        while True:
            for name, process in list(self.running.items()):
                if process.poll() is not None:
                    print(f"The {name} ended (status {process.returncode}); starting it again.", flush=True)
                    self.start(name, self.commands[name])
            time.sleep(1)

    def end(self) -> None:
        """Ends all, the last started first."""
        for process in reversed(self.running.values()):
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for process in reversed(self.running.values()):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            kill_group(process.pid)
            process.wait()


def kill_group(leader: int) -> None:
    """Ends what is left of a child and of its own children."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
