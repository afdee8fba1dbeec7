"""Everything a running simulator holds: companies, tokens, sessions, switches and the clock."""

from datetime import date
from itertools import count

from huma_tripletex.simulator.clock import Clock
from huma_tripletex.simulator.company import Company
from huma_tripletex.simulator.switches import Switches
from huma_tripletex.simulator.tokens import EmployeeToken, Session, session
from huma_tripletex.simulator.view import View


class World:
    """The simulated Tripletex as a whole. Whoever reads or writes it holds the simulator's lock."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self.clock = clock
        self.switches = switches
        self.companies: list[Company] = []
        self.tokens: dict[str, EmployeeToken] = {}
        self.sessions: dict[str, Session] = {}
        self._session_ids = count(500_001)

    def company(self, number: int) -> Company | None:
        """A company by its id, or by its place: 1 is the first."""
        for place, company in enumerate(self.companies, start=1):
            if number in (place, company.id):
                return company
        return None

    def begin_session(self, token: EmployeeToken, expires: date) -> Session:
        """A new session of the token's owner, dead from the start of `expires` on."""
        begun = session(next(self._session_ids), token, expires)
        self.sessions[begun.text] = begun
        return begun

    def live_session(self, text: str) -> Session | None:
        """The session with this token, unless it has ended."""
        found = self.sessions.get(text)
        return found if found is not None and self.clock.oslo_today() < found.expires else None

    def view(self, token: EmployeeToken, base: str) -> View:
        """What the token's owner may see."""
        company = self.company(token.company_id)
        assert company is not None
        leaves_out = self.switches.salary_hidden == "left_out"
        return View(company, base, self.clock.oslo_today(), self.switches.salary_rights, leaves_out)


def owners(world: World, company: Company) -> set[int]:
    """Ids of the employees of a company who own a token."""
    return {token.owner_id for token in world.tokens.values() if token.company_id == company.id}
