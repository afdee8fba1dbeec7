"""What one would write without thinking, to measure against: a bare loop of requests, and one RQ job per change.

The functions at the end are run by RQ workers, which find everything in the environment; see `bench.rq_worker`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import httpx
from flask import Flask
from redis import Redis

from huma_tripletex.demo import Person, create_app, db
from huma_tripletex.gateway.sessions import kept_session
from huma_tripletex.models import Connection, PersonLink
from huma_tripletex.runtime import current_runtime

BIRTH, NORWAY = "1990-05-17", 161
STARTED = "bench:started"


def session_token(connection_id: int) -> str:
    """The session that the last drain has kept. Needs an application context."""
    kept = kept_session(current_runtime().vault, db.session.get_one(Connection, connection_id))
    assert kept is not None
    return kept.token


def body(row: dict[str, Any], phone: str) -> dict[str, Any]:
    return {
        "id": row["id"],
        "version": row["version"],
        "dateOfBirth": BIRTH,
        "phoneNumberMobile": phone,
        "phoneNumberMobileCountry": {"id": NORWAY},
    }


def bare_loop(url: str, token: str, rows: Sequence[dict[str, Any]], phone: str, in_flight: int) -> float:
    """Requests a second of the same PUTs by the same library with as many in flight, and nothing else."""
    limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    with httpx.Client(auth=("0", token), limits=limits, timeout=60) as client, ThreadPoolExecutor(in_flight) as threads:

        def put(row: dict[str, Any]) -> None:
            client.put(f"{url}/employee/{row['id']}", json=body(row, phone)).raise_for_status()

        began = time.perf_counter()
        list(threads.map(put, rows))
        return len(rows) / (time.perf_counter() - began)


@cache
def be_ready() -> tuple[Flask, httpx.Client]:
    """What every job in this process and its forks shares. Nothing is connected: forks must not share that."""
    app = create_app()
    with app.app_context():
        db.session.get(Person, 0)
        db.session.remove()
        db.engine.dispose()
    return app, httpx.Client(timeout=60)


def deliver_one(person_id: int, connection_id: int, token: str) -> None:
    """One RQ job for one changed person: load, send, note, commit."""
    app, client = be_ready()
    with app.app_context():
        person = db.session.get_one(Person, person_id)
        link = db.session.query(PersonLink).filter_by(connection_id=connection_id, person_id=str(person_id)).one()
        row = {"id": link.employee_id, "version": link.employee_version}
        url = f"{os.environ['TRIPLETEX_API_URL']}/employee/{link.employee_id}"
        answer = client.put(url, json=body(row, person.phone_number or ""), auth=("0", token)).raise_for_status()
        link.employee_version = answer.json()["value"]["version"]
        db.session.commit()


def note_start(url: str) -> None:
    """The bare time from enqueue to start."""
    with Redis.from_url(url) as redis:
        redis.rpush(STARTED, repr(time.time()))
