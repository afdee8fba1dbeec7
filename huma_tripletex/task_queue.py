"""Says "look now" to the workers. Losing what is said here costs seconds, never a change: the sweep finds everything.

Nothing in Redis is more than a connection's or a plan's number. Every call gives up within a second and swallows
Redis's errors, because the host's request must not wait for it; and after one that waited in vain, nothing is asked for
some seconds, because the next would wait as well.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any
from uuid import uuid4

from redis import Redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from rq.utils import now

log = logging.getLogger(__name__)

NUDGE_SECONDS = 30
"""How long a nudge stands if no drain picks it up; after that the next change nudges again."""
PATIENCE = 1.0
"""Seconds that Redis has for an answer."""
SLOW = PATIENCE / 4
"""Whoever was kept waiting longer than this, in vain, had no refusal but a Redis that hangs."""
SILENCE = 10.0
"""Seconds for which a Redis that hangs is asked nothing."""
RESULT_SECONDS = 0
FAILURE_SECONDS = 3600
DRAIN, PLAN, RUN = "huma_tripletex.jobs.drain", "huma_tripletex.jobs.draft_plan", "huma_tripletex.jobs.run"
NUDGING = """
if not redis.call('SET', KEYS[1], 1, 'NX', 'EX', ARGV[1]) then
    return 0
end
redis.call('SADD', KEYS[2], KEYS[3])
redis.call('HSET', KEYS[4], unpack(ARGV, 3))
redis.call('RPUSH', KEYS[3], ARGV[2])
return 1
"""
"""What RQ's `enqueue` does, unless the nudge stands: the host's request waits for one answer and not for four."""

_NUDGE = re.compile(r"drain-([0-9]{1,18})-[0-9a-f]{32}")


def nudged_connection(job_id: str) -> int | None:
    """The connection that a nudge is about, by the id of its job; None: it is another job."""
    found = _NUDGE.fullmatch(job_id)
    return int(found[1]) if found else None


def impatient(url: str) -> Redis:
    """A client that fails fast: one second, no retries."""
    return Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0))


@dataclass
class Silence:
    """Whether Redis is left alone, since it hangs. When the time is over, one asks, and the others wait for no answer:
    they stay silent until that one has had it. Takes no lock: at worst two ask.
    """

    _until: float = 0.0

    def is_kept(self) -> bool:
        now = time.monotonic()
        if now < self._until:
            return True
        if self._until:
            self._until = now + SILENCE
        return False

    def begin(self) -> None:
        self._until = time.monotonic() + SILENCE

    def end(self) -> None:
        self._until = 0.0


@dataclass(frozen=True)
class TaskQueue:
    """The way to the workers. `url` empty: there is none, and every call says False."""

    url: str = field(repr=False)
    name: str = "huma_tripletex"
    _silence: Silence = field(default_factory=Silence, init=False, repr=False, compare=False)

    @cached_property
    def redis(self) -> Redis:
        return impatient(self.url)

    @cached_property
    def queue(self) -> Queue:
        return Queue(self.name, connection=self.redis, serializer=JSONSerializer)

    @cached_property
    def _nudging(self) -> Script:
        return self.redis.register_script(NUDGING)

    def nudge(self, *connection_ids: int) -> bool:
        """Asks for a drain of each connection; many nudges before the drain begins are one. False: nobody was told.

        One is one round trip, many are two.
        """
        return self._say(lambda: self._nudge(connection_ids))

    def begin_drain(self, connection_id: int) -> None:
        """Called before the first read of a drain: a change committed after this nudges again."""
        if self.url:
            self._say(lambda: bool(self.redis.delete(self._key(connection_id)) or True))

    def enqueue(self, function: str, number: int) -> bool:
        """Asks for a plan or run to be worked on. False: nobody was told, the sweep will find it."""
        return self._say(lambda: self._enqueue(function, number))

    def reachable(self) -> bool:
        """Whether Redis answers."""
        return self._say(lambda: bool(self.redis.ping()))

    def _nudge(self, connection_ids: Sequence[int]) -> bool:
        if len(connection_ids) == 1:
            self._nudging(*self._nudge_of(connection_ids[0]))
            return True
        with self.redis.pipeline(transaction=False) as together:
            for connection_id in connection_ids:
                self._nudging(*self._nudge_of(connection_id), client=together)
            together.execute()
        return True

    def _nudge_of(self, connection_id: int) -> tuple[list[str], list[Any]]:
        """The keys and the arguments of the script."""
        queue = self.queue
        job = Job.create(
            DRAIN,
            (connection_id,),
            id=f"drain-{connection_id}-{uuid4().hex}",
            connection=self.redis,
            serializer=JSONSerializer,
            origin=queue.name,
            status=JobStatus.QUEUED,
            timeout=-1,
            result_ttl=RESULT_SECONDS,
            failure_ttl=FAILURE_SECONDS,
        )
        job.enqueued_at = now()
        keys = [self._key(connection_id), queue.redis_queues_keys, queue.key, job.key]
        return keys, [NUDGE_SECONDS, job.id, *chain.from_iterable(job.to_dict().items())]

    def _enqueue(self, function: str, number: int) -> bool:
        self.queue.enqueue(function, number, job_timeout=-1, result_ttl=RESULT_SECONDS, failure_ttl=FAILURE_SECONDS)
        return True

    def _key(self, connection_id: int) -> str:
        return f"{self.name}:nudge:{connection_id}"

    def _say(self, what: Callable[[], bool]) -> bool:
        if not self.url or self._silence.is_kept():
            return False
        began = time.monotonic()
        try:
            said = what()
        except (RedisError, OSError) as error:
            log.warning("Redis did not answer (%s); the sweep takes over", type(error).__name__)
            if time.monotonic() - began > SLOW:
                self._silence.begin()
                return False
            said = False
        self._silence.end()
        return said
