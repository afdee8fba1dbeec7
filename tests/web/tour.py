"""The administrator's journey as a tour of every page and state: for browser tests and for the pictures in the docs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from huma_tripletex.demo import Person, db
from huma_tripletex.models import Conflict, Connection, OutboxEntry, SyncPlan, SyncRun
from tests.web.conftest import Office, Visitor, approve

REFUSED = {
    "status": 422,
    "code": 18000,
    "message": "Validering feilet.",
    "validationMessages": [{"field": "bankAccountNumber", "message": "Ikke et gyldig kontonummer."}],
}


@dataclass(frozen=True)
class Stop:
    """One page in one state. `form`: sent to `path` instead of opening it, for what a refused form looks like."""

    name: str
    path: str
    form: dict[str, str] | None = None
    visitor: Visitor | None = None


@dataclass
class Guide:
    """Moves the world on between two stops."""

    office: Office
    visitor: Visitor
    synced: int = 0
    """The first sync of everybody."""

    def fault(self, **how: object) -> None:
        httpx.post(f"{self.office.url}/_simulator/faults", json=how).raise_for_status()

    def no_faults(self) -> None:
        httpx.delete(f"{self.office.url}/_simulator/faults").raise_for_status()

    def edit(self, family_name: str, **values: str | None) -> None:
        with self.office.app.app_context():
            person = db.session.query(Person).filter_by(family_name=family_name).first()
            for key, value in values.items():
                setattr(person, key, value)
            db.session.commit()

    def employee(self, family_name: str) -> int:
        """Their number in Tripletex."""
        rows = httpx.get(f"{self.office.url}/_simulator/employees").json()
        return next(int(row["id"]) for row in rows if row["lastName"] == family_name)

    def send(self, path: str, **form: str) -> None:
        self.visitor.read("/tripletex/connection")
        answer = self.visitor.send(path, form)
        assert answer.status_code == 303, (path, answer.status_code)


def tour(office: Office, visitor: Visitor) -> Iterator[Stop]:
    """Every stop; the world moves on when the next one is asked for."""
    guide = Guide(office, visitor)
    for part in (connecting, deciding, running, living, undoing, failing, leaving):
        yield from part(guide)


def connecting(guide: Guide) -> Iterator[Stop]:
    yield Stop("integrations", "/")
    yield Stop("not connected", "/tripletex")
    yield Stop("no permission", "/tripletex", visitor=guide.office.visitor("Henrik Lund"))
    yield Stop("connect", "/tripletex/connection")
    yield Stop("connect refused", "/tripletex/connection", {"token": "not a token"})
    guide.send("/tripletex/connection", token=guide.office.tokens[0], authority="yes")
    yield Stop("connected, not active", "/tripletex")


def deciding(guide: Guide) -> Iterator[Stop]:
    guide.send("/tripletex/plans")
    plan = guide.office.one(SyncPlan).id
    yield Stop("comparing", f"/tripletex/plans/{plan}")
    guide.office.work()
    yield Stop("differences", f"/tripletex/plans/{plan}")
    yield Stop("nothing fits the filter", f"/tripletex/plans/{plan}?kind=conflict&field=last_workday")
    account = guide.office.one(Conflict, field="bank_account_number", kind="missing_in_tripletex").id
    guide.send(f"/tripletex/plans/{plan}", **{f"choice-{account}": "tripletex"})
    yield Stop("differences, a value to be cleared", f"/tripletex/plans/{plan}?kind=missing_in_tripletex")
    yield Stop("people", f"/tripletex/plans/{plan}/people")
    yield Stop("summary", f"/tripletex/plans/{plan}/approval")
    tried = guide.office.one(Conflict, field="last_workday", choice="huma").item_id
    guide.send(f"/tripletex/plans/{plan}/approval", **{"first": str(tried), "try": "first"})
    guide.office.work()
    run = guide.office.one(SyncRun).id
    yield Stop("result of a try", f"/tripletex/runs/{run}")
    yield Stop("what is there after a try", f"/tripletex/runs/{run}/readings")
    guide.send(f"/tripletex/plans/{plan}", all="huma")
    yield Stop("summary, to be confirmed", f"/tripletex/plans/{plan}/approval")
    yield Stop("summary, not confirmed", f"/tripletex/plans/{plan}/approval", {"confirm": "0"})


def running(guide: Guide) -> Iterator[Stop]:
    plan = guide.office.one(SyncPlan).id
    path = f"/v2/employee/{guide.employee('Øverland')}"
    guide.fault(kind="status", status=422, method="PUT", path=path, times=1, body=REFUSED)
    approve(guide.visitor, plan)
    run = guide.synced = guide.office.one(SyncRun).id
    yield Stop("sync under way", f"/tripletex/runs/{run}")
    guide.office.work()
    yield Stop("result, somebody needed", f"/tripletex/runs/{run}")
    yield Stop("undo", f"/tripletex/runs/{run}/undoing")
    yield Stop("connected, somebody needed", "/tripletex")
    yield Stop("log, somebody needed", "/tripletex/log?show=parked")
    yield Stop(
        "person, not in Tripletex", f"/tripletex/people/{guide.office.one(OutboxEntry, state='parked').person_id}"
    )
    guide.no_faults()
    guide.send("/tripletex/entries/retry")
    guide.office.work()


def living(guide: Guide) -> Iterator[Stop]:
    guide.edit("Dahl", phone_number="+47 400 11 222")
    yield Stop("active, on its way", "/tripletex")
    guide.office.work()
    yield Stop("active", "/tripletex")
    yield Stop("log", "/tripletex/log")
    yield Stop("log of administrators", "/tripletex/log?show=acts")
    yield Stop("log, nothing there", "/tripletex/log?show=waiting")
    yield Stop("person", f"/tripletex/people/{guide.office.one(OutboxEntry).person_id}")
    yield Stop("settings", "/tripletex/settings")
    yield Stop("settings refused", "/tripletex/settings", {"user_type": "x"})
    yield Stop("about", "/tripletex/about")
    guide.send("/tripletex/plans")
    guide.office.work()
    plan = guide.office.one(SyncPlan).id
    yield Stop("nothing differs", f"/tripletex/plans/{plan}")
    yield Stop("plan to go on with", "/tripletex")
    approve(guide.visitor, plan)
    guide.office.work()


def undoing(guide: Guide) -> Iterator[Stop]:
    path = f"/tripletex/runs/{guide.synced}"
    guide.send(f"{path}/undoing", **{"undo": "all", "view-field": "phone_number"})
    guide.office.work()
    yield Stop("undone in part", path)
    yield Stop("undo of the rest", f"{path}/undoing")
    guide.send(f"{path}/undoing", undo="all")
    back = guide.office.one(SyncRun).id
    yield Stop("undo under way", f"/tripletex/runs/{back}")
    guide.office.work()
    yield Stop("undone", f"/tripletex/runs/{back}")
    yield Stop("active, undone", "/tripletex")


def failing(guide: Guide) -> Iterator[Stop]:
    guide.fault(kind="status", status=503, path="/v2/*", times=None)
    guide.send("/tripletex/plans")
    guide.office.work()
    yield Stop("comparison failed", f"/tripletex/plans/{guide.office.one(SyncPlan).id}")
    guide.no_faults()
    guide.fault(kind="revoke_token", times=None)
    guide.edit("Dahl", phone_number="+47 400 11 333")
    guide.office.work()
    yield Stop("token revoked", "/tripletex")
    yield Stop("missing", "/tripletex/plans/99999")
    guide.no_faults()


def leaving(guide: Guide) -> Iterator[Stop]:
    yield Stop("disconnect", "/tripletex/connection/removal")
    guide.send("/tripletex/connection/removal")
    yield Stop("disconnected", "/tripletex?notice=disconnected")
    yield Stop("ended connection", f"/tripletex/connections/{guide.office.one(Connection).id}")
    yield Stop("log of an ended connection", "/tripletex/log")
