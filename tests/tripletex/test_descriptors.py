"""A process that has used up its descriptors says so: Tripletex is not to blame."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Iterator

import pytest

from huma_tripletex.errors import NotSent
from huma_tripletex.tripletex import Budget, descriptors
from huma_tripletex.tripletex.calls import Ask
from huma_tripletex.tripletex.wire import Wire
from tests.parts.processes import free_port
from tests.tripletex.odd_server import answering, response, serving

ASK = Ask.read("/division")


@contextlib.contextmanager
def none_left() -> Iterator[None]:
    """The system refuses whatever would need another descriptor."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = [os.open(os.devnull, os.O_RDONLY)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))) + 1, hard))
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(taken[0]))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for one in taken:
            os.close(one)


@pytest.fixture(autouse=True)
def not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptors, "_said", descriptors._Said())


def test_it_is_said_once_and_whoever_asks_may_ask_again(caplog: pytest.LogCaptureFixture) -> None:
    with serving(answering(response(b'{"values":[]}'))) as url:
        wire = Wire(url, budget=Budget())
        with none_left():
            for _ in range(3):
                with pytest.raises(NotSent):
                    wire.send(ASK)
        assert wire.send(ASK).status == 200
        wire.close()
    assert [record.levelname for record in caplog.records if "too many open files" in record.message] == ["ERROR"]
    assert "raise the limit" in caplog.text


def test_it_is_said_again_after_a_while(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptors, "PAUSE", 0.0)
    with none_left():
        descriptors.tell_if_none_is_left()
        descriptors.tell_if_none_is_left()
    assert caplog.text.count("too many open files") == 2


def test_a_tripletex_that_is_away_is_another_matter(caplog: pytest.LogCaptureFixture) -> None:
    wire = Wire(f"http://127.0.0.1:{free_port()}/v2", budget=Budget())
    with pytest.raises(NotSent):
        wire.send(ASK)
    wire.close()
    assert "too many open files" not in caplog.text
