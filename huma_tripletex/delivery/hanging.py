"""What a sign of life says of those whose answers take long: should this process end, whoever comes next knows that
what was sent may be carried out yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from huma_tripletex.core.doubt import UNANSWERED
from huma_tripletex.delivery.link_rows import COLUMNS, read_links, write_links

Hanging = Mapping[str, Collection[str]]
"""By person, the fields that are being sent."""


def doubt_hanging(session: Session, connection_id: int, hanging: Hanging, now: datetime) -> None:
    """Notes it on their links, as if the answers were lost; when they come, their settlement knows better."""
    links = read_links(session, connection_id, sorted(hanging)) if hanging else {}
    until = now + timedelta(seconds=UNANSWERED)
    write_links(session, [_doubted(link, hanging[person], until) for person, link in links.items()])


def _doubted(link: RowMapping, fields: Collection[str], until: datetime) -> dict[str, Any]:
    row = {name: link[name] for name in COLUMNS} | {"doubt_until": until}
    if link["state"] != "creating":  # of those it is kept what they look like
        row["agreed"] = {key: seal for key, seal in link["agreed"].items() if key not in fields}
    return row
