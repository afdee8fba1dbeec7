"""Who is looking: the company, the address its answers name, and whether salary values may be seen."""

from dataclasses import dataclass
from datetime import date

from huma_tripletex.simulator.company import Company


@dataclass(frozen=True)
class View:
    """One token's view of its company. `base` is the host with `/v2`, without a scheme, as Tripletex writes it."""

    company: Company
    base: str
    today: date
    sees_salary: bool = True
    leaves_out: bool = False  # what may not be seen is missing, and does not read as empty

    def url(self, path: str, row_id: int) -> str:
        """The address of a row as it appears in answers."""
        return f"{self.base}/{path}/{row_id}"
