"""An RQ worker as somebody sets it up who cares how fast it is: the application is loaded, and the client of HTTP made,
before there are any jobs, and a worker that forks hands both to every fork.

`python -m bench.rq_worker Worker redis://...`; everything else is in the environment.
"""

from __future__ import annotations

import sys

import rq
from redis import Redis

from bench import bare


def main(kind: str, redis_url: str) -> None:
    """Works until it is told to end. `kind`: the name of one of RQ's classes of workers."""
    bare.be_ready()
    with Redis.from_url(redis_url) as redis:
        getattr(rq, kind)(["bench"], connection=redis).work(logging_level="ERROR")


if __name__ == "__main__":
    main(*sys.argv[1:])
