"""One authenticated call on its way through an operation: what it asks, who asks, and how to answer it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from huma_tripletex.simulator.clock import OSLO
from huma_tripletex.simulator.company import Company
from huma_tripletex.simulator.constraints import check_constraints
from huma_tripletex.simulator.listing import Page, full_result_size, sorted_by
from huma_tripletex.simulator.mapping import is_date, is_whole, mapped
from huma_tripletex.simulator.messages import Request, Response, json_response
from huma_tripletex.simulator.parsing import NotJson, parsed
from huma_tripletex.simulator.refusals import (
    WRONG_TYPE,
    Problem,
    invalid_json,
    missing_parameters,
    not_found,
    not_mapped,
    too_large,
    wrong_content_type,
    wrong_date,
    wrong_flag,
    wrong_id_list,
    wrong_number,
)
from huma_tripletex.simulator.rendering import renderer
from huma_tripletex.simulator.shapes import Row
from huma_tripletex.simulator.switches import Switches
from huma_tripletex.simulator.tokens import EmployeeToken, Session
from huma_tripletex.simulator.view import View
from huma_tripletex.simulator.world import World, owners

NO_DIGEST = "'If-None-Match' header not specified"
NEVER_A_DIGEST = "Checksum not yet supported for this endpoint"


@dataclass
class Call:
    """A request, its session, and the world it may touch."""

    request: Request
    world: World
    view: View
    session: Session
    numbers: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    happened: list[tuple[str, int]] = field(default_factory=list)
    keeps: bool = False

    @property
    def company(self) -> Company:
        """The company of the token."""
        return self.view.company

    @property
    def token(self) -> EmployeeToken:
        """The employee token behind the session."""
        return self.session.token

    @property
    def switches(self) -> Switches:
        """The open questions, as they are answered now."""
        return self.world.switches

    @property
    def query(self) -> Mapping[str, str]:
        """The query parameters."""
        return self.request.query

    @cached_property
    def json(self) -> Any:
        """The body; refuses with 22000 what is not JSON."""
        return read_json(self.request, self.switches)

    def body(self, model: str) -> dict[str, Any]:
        """The body as values of one `model`, and nothing missing that it cannot be without."""
        return self.checked(model, mapped(model, self.json, self.switches))

    def bodies(self, model: str) -> list[dict[str, Any]]:
        """The body as a list of values, each mapped and checked with its place as root."""
        return [self.checked(model, values, place) for place, values in enumerate(self.mapped_bodies(model))]

    def mapped_bodies(self, model: str) -> list[dict[str, Any]]:
        """The body as a list of values that fit the model, whatever they lack."""
        if not isinstance(self.json, list):
            raise not_mapped([Problem("", WRONG_TYPE, "")])
        return [mapped(model, item, self.switches, place) for place, item in enumerate(self.json)]

    def checked(self, model: str, values: dict[str, Any], place: int | None = None) -> dict[str, Any]:
        """The values, unless they lack what the model cannot be without."""
        check_constraints(model, values, self.switches, new=self.request.method == "POST", place=place)
        return values

    def row(self, model: str, row_id: int | None = None) -> Row:
        """The row the path names (or `row_id`), or 404."""
        found = self.company.get(model, self.numbers[0] if row_id is None else row_id)
        if found is None:
            raise not_found()
        return found

    def referred(self, model: str, reference: Mapping[str, Any]) -> Row:
        """The row a reference in the body names, or 404; without an id it names none."""
        if "id" not in reference:
            raise not_found()
        return self.row(model, reference["id"])

    def ids(self, name: str) -> set[int] | None:
        """A comma-separated list of ids, None when absent."""
        if not (text := self.query.get(name, "").strip()):
            return None
        parts = [part.strip() for part in text.split(",")]
        if not all(map(is_whole, parts)):
            raise wrong_id_list(text)
        return set(map(int, parts))

    def number(self, name: str) -> int | None:
        """A whole number in the query, None when absent."""
        if not (text := self.text(name)):
            return None
        if not is_whole(text):
            raise wrong_number(text)
        return int(text)

    def day(self, name: str) -> str:
        """A date in the query, "" when absent."""
        text = self.text(name)
        if text and not is_date(text):
            raise wrong_date(text)
        return text

    def text(self, name: str) -> str:
        """A query parameter, "" when absent."""
        return self.query.get(name, "").strip()

    def flag(self, name: str) -> bool | None:
        """A boolean query parameter, None when absent."""
        word = self.text(name).lower()
        if word not in ("", "true", "false"):
            raise wrong_flag(self.text(name))
        return None if not word else word == "true"

    def need(self, *names: str) -> None:
        """Refuse with 15000 unless all these query parameters are there."""
        if missing := [name for name in names if not self.text(name)]:
            raise missing_parameters(missing)

    def store(self, model: str, row: Row, kind: str) -> Row:
        """Store a row with an entry in its change log, and remember the event it stands for."""
        stored = logged(row, self.token.owner_id, kind, self.world)
        self.company.put(model, stored)
        self.happened.append((f"{model[:1].lower()}{model[1:]}.{kind.lower()}", row["id"]))
        return stored

    def employment_changed(self, employee_id: int) -> None:
        """An employment was written: whether that is an event of the employee is a switch."""
        if self.switches.employment_fires_update:
            self.happened.append(("employee.update", employee_id))

    def keep_what_was_done(self) -> None:
        """A refusal to come does not undo what has been stored before it."""
        self.keeps = True

    def one(self, model: str, row: Row, status: int = 200) -> Response:
        """Answer with a single object, under the caller's `fields`."""
        return json_response(status, {"value": renderer(model, self.query.get("fields", ""))(self.view, row)})

    def created(self, model: str, rows: Sequence[Row]) -> Response:
        """Answer a POST of a list."""
        return self._listed(model, rows, 201, 0, 0, None)

    def many(
        self, model: str, rows: Sequence[Row], *, digest: str | None = NO_DIGEST, fields: str = "", count: int = 1000
    ) -> Response:
        """Answer with a page of `rows`: sorted, cut, and shown under `fields`; refuses more rows than may be found."""
        self._check_ceiling(model, rows)
        page = Page.of(self.query, self.switches.page_maximum, count)
        render = renderer(model, self.query.get("fields", fields))
        ordered = sorted_by(model, rows, self.query.get("sorting", ""), self.view)
        cut = ordered[page.start : page.start + page.count]
        full = full_result_size(page.start, len(cut), len(ordered), self.switches.full_result_size)
        values = [render(self.view, row) for row in cut]
        if digest == NO_DIGEST and (asked := self.request.headers.get("if-none-match")):
            digest = hashlib.sha256(msgspec.json.encode(values)).hexdigest()
            if asked == digest:
                return Response(304)
        return json_response(200, _listing(values, full, page.start, digest))

    def _check_ceiling(self, model: str, rows: Sequence[Row]) -> None:
        ceiling = self.switches.result_ceiling
        if len(rows) <= ceiling:
            return
        # The owners of the tokens are not counted, so that as many people as the ceiling says can be listed.
        uncounted = owners(self.world, self.company) if model == "Employee" else set()
        if sum(row["id"] not in uncounted for row in rows) > ceiling:
            raise too_large(ceiling)

    def _listed(
        self, model: str, rows: Sequence[Row], status: int, full: int, start: int, digest: str | None
    ) -> Response:
        render = renderer(model, self.query.get("fields", ""))
        return json_response(status, _listing([render(self.view, row) for row in rows], full, start, digest))


Operation = Callable[[Call], Response]


def read_json(request: Request, switches: Switches) -> Any:
    """The body of a request; refuses with 22000 what is not JSON, and with 4000 what says that it is not."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if switches.content_type == "json" and content_type not in ("", "application/json"):
        raise wrong_content_type()
    try:
        return parsed(request.body)
    except NotJson as error:
        raise invalid_json() from error


def logged(row: Row, actor: int, kind: str, world: World) -> Row:
    """The row with one more entry in its change log."""
    stamp = world.clock.now().astimezone(OSLO).isoformat(timespec="seconds")
    change = {"employeeId": actor, "timestamp": stamp, "changeType": kind}
    return {**row, "changes": (*row.get("changes", ()), change)}


def _listing(values: list[Any], full: int, start: int, digest: str | None) -> dict[str, Any]:
    return {"fullResultSize": full, "from": start, "count": len(values), "versionDigest": digest, "values": values}
