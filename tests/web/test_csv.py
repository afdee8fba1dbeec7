"""The result as a file, over a real connection: it is sent while it is read, and opens in the reader's spreadsheet."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from huma_tripletex.models import SyncRun
from tests.web.conftest import PREFIX, Office, Visitor


@pytest.mark.parametrize(("locale", "between", "result"), [("en", ",", "Result"), ("nb", ";", "Resultat")])
def test_the_file_has_a_line_for_everyone_on_the_page(
    office: Office, address: str, synced: Visitor, locale: str, between: str, result: str
) -> None:
    visitor = office.visitor(locale=locale)
    run = office.one(SyncRun).id
    cookie = visitor.client.get_cookie("session")
    assert cookie
    answer = httpx.get(
        f"{address}{PREFIX}/tripletex/runs/{run}/results.csv", cookies={"session": cookie.value}, timeout=20
    )
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.content.decode("utf-8")
    assert text.startswith("\ufeff")
    head, *lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=between)
    assert head[3] == result
    assert {len(line) for line in lines} == {len(head)}
    done = [line for line in lines if line[3] not in ("still different", "fortsatt ulik")]
    assert f"of {len(done)} people synced" in office.visitor().read(f"/tripletex/runs/{run}")
