"""Keeps employee data in Tripletex equal to Huma: a Flask extension with a sync wizard and a transactional outbox.

Names are loaded when they are first used, so that the simulator starts without the extension.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from huma_tripletex.version import VERSION as __version__

if TYPE_CHECKING:
    from huma_tripletex.capture import record_change
    from huma_tripletex.extension import HumaTripletex
    from huma_tripletex.host.port import Email, Host, HostUser, PersonModel

HOMES = {
    "Email": "huma_tripletex.host.port",
    "Host": "huma_tripletex.host.port",
    "HostUser": "huma_tripletex.host.port",
    "HumaTripletex": "huma_tripletex.extension",
    "PersonModel": "huma_tripletex.host.port",
    "record_change": "huma_tripletex.capture",
}

__all__ = ["Email", "Host", "HostUser", "HumaTripletex", "PersonModel", "__version__", "record_change"]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"huma_tripletex has no {name}")
    return getattr(import_module(HOMES[name]), name)
