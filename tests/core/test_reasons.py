"""Every reason has words that a person can act upon, and the code gives no reason without words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import huma_tripletex
from huma_tripletex.core.reasons import ALL, REASONS, UNKNOWN, Reason, reason
from huma_tripletex.core.ties import RANK
from huma_tripletex.models.plan import STATES

PACKAGE = Path(huma_tripletex.__file__).parent
GIVERS = {
    "Parked",
    "Later",
    "Snoozed",
    "NothingToDo",
    "Ask",
    "Refusal",
    "NotPossible",
    "Stale",
    "Concern",
    "Rule",
}
"""What is called with a reason as its first text."""


@pytest.mark.parametrize("one", [*ALL, UNKNOWN], ids=lambda one: one.key)
def test_a_reason_is_two_sentences_in_plain_words(one: Reason) -> None:
    for text in (one.sentence, one.next_step):
        assert text[0].isupper() or text.startswith("{name}")
        assert text.endswith(".")
        assert "  " not in text
        assert "Oops" not in text
        assert {name for _, name, _, _ in Formatter().parse(text) if name is not None} <= {"name", "field"}
        text.format(name="Ola Hansen", field="phone number")


def test_keys_are_unique() -> None:
    assert len(REASONS) == len(ALL)
    assert reason("account_rejected").key == "account_rejected"


def test_a_key_from_another_version_is_no_error() -> None:
    assert reason("something_old") is UNKNOWN
    assert reason("") is UNKNOWN


def given_reasons() -> Iterator[tuple[str, str]]:
    """Reasons as they stand in the code of the package, with the place."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                for key in _first_text(node):
                    yield f"{path.relative_to(PACKAGE)}:{node.lineno}", key


def _first_text(call: ast.Call) -> list[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    named = [word.value for word in call.keywords if word.arg == "reason"]
    if name in GIVERS:
        named += call.args[:2] if name == "Rule" else call.args[:1]
    elif method == "parked":
        named += call.args[1:2]
    return [text for node in named for text in _texts(node)]


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and node.value else []
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.BoolOp):
        return [text for value in node.values for text in _texts(value)]
    return []


def test_no_words_that_nobody_says() -> None:
    sources = [path.read_text() for path in PACKAGE.rglob("*.py") if not path.name.startswith("reasons_")]
    said = {text for source in sources for text in re.findall(r'"([a-z_]+)"', source)}
    made = {f"plan_{state}" for state in STATES} | set(RANK)
    assert [key for key in REASONS if key not in said | made and not key.startswith("guard_")] == []


def test_the_code_gives_no_reason_without_words() -> None:
    found = list(given_reasons())
    assert len(found) > 20, "the search finds nothing any more"
    assert [(place, key) for place, key in found if key not in REASONS] == []
