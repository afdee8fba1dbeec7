"""Where the demo finds its settings: the environment, else files in its folder that it makes once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, TextIO

from huma_tripletex.simulator import CONSUMER_TOKEN
from huma_tripletex.vault import new_key

WEB_PORT, SIMULATOR_PORT = 8000, 8001


def folder() -> Path:
    """The demo's folder, `.demo` where the process was started; made with access for its owner alone."""
    path = Path(os.environ.get("DEMO_FOLDER", ".demo")).resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def claim_folder() -> TextIO:
    """The demo's folder for one demo alone, until what is returned is closed.

    Raises:
        SystemExit: another demo runs in it.
    """
    claim = open(folder() / "running", "w")  # noqa: SIM115, held as long as the demo runs
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SystemExit(f"A demo already runs in {folder()}. End it, or set DEMO_FOLDER to another folder.") from None
    return claim


def port(name: str, default: int) -> int:
    """A port number from the environment.

    Raises:
        SystemExit: it is not a number.
    """
    value = os.environ.get(name) or str(default)
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise SystemExit(f"{name} must be a port number between 1 and 65535, not {value!r}")
    return int(value)


def read(environ: Mapping[str, str]) -> dict[str, Any]:
    """The Flask config of the demo."""
    simulator = environ.get("SIMULATOR_PORT") or SIMULATOR_PORT
    config: dict[str, Any] = {key: value for key, value in environ.items() if key.startswith("HUMA_TRIPLETEX_")}
    if not config.get("HUMA_TRIPLETEX_KEYS"):
        config["HUMA_TRIPLETEX_KEYS"] = kept("keys", lambda: new_key("k1"))
    return config | {
        "SECRET_KEY": environ.get("SECRET_KEY") or kept("secret", lambda: token_urlsafe(32)),
        "SQLALCHEMY_DATABASE_URI": database_url(environ.get("DATABASE_URL", "")),
        "TRIPLETEX_API_URL": environ.get("TRIPLETEX_API_URL") or f"http://127.0.0.1:{simulator}/v2",
        "TRIPLETEX_CONSUMER_TOKEN": environ.get("TRIPLETEX_CONSUMER_TOKEN") or CONSUMER_TOKEN,
        "REDIS_URL": environ.get("REDIS_URL") or embedded_redis_url(),
        "SMTP_URL": environ.get("SMTP_URL", ""),
        "SESSION_COOKIE_SAMESITE": "Lax",
    }


def database_url(url: str) -> str:
    """SQLAlchemy's URL; PostgreSQL is spoken to with psycopg 3 however the URL was written."""
    if not url:
        return f"sqlite:///{folder() / 'huma.db'}"
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in {"postgres", "postgresql"} else url


def valkey_socket() -> Path:
    return folder() / "valkey.sock"


def embedded_redis_url() -> str:
    """The server that `make demo` started, if one is running."""
    return f"unix://{valkey_socket()}" if valkey_socket().exists() else ""


def kept(name: str, make: Callable[[], str]) -> str:
    """The text in the file `name` of the demo's folder, made once though several processes start together."""
    path = folder() / name
    with open(folder() / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(make())
        return path.read_text().strip()
