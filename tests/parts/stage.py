"""The whole product on a stage of its own: database, Redis, mail, simulated Tripletex, web and worker, all real."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from mailbox import Maildir
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from flask import Flask

from huma_tripletex.demo import create_app, db
from huma_tripletex.demo.seeding import seed_huma, seed_tripletex
from tests.parts.processes import ROOT, eventually, free_port, running
from tests.parts.tripletex import SimulatedTripletex, answers

FACTORY = "huma_tripletex.demo:create_app()"


@dataclass
class Stage:
    """What a test may use: the host's application in this process, the pages at `url`, the mail and the simulator."""

    app: Flask
    url: str
    tripletex: SimulatedTripletex
    folder: Path
    environ: Mapping[str, str]
    tokens: list[str] = field(default_factory=list)

    def mails(self) -> list[EmailMessage]:
        box = Maildir(self.folder / "mail", create=True)
        return [message_from_bytes(box.get_bytes(key), policy=policy.default) for key in box.keys()]  # noqa: SIM118

    def worker(self) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        command = [sys.executable, "-m", "flask", "--app", FACTORY, "tripletex", "worker"]
        return running(command, environ=self.environ, log=self.folder / "worker.log")

    def web(self) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        port = self.url.rpartition(":")[2]
        options = ["--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket"]
        return running(
            [sys.executable, "-m", "gunicorn", *options, FACTORY], environ=self.environ, log=self.folder / "web.log"
        )

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """`flask tripletex ...` as an operator types it."""
        command = [sys.executable, "-m", "flask", "--app", FACTORY, "tripletex", *arguments]
        environ = {**os.environ, **self.environ}
        return subprocess.run(command, cwd=ROOT, env=environ, input=stdin, capture_output=True, text=True, timeout=120)

    def edit(self, given_name: str, family_name: str, **values: Any) -> None:
        """An edit somewhere in the host, as any code of it would do it."""
        from huma_tripletex.demo import Person

        with self.app.app_context():
            person = db.session.query(Person).filter_by(given_name=given_name, family_name=family_name).one()
            for key, value in values.items():
                setattr(person, key, value)
            db.session.commit()

    def organisation(self, name: str = "Fjord AS") -> str:
        from huma_tripletex.demo import Organisation

        with self.app.app_context():
            return str(db.session.query(Organisation).filter_by(name=name).one().id)


@pytest.fixture
def empty_stage(database_url: str, redis_url: str, tripletex: SimulatedTripletex) -> Iterator[Stage]:
    """Everything set up, the cast on it, but neither web nor worker running yet."""
    folder = Path(tempfile.mkdtemp(prefix="hut-stage-"))
    receiver = Controller(Mailbox(folder / "mail"), hostname="127.0.0.1", port=free_port())
    receiver.start()
    environ = {
        "DEMO_FOLDER": str(folder),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "TRIPLETEX_API_URL": tripletex.api_url,
        "SMTP_URL": f"smtp://127.0.0.1:{receiver.port}",
        "HUMA_TRIPLETEX_LEASE": "3",
        "HUMA_TRIPLETEX_SWEEP_INTERVAL": "1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        app = create_app()
    with app.app_context():
        seed_huma()
    tokens = seed_tripletex(tripletex.url)
    yield Stage(app, f"http://127.0.0.1:{free_port()}", tripletex, folder, environ, tokens)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    receiver.stop()


@pytest.fixture
def stage(empty_stage: Stage) -> Iterator[Stage]:
    """The curtain is up: web and worker run."""
    with empty_stage.web(), empty_stage.worker():
        eventually(lambda: answers(empty_stage.url + "/"), 30)
        yield empty_stage


@pytest.fixture
def http(stage: Stage) -> Iterator[httpx.Client]:
    """A client without a browser."""
    with httpx.Client(base_url=stage.url, follow_redirects=True) as client:
        yield client
