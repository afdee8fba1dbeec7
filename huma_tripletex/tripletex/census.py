"""All employees of a company, also of one with more than the 10,000 that Tripletex lists at once: then in pieces, by
system access and, where that is not enough, by department.

Whoever might have been left out makes it an error, never a shorter list. One thing Tripletex offers no way to ask:
who has no department. A company of that size has had departments for long, and then every employee must have one; but
what was read by department is looked for once more by the letters of the names, ids only, and nobody may be found whom
no department has. That costs some eighty calls where there are little more than 10,000.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from huma_tripletex.errors import Invalid, TooManyResults
from huma_tripletex.tripletex.calls import Ask
from huma_tripletex.tripletex.listing import EMPLOYEE_FIELDS, Lists
from huma_tripletex.tripletex.reading import DEPARTMENT, EMPLOYEE, REFERENCE
from huma_tripletex.tripletex.shapes import Employee

CEILING: Final = 10_000
RESULT_TOO_LARGE: Final = 23000
ALPHABET: Final = "abcdefghijklmnopqrstuvwxyzæøå"

Progress = Callable[[int], None]


def list_employees(lists: Lists, progress: Progress | None = None) -> tuple[Employee, ...]:
    """Every employee once, with employments, ordered by id. `progress` hears after each page how many there are so
    far.

    Raises TooManyResults when Tripletex will not list them all.
    """
    census = _Census(lists, progress)
    if census.count() is None:
        census.count_in_pieces()
    return tuple(census.found[key] for key in sorted(census.found))


class _Census:
    def __init__(self, lists: Lists, progress: Progress | None) -> None:
        self._lists = lists
        self._progress = progress
        self.found: dict[int, Employee] = {}

    def count(self, **query: str | int) -> int | None:
        """Reads what the query finds, and how many that is; None when Tripletex finds too many to list."""
        counted = 0
        try:
            for page in self._lists.pages(EMPLOYEE, Ask.read("/employee", fields=EMPLOYEE_FIELDS, **query)):
                counted += len(page)
                self._keep(page)
        except Invalid as error:
            if error.code != RESULT_TOO_LARGE:
                raise
            return None
        return counted

    def count_in_pieces(self) -> None:
        """With and without system access is everybody; a half that is still too large is read by department."""
        large = [access for access in ("true", "false") if self.count(hasSystemAccess=access) is None]
        if large and any(employee.department_id is None for employee in self.found.values()):
            raise _too_many("some employees have no department")
        for access in large:
            self._count_by_department(access)

    def _count_by_department(self, access: str) -> None:
        counted = 0
        for department in self._lists.all(DEPARTMENT, Ask.read("/department", fields="id")):
            here = self.count(hasSystemAccess=access, departmentId=department.id)
            if here is None:
                raise _too_many("one department alone has more")
            counted += here
        if counted < CEILING:  # Tripletex said there are more than that, so some stand in no department
            raise _too_many("the departments together have fewer than were found")
        self._check_by_letter(access)

    def _check_by_letter(self, access: str) -> None:
        """Whoever is found by no other letters than ten thousand others share is not looked for."""
        letters = self._letters()
        for letter in letters:
            if not self._have_been_seen(hasSystemAccess=access, firstName=letter):
                for other in letters:
                    self._have_been_seen(hasSystemAccess=access, firstName=letter, lastName=other)

    def _letters(self) -> list[str]:
        """Those of the alphabet, and whatever else the names are written in."""
        names = (name for employee in self.found.values() for name in (employee.first_name, employee.last_name))
        return sorted({letter for letter in "".join({*ALPHABET, *names}).casefold() if letter.isalnum()})

    def _have_been_seen(self, **query: str) -> bool:
        """Whether all whom the query finds are known by now; False when Tripletex finds too many to list."""
        try:
            for page in self._lists.pages(REFERENCE, Ask.read("/employee", fields="id", **query)):
                if any(one.id not in self.found for one in page):
                    raise _too_many("some employees have no department")
        except Invalid as error:
            if error.code != RESULT_TOO_LARGE:
                raise
            return False
        return True

    def _keep(self, page: tuple[Employee, ...]) -> None:
        self.found.update((employee.id, employee) for employee in page)
        if self._progress:
            self._progress(len(self.found))


def _too_many(why: str) -> TooManyResults:
    return TooManyResults(
        f"GET /employee lists at most {CEILING} employees, and they cannot be read in pieces: {why}",
        operation="GET /employee",
    )
