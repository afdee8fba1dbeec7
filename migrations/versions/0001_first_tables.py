"""The first tables: connections, links, the outbox, plans and runs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PREFIX = "huma_tripletex_"
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
TEXT, NUMBER, FLAG, DAY, SEALED = sa.Text(), sa.Integer(), sa.Boolean(), sa.Date(), sa.LargeBinary()


def upgrade() -> None:
    create_connections()
    create_people()
    create_outbox()
    create_plans()
    create_runs()


def downgrade() -> None:
    drop("sync_result", "sync_run")
    drop("conflict", "plan_item", "sync_plan")
    drop("outbox_lease", "outbox_entry")
    drop("remembered_choice", "person_link")
    drop("log_line", "token_budget", "connection")


def create_connections() -> None:
    create(
        "connection",
        *needed(BIG, "company_id owner_employee_id"),
        *needed(TEXT, "organisation_id state state_reason company_name owner_name token_fingerprint connected_by"),
        *needed(JSON, "rights options countries company_facts drift told"),
        *needed(MOMENT, "state_since connected_at"),
        *needed(NUMBER, "failures"),
        *maybe(
            MOMENT,
            "capturing_since activated_at last_synced_at disconnected_at snoozed_until checked_at check_not_before",
        ),
        *maybe(DAY, "session_expires_on"),
        *maybe(SEALED, "sealed_token sealed_session"),
        one_of("connection", "state", "connected paused needs_attention disconnected"),
    )
    index("connection", "organisation_id", ["organisation_id"])
    index("connection", "open", ["organisation_id"], unique=True, where="state <> 'disconnected'")
    create(
        "token_budget",
        *needed(TEXT, "fingerprint"),
        *needed(MOMENT, "window_ends_at"),
        *needed(NUMBER, "reserved limit"),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_huma_tripletex_token_budget")),
    )
    create(
        "log_line",
        *needed(BIG, "connection_id"),
        *needed(TEXT, "by by_name what"),
        *needed(MOMENT, "at"),
        *maybe(TEXT, "person_id"),
        *maybe(JSON, "detail"),
        within("log_line", "connection_id", "connection"),
    )
    index("log_line", "page", ["connection_id", "at"])


def create_people() -> None:
    create(
        "person_link",
        *needed(BIG, "connection_id"),
        *needed(TEXT, "person_id state matched_by"),
        *needed(JSON, "agreed"),
        *needed(MOMENT, "linked_at"),
        *maybe(BIG, "employee_id employment_id"),
        *maybe(MOMENT, "doubt_until"),
        *maybe(NUMBER, "employee_version employment_version employment_count"),
        one_of("person_link", "state", "creating linked left_huma left_tripletex archived"),
        within("person_link", "connection_id", "connection"),
        unique("person_link", "connection_id", "person_id"),
    )
    index("person_link", "employee", ["connection_id", "employee_id"], unique=True, where="employee_id IS NOT NULL")
    create(
        "remembered_choice",
        *needed(BIG, "connection_id"),
        *needed(TEXT, "field choice hash_huma hash_tripletex"),
        *needed(MOMENT, "made_at"),
        *maybe(BIG, "employee_id"),
        *maybe(TEXT, "person_id"),
        within("remembered_choice", "connection_id", "connection"),
    )
    index("remembered_choice", "who", ["connection_id", "person_id", "employee_id"])


def create_outbox() -> None:
    create(
        "outbox_entry",
        *needed(TEXT, "kind", "change"),
        *needed(TEXT, "state", "waiting"),
        *needed(NUMBER, "attempts", "0"),
        *needed(FLAG, "unsure by_hand", sa.text("false")),
        *needed(TEXT, "outcome reason request_id failed_reason", sa.text("''")),
        *needed(BIG, "connection_id"),
        *needed(TEXT, "person_id"),
        *needed(JSON, "fields"),
        *needed(MOMENT, "captured_at not_before"),
        *maybe(BIG, "run_id"),
        *maybe(TEXT, "lease"),
        *maybe(JSON, "expected detail"),
        *maybe(MOMENT, "sent_at settled_at again_at failed_at"),
        one_of("outbox_entry", "kind", "change added create"),
        one_of("outbox_entry", "state", "waiting in_flight done parked dismissed"),
    )
    index("outbox_entry", "again", ["connection_id", "again_at"], where="again_at IS NOT NULL")
    index("outbox_entry", "lease", ["lease"], where="lease IS NOT NULL")
    index("outbox_entry", "open", ["connection_id", "person_id"], where="state IN ('waiting', 'in_flight', 'parked')")
    index("outbox_entry", "run", ["run_id"], where="run_id IS NOT NULL")
    index("outbox_entry", "settled", ["connection_id", "settled_at"], where="settled_at IS NOT NULL")
    index("outbox_entry", "waiting", ["connection_id", "not_before", "id"], where="state = 'waiting'")
    index(
        "outbox_entry", "waiting_run", ["connection_id", "not_before"], where="state = 'waiting' AND run_id IS NOT NULL"
    )
    create(
        "outbox_lease",
        *needed(BIG, "connection_id"),
        *needed(TEXT, "person_id token"),
        *needed(MOMENT, "until"),
        sa.PrimaryKeyConstraint("connection_id", "person_id", name=op.f("pk_huma_tripletex_outbox_lease")),
    )
    index("outbox_lease", "token", ["token"])
    index("outbox_lease", "until", ["until"])


def create_plans() -> None:
    create(
        "sync_plan",
        *needed(BIG, "connection_id"),
        *needed(TEXT, "state reason purpose made_by made_by_name decided_by decided_by_name step digest"),
        *needed(JSON, "counts guards waited"),
        *needed(MOMENT, "made_at expires_at"),
        *needed(NUMBER, "revision done total attempts"),
        *maybe(TEXT, "lease"),
        *maybe(MOMENT, "read_at decided_at leased_until"),
        one_of("sync_plan", "state", "drafting ready approved discarded failed"),
        within("sync_plan", "connection_id", "connection"),
    )
    index("sync_plan", "connection_id", ["connection_id"])
    index("sync_plan", "leased_until", ["leased_until"])
    create(
        "plan_item",
        *needed(BIG, "plan_id"),
        *needed(TEXT, "kind matched_by why account_huma account_tripletex fingerprint"),
        *needed(JSON, "candidates blocked"),
        *needed(NUMBER, "position differences"),
        *needed(FLAG, "remembered"),
        *maybe(BIG, "employee_id partner"),
        *maybe(TEXT, "person_id choice"),
        *maybe(SEALED, "sealed"),
        one_of("plan_item", "kind", "matched uncertain only_in_huma only_in_tripletex left_out"),
        within("plan_item", "plan_id", "sync_plan"),
        unique("plan_item", "plan_id", "position"),
    )
    index("plan_item", "page", ["plan_id", "kind", "position"])
    create(
        "conflict",
        *needed(BIG, "plan_id item_id"),
        *needed(TEXT, "field kind changed_by chosen locked needs excludes hash_huma hash_tripletex"),
        *needed(JSON, "only"),
        *maybe(TEXT, "choice"),
        one_of("conflict", "choice", "huma tripletex leave", optional=True),
        one_of("conflict", "kind", "conflict missing_in_huma missing_in_tripletex"),
        within("conflict", "item_id", "plan_item"),
        within("conflict", "plan_id", "sync_plan"),
        unique("conflict", "item_id", "field"),
        postgresql_with={"fillfactor": 50},
    )
    index("conflict", "plan", ["plan_id", "kind", "field"])


def create_runs() -> None:
    create(
        "sync_run",
        *needed(BIG, "connection_id plan_id"),
        *needed(TEXT, "state pressed_by pressed_by_name locale link mail_state"),
        *needed(JSON, "options"),
        *needed(MOMENT, "approved_at"),
        *needed(NUMBER, "mail_attempts"),
        *needed(FLAG, "whole confirmed"),
        *maybe(BIG, "undoes"),
        *maybe(TEXT, "lease"),
        *maybe(MOMENT, "started_at handed_over_at ended_at mailed_at mail_not_before leased_until"),
        *maybe(SEALED, "sealed_recipient"),
        one_of("sync_run", "state", "queued running cancelling ended"),
        within("sync_run", "connection_id", "connection"),
        within("sync_run", "plan_id", "sync_plan"),
    )
    index("sync_run", "connection_id", ["connection_id"])
    index("sync_run", "leased_until", ["leased_until"])
    create(
        "sync_result",
        *needed(BIG, "run_id"),
        *needed(TEXT, "action outcome huma_outcome tripletex_outcome reason request_id"),
        *needed(JSON, "huma_fields tripletex_fields"),
        *needed(NUMBER, "position"),
        *maybe(BIG, "item_id employee_id"),
        *maybe(TEXT, "person_id"),
        *maybe(JSON, "detail"),
        *maybe(MOMENT, "settled_at"),
        *maybe(SEALED, "sealed"),
        one_of(
            "sync_result", "outcome", "planned created updated nothing_to_do skipped failed different waiting cancelled"
        ),
        within("sync_result", "run_id", "sync_run"),
        unique("sync_result", "run_id", "position"),
    )
    index("sync_result", "person", ["run_id", "person_id"])


def needed(kind: Any, names: str, default: Any = None) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False, server_default=default) for name in names.split()]


def maybe(kind: Any, names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=True) for name in names.split()]


def create(table: str, *parts: Any, **options: Any) -> None:
    """A table; with a number of its own for every row unless `parts` bring another key."""
    if not any(isinstance(part, sa.PrimaryKeyConstraint) for part in parts):
        number = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{PREFIX}{table}"))
        parts = (sa.Column("id", BIG, nullable=False), *parts, number)
    op.create_table(PREFIX + table, *parts, **options)


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{PREFIX}{table}_{'_'.join(columns)}"))


def one_of(table: str, column: str, words: str, optional: bool = False) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words.split())
    rule = f"{column} IS NULL OR {column} IN ({listed})" if optional else f"{column} IN ({listed})"
    return sa.CheckConstraint(rule, name=op.f(f"ck_{PREFIX}{table}_{column}"))


def within(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    """Rows of `table` go when the row of `parent` goes that they belong to."""
    name = op.f(f"fk_{PREFIX}{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{PREFIX}{parent}.id"], name=name, ondelete="CASCADE")


def drop(*tables: str) -> None:
    for table in tables:
        op.drop_table(PREFIX + table)


def index(table: str, name: str, columns: list[str], unique: bool = False, where: str = "") -> None:
    only = {"postgresql_where": sa.text(where), "sqlite_where": sa.text(where)} if where else {}
    full = op.f(f"{'uq' if unique else 'ix'}_{PREFIX}{table}_{name}")
    op.create_index(full, PREFIX + table, columns, unique=unique, **only)
