"""The README tells every switch, fault, option and control, and says what is not there."""

from __future__ import annotations

from dataclasses import fields
from importlib.resources import files
from typing import Any

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
    line = next(line for line in README.splitlines() if line.startswith(f"| `{field.name}`"))  # type: ignore[attr-defined]
    default = str(field.default).lower()  # type: ignore[attr-defined]
    assert f"| `{default}` |" in line


STRICTEST = {
    "birth_date_on_post": "required",
    "birth_date_on_put": "always",
    "birth_date_frozen": True,
    "end_reason": "required",
    "employee_list": "atomic",
    "duplicate_employee_number": "422",
    "text_cleared_by": "empty",
    "date_cleared_by": "null",
    "bank_account": "mod11",
    "phone_number": "national",
    "page_maximum": 1,
    "full_result_size": "too_many",
    "session_days": 1,
    "list_ended": False,
    "overlapping_employments": "refused",
    "employment_fires_update": False,
    "email_of_users": "locked",
    "content_type": "json",
    "reference_extras": "refused",
    "address_without_id": "refused",
    "user_type_on_post": "required",
    "user_type_on_put": "ignored",
    "employments_without_employee": "refused",
    "retry_after": False,
    "entitlement_names": "opaque",
    "salary_rights": False,
    "salary_hidden": "left_out",
    "webhooks_need_https": True,
    "result_ceiling": 10_000,
}


@pytest.mark.parametrize("field", fields(Switches), ids=lambda field: field.name)
def test_a_default_that_is_not_the_strictest_end_says_why(field: Any) -> None:
    why = README.partition("Not the strictest end, and why:")[2].partition("\n## ")[0]
    strictest = STRICTEST[field.name]

    told = [line for line in why.splitlines() if line.startswith(f"| `{field.name}` | `{str(strictest).lower()}` |")]
    assert len(told) == (field.default != strictest)


def test_it_says_what_it_does_not_do() -> None:
    assert "## What it does not do" in README
