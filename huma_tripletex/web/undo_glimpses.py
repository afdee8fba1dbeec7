"""Shows one masked value of an undo and notes who looked, or hides it again; without htmx on the page itself."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as attribute

from sqlalchemy import select

from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.errors import NotReadable
from huma_tripletex.host.port import HostUser
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, LogLine, SyncResult, SyncRun
from huma_tripletex.runtime import Runtime
from huma_tripletex.syncing.approved import opened
from huma_tripletex.web import formatting

SYSTEMS, WHICH = ("huma", "tripletex"), ("ours", "earlier")


@dataclass(frozen=True)
class UndoGlimpse:
    """One value of somebody in a run: the one that was written there, or the earlier one."""

    position: int
    system: str
    field: str
    which: str
    name: str = attribute(default="", repr=False)
    text: str = attribute(default="", repr=False)
    revealed: bool = False

    @property
    def key(self) -> str:
        """How a button names it."""
        return f"{self.position}-{self.system}-{self.field}-{self.which}"

    @classmethod
    def read(cls, key: str) -> UndoGlimpse | None:
        position, _, rest = key.partition("-")
        system, _, rest = rest.partition("-")
        field, _, which = rest.partition("-")
        if position.isdecimal() and len(position) < 10 and system in SYSTEMS and field in BY_KEY and which in WHICH:
            return cls(int(position), system, field, which)
        return None


def hidden(position: int, system: str, field: str, which: str, name: str, text: str) -> UndoGlimpse | None:
    """The button beside a masked value; None where there is none to be shown."""
    if not text:
        return None
    return UndoGlimpse(position, system, field, which, _said(name, which), text)


def look(
    runtime: Runtime, connection: Connection, run: SyncRun, asked: UndoGlimpse, by: HostUser, *, hides: bool
) -> UndoGlimpse | None:
    """The value, shown or masked; None if there is none in this run. The caller commits."""
    chosen = select(SyncResult).where(SyncResult.run_id == run.id, SyncResult.position == asked.position)
    result = runtime.session.scalar(chosen)
    if result is None:
        return None
    try:
        was = opened(runtime, connection, result)
    except NotReadable:
        return None
    earlier, ours = (was.huma if asked.system == "huma" else was.tripletex).get(asked.field, (None, None))
    text = ours if asked.which == "ours" else earlier
    if text is None:
        return None
    if not hides:
        what = {"field": asked.field, "system": asked.system}
        runtime.session.add(LogLine.act(connection.id, "revealed", runtime.clock(), by, result.person_id, **what))
    shown = formatting.masked(asked.field, text) if hides else formatting.value(asked.field, text)
    place = (asked.position, asked.system, asked.field, asked.which)
    return UndoGlimpse(*place, name=_said(was.name, asked.which), text=shown, revealed=not hides)


def _said(name: str, which: str) -> str:
    return _("%(name)s, now", name=name) if which == "ours" else _("%(name)s, earlier", name=name)
