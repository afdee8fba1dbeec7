"""Norwegian is complete, says the same as the English, and is what runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from flask import Flask

from huma_tripletex.core.reasons import ALL, UNKNOWN
from huma_tripletex.i18n import force_locale, gettext
from huma_tripletex.paths import PACKAGE
from tests.web import catalogue

PLACES = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
TAGS = re.compile(r"</?(\w+)")


def test_every_text_is_in_norwegian() -> None:
    norwegian = catalogue.norwegian()
    missing = []
    for text, where in catalogue.found():
        message = norwegian.get(text if isinstance(text, str) else text[0])
        said = message.string if message else ""
        if not said or (isinstance(text, tuple) and (isinstance(said, str) or not all(said))):
            missing.append(f"{where}: {text!r}")
    assert not missing, "run `python -m tests.web.catalogue` and translate:\n" + "\n".join(missing)


def test_every_text_in_the_source_is_found() -> None:
    """Those within f-strings are not."""
    found = {text if isinstance(text, str) else text[0] for text, _where in catalogue.found()}
    said = {text for path in PACKAGE.rglob("*.py") if catalogue.is_ours(path) for text in said_in(path.read_text())}
    assert said <= found, "\n".join(sorted(said - found))


def said_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in catalogue.KEYWORDS:
            first = node.args[0]
            if isinstance(first, ast.Constant):
                yield str(first.value)


def test_nothing_is_translated_that_nobody_says() -> None:
    said = {text if isinstance(text, str) else text[0] for text, _where in catalogue.found()}
    kept = {
        message.id if isinstance(message.id, str) else message.id[0] for message in catalogue.norwegian() if message.id
    }
    assert kept <= said, "run `python -m tests.web.catalogue`"


def test_compiled_catalogue_is_the_written_one() -> None:
    assert catalogue.COMPILED.read_bytes() == catalogue.compiled(catalogue.norwegian()), (
        "run `python -m tests.web.catalogue`"
    )


def test_placeholders_and_tags_are_kept() -> None:
    for message in catalogue.norwegian():
        if not message.id:
            continue
        english = message.id if isinstance(message.id, str) else message.id[1]
        for norwegian in [message.string] if isinstance(message.string, str) else message.string:
            assert set(PLACES.findall(norwegian)) == set(PLACES.findall(english)), english
            assert set(TAGS.findall(norwegian)) <= set(TAGS.findall(english)), english
            assert norwegian.endswith(".") == english.endswith("."), english


@pytest.mark.parametrize("reason", [*ALL, UNKNOWN], ids=lambda reason: reason.key)
def test_reason_has_a_sentence_and_a_next_step_in_norwegian(office_app: Flask, reason: object) -> None:
    with office_app.test_request_context(), force_locale("nb"):
        for text in (reason.sentence, reason.next_step):
            said = gettext(text)
            assert said != text
            assert said.endswith(".")


@pytest.fixture(scope="module")
def office_app() -> Flask:
    from flask_babel import Babel

    app = Flask("reasons")
    Babel(app)
    return app
