"""The straight road: a change in Huma is in Tripletex, with as few calls as the work allows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.delivery_parts import Bench, bench


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Bench]:
    with bench(f"sqlite:///{tmp_path / 'huma.db'}") as made:
        yield made


def test_one_change_is_one_put(stand: Bench) -> None:
    number = stand.linked("p1")
    stand.edit("p1", phone_number="41 00 00 01")
    report = stand.drain()
    assert stand.calls() == ["PUT /employee/{id}"]
    assert stand.employee(number)["phoneNumberMobile"] == "41000001"
    assert (report.delivered, report.more) == (1, False)
    entry = stand.entry()
    assert (entry.state, entry.outcome) == ("done", "delivered")
    assert entry.request_id and entry.sent_at
