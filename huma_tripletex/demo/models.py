"""What a small HR system keeps: organisations, roles, users who log in, and people."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, ForeignKey, String, true
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from huma_tripletex.demo.database import Day, db

SETTINGS_PERMISSION = "organisation_settings"


class Rows(DeclarativeBase):
    """The demo's own tables, on the metadata of its Flask-SQLAlchemy object."""

    metadata = db.metadata


class Organisation(Rows):
    """A company that uses Huma."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class Role(Rows):
    """A system role: what its holders may do."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    permissions: Mapped[list[str]] = mapped_column(JSON, default=list)


class User(Rows):
    """Somebody who logs in."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    role_id: Mapped[int | None] = mapped_column(ForeignKey("role.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(10), default="", server_default="")
    """Empty until they choose: the browser's language goes until then."""

    organisation: Mapped[Organisation] = relationship()
    role: Mapped[Role | None] = relationship()

    def may(self, permission: str) -> bool:
        return self.role is not None and permission in self.role.permissions


class Person(Rows):
    """Somebody who works for an organisation. Everything but the names may be missing, and nothing is reformatted."""

    __tablename__ = "person"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012, SQLAlchemy's form; an id is never given twice

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    given_name: Mapped[str] = mapped_column(String(200))
    family_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(200))
    phone_number: Mapped[str | None] = mapped_column(String(100))
    date_of_birth: Mapped[date | None] = mapped_column(Day)
    bank_account_number: Mapped[str | None] = mapped_column(String(100))
    employee_id: Mapped[str | None] = mapped_column(String(100))
    first_workday: Mapped[date | None] = mapped_column(Day)
    last_workday: Mapped[date | None] = mapped_column(Day)
    on_payroll: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Contractors are not, so they take no part in the sync."""
