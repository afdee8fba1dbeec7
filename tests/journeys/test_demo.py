"""`make demo` as a stranger meets it: it says what to do, takes no port that is taken, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.parts.processes import eventually, free_port, running


@pytest.fixture
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("demo")
    return {"DEMO_FOLDER": str(folder), "PORT": str(free_port()), "SIMULATOR_PORT": str(free_port())}


COMMAND = [sys.executable, "-m", "huma_tripletex.demo"]


@pytest.fixture
def demo(environ: dict[str, str], tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    with running(COMMAND, environ=environ, log=tmp_path / "log") as process:
        eventually(lambda: process.poll() is not None or "Ctrl-C" in (tmp_path / "log").read_text(), 60)
        yield process, tmp_path / "log"


def test_it_says_where_who_and_with_which_token(
    demo: tuple[subprocess.Popen[bytes], Path], environ: dict[str, str]
) -> None:
    said = demo[1].read_text()

    assert f"http://127.0.0.1:{environ['PORT']}/login" in said
    assert all(name in said for name in ("Anna Berg", "Henrik Lund", "Oda Vik"))
    tokens = httpx.get(f"http://127.0.0.1:{environ['SIMULATOR_PORT']}/_simulator/tokens").json()
    assert tokens[0]["employee_token"] in said
    assert httpx.get(f"http://127.0.0.1:{environ['PORT']}/").status_code == 200
    assert httpx.get(f"http://127.0.0.1:{environ['PORT']}/login").text.count("Log in as") == 3


def test_ctrl_c_leaves_no_process_behind(demo: tuple[subprocess.Popen[bytes], Path], environ: dict[str, str]) -> None:
    assert processes_of(environ["DEMO_FOLDER"])

    demo[0].send_signal(signal.SIGINT)
    demo[0].wait(30)

    assert processes_of(environ["DEMO_FOLDER"]) == []


def test_in_the_background_it_heeds_an_interrupt_all_the_same(environ: dict[str, str], tmp_path: Path) -> None:
    command = ["sh", "-c", 'trap "" INT; exec "$0" "$@"', *COMMAND]
    with running(command, environ=environ, log=tmp_path / "log") as process:
        eventually(lambda: "Ctrl-C" in (tmp_path / "log").read_text(), 60)
        process.send_signal(signal.SIGINT)
        process.wait(30)

    assert processes_of(environ["DEMO_FOLDER"]) == []


def test_killed_outright_it_leaves_no_process_behind_either(
    demo: tuple[subprocess.Popen[bytes], Path], environ: dict[str, str]
) -> None:
    os.kill(demo[0].pid, signal.SIGKILL)
    demo[0].wait(30)

    eventually(lambda: processes_of(environ["DEMO_FOLDER"]) == [], 30)


def test_a_second_demo_in_the_same_folder_says_so(
    demo: tuple[subprocess.Popen[bytes], Path], environ: dict[str, str]
) -> None:
    other = {**os.environ, **environ, "PORT": str(free_port()), "SIMULATOR_PORT": str(free_port())}

    refused = subprocess.run(COMMAND, env=other, capture_output=True, text=True, timeout=60)

    assert refused.returncode != 0
    assert "DEMO_FOLDER" in refused.stderr
    assert httpx.get(f"http://127.0.0.1:{environ['PORT']}/login").text.count("Log in as") == 3


@pytest.mark.parametrize("name", ["PORT", "SIMULATOR_PORT"])
def test_a_taken_port_is_named(name: str, environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(environ[name]))):
        refused = subprocess.run(COMMAND, env={**os.environ, **environ}, capture_output=True, text=True, timeout=60)

    assert refused.returncode != 0
    assert re.search(rf"Port {environ[name]} is taken.*\b{name}=", refused.stderr)


def processes_of(folder: str) -> list[str]:
    """The command lines of the running processes that were started for a demo in `folder`."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if f"DEMO_FOLDER={folder}".encode() in (path / "environ").read_bytes().split(b"\0"):
                found.append((path / "cmdline").read_text())
        except OSError:
            continue
    return [line for line in found if line]
