"""A real Redis-compatible server from a wheel: on a socket of its own, gone with the test process."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from huma_tripletex.demo.embedded import command
from tests.parts.processes import eventually, running


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """The URL of a server."""
    folder = Path(tempfile.mkdtemp(prefix="hut-vk-"))
    url = f"unix://{folder / 'valkey.sock'}"
    with running(command(folder / "valkey.sock")):
        eventually(lambda: answers(url))
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_url(valkey_server: str) -> str:
    """The URL of an empty server."""
    with Redis.from_url(valkey_server) as redis:
        redis.flushall()
    return valkey_server


def answers(url: str) -> bool:
    try:
        with Redis.from_url(url, socket_connect_timeout=1) as redis:
            return bool(redis.ping())
    except (RedisError, OSError):
        return False
