"""Complete capture: what a session flushes becomes entries in the same transaction."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from huma_tripletex.core.fields import KEYS
from huma_tripletex.models import Connection
from tests.flows.host_parts import Nudges, Person, Statements, db, entries, forget, make_connection, make_person


def told() -> list[tuple[str, str, list[str]]]:
    """Kind, person and fields of every entry."""
    return [(entry.kind, entry.person_id, entry.fields) for entry in entries()]


def test_an_edit_is_an_entry_with_the_changed_fields(connection: Connection) -> None:
    person = make_person()
    forget()
    person.phone_number, person.bank_account_number, person.shoe_size = "91234567", "12345678903", 43
    db.session.commit()
    (entry,) = entries()
    assert (entry.connection_id, entry.person_id, entry.kind) == (connection.id, str(person.id), "change")
    assert entry.fields == ["phone_number", "bank_account_number"]
    assert entry.state == "waiting"
    assert entry.captured_at == entry.not_before


def test_a_new_person_is_added_with_all_fields(connection: Connection) -> None:
    person = make_person()
    assert told() == [("added", str(person.id), list(KEYS))]
