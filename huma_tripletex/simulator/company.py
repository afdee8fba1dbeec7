"""One simulated company: its rows by model and id, indexes over them, and attempts that can be undone."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from huma_tripletex.simulator.shapes import Row

PARENTS = {
    "Employment": "employee",
    "EmploymentDetails": "employment",
    "LeaveOfAbsence": "employment",
    "Entitlement": "employee",
}
FIRST_IDS = {"Employee": 18_000_001, "Employment": 2_800_001, "EmploymentDetails": 3_700_001, "Department": 710_001}
UNIQUE = ("employeeNumber", "email")


class Company:
    """The rows of one company. A stored row is never changed in place: `put` stores a new one."""

    def __init__(self, company_id: int, name: str, ids: "Ids", shared: dict[str, dict[int, Row]]) -> None:
        self.id = company_id
        self.name = name
        self.departments_active = False
        self._ids = ids
        self._tables: dict[str, dict[int, Row]] = defaultdict(dict, shared)
        self._children: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._values: dict[str, dict[str, set[int]]] = {name: defaultdict(set) for name in UNIQUE}
        self._undo: list[tuple[str, int, Row | None]] = []
        self._depth = 0

    def new_id(self, model: str) -> int:
        """The next id; no other company of this simulator has it."""
        return self._ids.take(model)

    def rows(self, model: str) -> list[Row]:
        """All rows of a model, oldest first."""
        return list(self._tables[model].values())

    def get(self, model: str, row_id: int) -> Row | None:
        """A row, or None."""
        return self._tables[model].get(row_id)

    def children(self, model: str, parent_id: int) -> list[int]:
        """Ids of the rows of `model` that belong to a parent, oldest first."""
        return self._children[model].get(parent_id, [])

    def child_rows(self, model: str, parent_id: int) -> list[Row]:
        """The rows of `model` that belong to a parent, oldest first."""
        return [self._tables[model][child] for child in self.children(model, parent_id)]

    def holders(self, field: str, value: str) -> set[int]:
        """Ids of the employees whose `field` (employeeNumber or email) is `value`, ignoring case."""
        return self._values[field].get(value.casefold(), set())

    def put(self, model: str, row: Row) -> None:
        """Store a new row, or a new state of one."""
        table = self._tables[model]
        old = table.get(row["id"])
        self._remember(model, row["id"], old)
        if old is not None:
            self._unindex(model, old)
        table[row["id"]] = row
        self._index(model, row)

    def drop(self, model: str, row_id: int) -> None:
        """Remove a row and what belongs to it."""
        for child_model, parent in PARENTS.items():
            if parent == model[:1].lower() + model[1:]:
                for child in list(self.children(child_model, row_id)):
                    self.drop(child_model, child)
        old = self._tables[model].pop(row_id)
        self._unindex(model, old)
        self._remember(model, row_id, old)

    @contextmanager
    def attempt(self) -> Iterator["Attempt"]:
        """Writes inside are undone when an exception leaves, or when asked for."""
        attempt = Attempt(self, len(self._undo))
        self._depth += 1
        try:
            yield attempt
        except BaseException:
            attempt.undo()
            raise
        finally:
            self._depth -= 1
            if not self._depth:
                self._undo.clear()

    def undo_to(self, mark: int) -> None:
        """Take back everything written since the journal was `mark` entries long."""
        for model, row_id, old in reversed(self._undo[mark:]):
            if row_id in self._tables[model]:
                self._unindex(model, self._tables[model].pop(row_id))
            if old is not None:
                self._tables[model][row_id] = old
                self._index(model, old)
        del self._undo[mark:]

    def _remember(self, model: str, row_id: int, old: Row | None) -> None:
        if self._depth:
            self._undo.append((model, row_id, old))

    def _index(self, model: str, row: Row) -> None:
        if (parent := row.get(PARENTS.get(model, ""))) is not None:
            self._children[model][parent].append(row["id"])
            self._children[model][parent].sort()
        if model == "Employee":
            for field, holders in self._values.items():
                if row[field]:
                    holders[str(row[field]).casefold()].add(row["id"])

    def _unindex(self, model: str, row: Row) -> None:
        if (parent := row.get(PARENTS.get(model, ""))) is not None:
            self._children[model][parent].remove(row["id"])
        if model == "Employee":
            for field, holders in self._values.items():
                holders[str(row[field]).casefold()].discard(row["id"])


class Attempt:
    """Writes that may still be taken back."""

    def __init__(self, company: Company, mark: int) -> None:
        self._company = company
        self.mark = mark

    def undo(self) -> None:
        """Take back what has been written in this attempt."""
        self._company.undo_to(self.mark)


class Ids:
    """Hands out ids, a range for each model, of the size Tripletex's have."""

    def __init__(self) -> None:
        self._counters: dict[str, count[int]] = {}

    def take(self, model: str) -> int:
        """The next id for `model`."""
        return next(self._counters.setdefault(model, count(FIRST_IDS.get(model, 100_001))))
