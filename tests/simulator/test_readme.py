"""The README tells every switch, fault, option and control, and says what is not there."""

from __future__ import annotations

from dataclasses import fields
from importlib.resources import files

import pytest

from huma_tripletex.simulator import Switches
from huma_tripletex.simulator.__main__ import _parser
from huma_tripletex.simulator.control.table import CONTROLS
from huma_tripletex.simulator.faults import KINDS

README = files("huma_tripletex.simulator").joinpath("README.md").read_text()
OPTIONS = [option for action in _parser()._actions for option in action.option_strings if option.startswith("--")]
WORDS = [
    *(f"`{field.name}`" for field in fields(Switches)),
    *(f"`{kind}`" for kind in KINDS),
    *(f"`{option}" for option in OPTIONS if option != "--help"),
    *(f"`{method} /_simulator/{name}" for method, name in CONTROLS),
]


@pytest.mark.parametrize("word", WORDS)
def test_it_is_told(word: str) -> None:
    assert word in README


@pytest.mark.parametrize("field", fields(Switches), ids=lambda field: field.name)
def test_the_default_of_a_switch_is_told(field: object) -> None:
    (line,) = [line for line in README.splitlines() if line.startswith(f"| `{field.name}`")]  # type: ignore[attr-defined]
    default = str(field.default).lower()  # type: ignore[attr-defined]
    assert f"| `{default}` |" in line


def test_it_says_what_it_does_not_do() -> None:
    assert "## What it does not do" in README
