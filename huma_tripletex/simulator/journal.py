"""What was asked of the simulated API, oldest first."""

from collections import deque
from dataclasses import dataclass
from typing import Any


@dataclass
class Entry:
    """One request. `status` stays None while it is being answered, and for ever when no answer was sent."""

    method: str
    path: str
    request_id: str
    time: float
    status: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The entry as the control surface shows it; `time` is in epoch seconds."""
        return {
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "request_id": self.request_id,
            "time": self.time,
        }


class Journal:
    """The last million requests, in the order they were received."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=1_000_000)

    def note(self, entry: Entry) -> None:
        """Add an entry at the end."""
        self._entries.append(entry)

    def all(self) -> list[Entry]:
        """All entries, oldest first."""
        return list(self._entries)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
