"""Errors travel: they are copied and pickled whole, and what Tripletex said in its own words stays behind."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import huma_tripletex
from huma_tripletex.errors import FieldProblem, HumaTripletexError, Invalid, RateLimited

SAID = "Ugyldig format: kari.nordmann@example.no"
VALUES = {
    "str": "sentence",
    "int": 7,
    "float | None": 2.5,
    "tuple[FieldProblem, ...]": (FieldProblem("email", SAID, "null.email"),),
    "Sequence[dict[str, Any]]": ({"guard": "many"},),
}
LEFT_OUT = ("huma_tripletex.migrations", "huma_tripletex.demo", "huma_tripletex.simulator.__main__")


def every_error() -> list[type[HumaTripletexError]]:
    """Every class of the tree, wherever in the package it stands."""
    for module in pkgutil.walk_packages(huma_tripletex.__path__, "huma_tripletex."):
        if not module.name.startswith(LEFT_OUT):
            importlib.import_module(module.name)
    return [HumaTripletexError, *subclasses(HumaTripletexError)]


def subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def made(kind: type[HumaTripletexError]) -> HumaTripletexError:
    """One of them, with every argument of its constructor given."""
    if kind.__init__ is Exception.__init__:
        return kind("sentence")
    positional, named = [], {}
    for parameter in list(inspect.signature(kind).parameters.values()):
        value = VALUES[str(parameter.annotation)]
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        else:
            positional.append(value)
    return kind(*positional, **named)


@pytest.mark.parametrize("kind", dict.fromkeys(every_error()), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_an_error_survives_the_journey(kind: type[HumaTripletexError]) -> None:
    error = made(kind)
    pickled = [pickle.loads(pickle.dumps(error, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    for other in (*pickled, copy.copy(error), copy.deepcopy(error)):
        assert type(other) is kind
        assert (str(other), other.args) == (str(error), error.args)
        assert {**vars(other), "problems": ()} == {**vars(error), "problems": ()}
    assert SAID.encode() not in pickle.dumps(error)


def test_what_tripletex_said_is_copied_and_not_pickled() -> None:
    error = Invalid("sentence", status=422, code=18000, problems=(FieldProblem("email", SAID, "null.email"),))
    sent = pickle.loads(pickle.dumps(error))
    assert [copied.problems[0].message for copied in (copy.copy(error), copy.deepcopy(error))] == [SAID, SAID]
    assert sent.problems == (FieldProblem("email", "", "null.email"),)
    assert sent.names("email")


def test_a_pickled_error_can_be_raised_and_branched_on() -> None:
    error = RateLimited("sentence", status=429, retry_after=2.5, operation="PUT /employee/{id}", request_id="r-1")
    with pytest.raises(RateLimited) as caught:
        raise pickle.loads(pickle.dumps(error))
    assert (caught.value.retry_after, caught.value.operation, caught.value.request_id) == (
        2.5,
        "PUT /employee/{id}",
        "r-1",
    )
