"""One request to `/v2`: who asks, within which budget and rights, which operation, and what is stored of it."""

from dataclasses import dataclass

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.messages import Request, Response
from huma_tripletex.simulator.operations import sessions
from huma_tripletex.simulator.operations.table import API
from huma_tripletex.simulator.rate_limit import RateLimit
from huma_tripletex.simulator.refusals import Refusal, forbidden, too_many_requests, unauthorized
from huma_tripletex.simulator.routing import LEVEL, Match
from huma_tripletex.simulator.tokens import LEVELS, Session
from huma_tripletex.simulator.webhooks import Webhooks
from huma_tripletex.simulator.world import World

CREATE_SESSION = "token/session/:create"
OWN_COMPANY = ("0", "")


@dataclass
class Api:
    """The operations of one simulated Tripletex. The caller holds the lock."""

    world: World
    budget: RateLimit
    webhooks: Webhooks

    def session(self, request: Request) -> Session | None:
        """The live session a request carries. Other usernames than 0 and none are for accountants: none are here."""
        login = request.basic_login
        return self.world.live_session(login[1]) if login is not None and login[0] in OWN_COMPANY else None

    def answer(self, request: Request, session: Session | None, budget: RateLimit | None, lie: str | None) -> Response:
        """Carry out a request.

        `budget` replaces the usual one. With a `lie` nothing is stored; the answer shows what is there ("stored") or
        what was asked for ("asked").
        """
        path = request.path.removeprefix("/v2/").rstrip("/")
        base = f"{request.headers.get('host', 'localhost')}/v2"
        if path == CREATE_SESSION and request.method in ("POST", "PUT"):
            return self._create_session(request, base, lie)
        if session is None:
            raise unauthorized()
        headers = self._spend(session, budget)
        try:
            response = self._perform(request, session, path, base, lie)
        except Refusal as refusal:
            raise Budgeted(refusal, headers) from refusal
        response.headers.extend(headers)
        return response

    def _create_session(self, request: Request, base: str, lie: str | None) -> Response:
        before = set(self.world.sessions)
        response = sessions.create(request, self.world, base)
        if lie:
            for text in set(self.world.sessions) - before:
                del self.world.sessions[text]
        return response

    def _spend(self, session: Session, budget: RateLimit | None) -> list[tuple[str, str]]:
        now, retry_after = self.world.clock.now().timestamp(), self.world.switches.retry_after
        allowed, headers = (budget or self.budget).spend(session.token.id, now, retry_after=retry_after)
        if not allowed:
            raise Budgeted(too_many_requests(), headers)
        return headers

    def _perform(self, request: Request, session: Session, path: str, base: str, lie: str | None) -> Response:
        match = API.match(request.method, path)
        if LEVELS[session.token.rights] < LEVEL[match.route.needs]:
            raise forbidden()
        call = self._call(request, session, base, match)
        response = self._attempted(call, match, lie is not None)
        if lie == "stored" and request.method == "PUT":
            return self._as_it_is(request, session, path, base) or response
        if not lie:
            self.webhooks.fire(call.view, call.happened)
        return response

    def _call(self, request: Request, session: Session, base: str, match: Match) -> Call:
        view = self.world.view(session.token, base)
        return Call(request, self.world, view, session, match.numbers, match.words)

    def _attempted(self, call: Call, match: Match, undo: bool) -> Response:
        held: Refusal | None = None
        with call.company.attempt() as attempt:
            try:
                response = match.route.operation(call)
            except Refusal as refusal:
                if not call.keeps:
                    raise
                held = refusal
            if undo:
                attempt.undo()
        if held is not None:
            raise held
        return response

    def _as_it_is(self, request: Request, session: Session, path: str, base: str) -> Response | None:
        """What a GET of the same object answers, if there is one."""
        try:
            match = API.match("GET", path)
            return match.route.operation(self._call(request, session, base, match))
        except Refusal:
            return None


class Budgeted(Exception):
    """A refusal together with the rate limit headers that go with it."""

    def __init__(self, refusal: Refusal, headers: list[tuple[str, str]]) -> None:
        super().__init__(refusal.status)
        self.refusal = refusal
        self.headers = headers
