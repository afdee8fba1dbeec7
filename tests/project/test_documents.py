"""The documents say what the code says."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from huma_tripletex.config import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("huma_tripletex/**/*.md")]


def test_every_setting_is_in_the_operators_document() -> None:
    document = (ROOT / "docs/operating.md").read_text()

    missing = [f.name for f in fields(Settings) if f"`{f.name.upper()}`" not in document]

    assert missing == []


def test_the_example_of_mounting_is_the_demos_own_code() -> None:
    document = (ROOT / "docs/mounting.md").read_text()
    code = (ROOT / "huma_tripletex/demo/mounting.py").read_text()

    (block,) = re.findall(r"<!-- mounting.py -->\n```python\n(.*?)```", document, re.DOTALL)

    assert block == code


def test_mounting_takes_less_than_thirty_lines() -> None:
    code = (ROOT / "huma_tripletex/demo/mounting.py").read_text()

    statements = [line for line in code.splitlines() if line.strip() and not line.startswith(("from", '"""', "import"))]

    assert len(statements) < 30


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())

    broken = [link for link in links if not (document.parent / link).exists()]

    assert broken == []


def test_the_readme_begins_with_the_two_commands() -> None:
    head = (ROOT / "README.md").read_text().splitlines()[:6]

    assert any("make demo" in line for line in head)
    assert any("make test" in line for line in head)
