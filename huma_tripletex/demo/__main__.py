"""`make demo`: simulated Tripletex, embedded Redis, mail receiver, worker and web on 127.0.0.1 until Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from types import FrameType

from huma_tripletex.demo import embedded, settings
from huma_tripletex.demo.app import create_app
from huma_tripletex.demo.probes import answers, free_port, listens, must_be_free, ping, wait_for
from huma_tripletex.demo.processes import Troupe
from huma_tripletex.demo.seeding import seed_huma, seed_tripletex

FACTORY = "huma_tripletex.demo:create_app()"


def main() -> None:
    web, simulator = settings.port("PORT", settings.WEB_PORT), settings.port("SIMULATOR_PORT", settings.SIMULATOR_PORT)
    environ = dict(os.environ) | {"PORT": str(web), "SIMULATOR_PORT": str(simulator), "PYTHONUNBUFFERED": "1"}
    for name, number in (("PORT", web), ("SIMULATOR_PORT", simulator)):
        must_be_free(name, number)
    stage = settings.claim_folder()
    clear_stage()
    troupe = Troupe(environ)
    for end in (signal.SIGINT, signal.SIGTERM):  # a shell that puts us into the background has SIGINT ignored
        signal.signal(end, as_interrupt)
    try:
        perform(troupe, environ, web, simulator)
    except KeyboardInterrupt:
        print("\nThe demo ends.", flush=True)
    finally:
        for end in (signal.SIGINT, signal.SIGTERM):
            signal.signal(end, signal.SIG_IGN)
        troupe.end()
        stage.close()


def perform(troupe: Troupe, environ: dict[str, str], web: int, simulator: int) -> None:
    simulator_url = f"http://127.0.0.1:{simulator}"
    python = sys.executable
    if "REDIS_URL" not in environ:
        troupe.start("Redis", embedded.command(settings.valkey_socket()))
        environ["REDIS_URL"] = f"unix://{settings.valkey_socket()}"
        wait_for("the embedded Redis", lambda: ping(environ["REDIS_URL"]))
    if "SMTP_URL" not in environ:
        mail_port = free_port()
        troupe.start("mail receiver", [python, "-m", "huma_tripletex.demo.smtp_receiver", str(mail_port)])
        environ["SMTP_URL"] = f"smtp://127.0.0.1:{mail_port}"
        wait_for("the mail receiver", lambda: listens(mail_port))
    troupe.environ = environ
    troupe.start(
        "simulated Tripletex", [python, "-m", "huma_tripletex.simulator", "--port", str(simulator), "--employees", "0"]
    )
    wait_for("the simulated Tripletex", lambda: answers(f"{simulator_url}/_simulator/tokens"))
    os.environ.update(environ)
    with create_app().app_context():
        seed_huma()
    tokens = seed_tripletex(simulator_url)
    troupe.start("worker", [python, "-m", "flask", "--app", FACTORY, "tripletex", "worker"])
    gunicorn = ["--bind", f"127.0.0.1:{web}", "--threads", "8", "--log-level", "warning", "--no-control-socket"]
    troupe.start("web", [python, "-m", "gunicorn", *gunicorn, FACTORY])
    wait_for("Huma", lambda: answers(f"http://127.0.0.1:{web}/"))
    print(programme(web, simulator, tokens), flush=True)
    troupe.keep_alive()


def programme(web: int, simulator: int, tokens: list[str]) -> str:
    """What the audience needs: where, who, with which token, and a tour."""
    return f"""
Huma is at       http://127.0.0.1:{web}/login
Log in as        Anna Berg (administrator of Fjord AS), Henrik Lund (Fjord AS, without the permission),
                 Oda Vik (administrator of Bre AS)
Employee token   {tokens[0]}
  for Bre AS     {tokens[1]}

1. As Anna: System settings > Integrations > Tripletex > Connect, and paste the token.
2. Synchronize users, settle the differences, choose who to add, Sync users. The result is in the mailbox.
3. Change somebody's phone number under People, and see it arrive: http://127.0.0.1:{simulator}/_simulator/employees

Ctrl-C ends the demo. It starts afresh each time.
"""


def clear_stage() -> None:
    """Removes what an earlier demo left, and nothing else: the keys stay."""
    folder = settings.folder()
    for leftover in ("huma.db", "huma.db-wal", "huma.db-shm", "valkey.sock"):
        (folder / leftover).unlink(missing_ok=True)
    for leftover in ("mail", "appendonlydir"):
        shutil.rmtree(folder / leftover, ignore_errors=True)


def as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
