"""The grammar of the `fields` parameter: names, `*`, and sub objects in brackets."""

import re
from functools import lru_cache

from huma_tripletex.simulator.catalogue import MODELS
from huma_tripletex.simulator.refusals import illegal_field

Selection = tuple[tuple[str, "Selection | None"], ...]
DEEPEST = 12
"""So many brackets may stand inside each other. What Tripletex allows is unknown; nobody needs half as many."""
_TOKEN = re.compile(r"[*\w]+|[(),]|\S")


@lru_cache(maxsize=1024)
def selected(model: str, fields: str) -> Selection:
    """What `fields` asks of `model`, `*` written out; empty text asks for everything. Refuses with 400/11000."""
    reader = _Reader(_TOKEN.findall(fields))
    asked = reader.names(model) if fields.strip() else (("*", None),)
    if reader.here:
        raise illegal_field(reader.here, model)
    return _written_out(model, asked)


class _Reader:
    """Reads the tokens of a `fields` text from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._depth = 0

    @property
    def here(self) -> str:
        """The next token, or empty text at the end."""
        return self._tokens[0] if self._tokens else ""

    def names(self, model: str) -> Selection:
        """A comma-separated list of names, each perhaps with brackets."""
        found = [self._name(model)]
        while self.here == ",":
            self._tokens.pop(0)
            found.append(self._name(model))
        return tuple(found)

    def _name(self, model: str) -> "tuple[str, Selection | None]":
        if not re.fullmatch(r"\*|\w+", self.here):
            raise illegal_field(self.here, model)
        name = self._tokens.pop(0)
        if self.here != "(":
            return name, None
        if self._depth == DEEPEST:
            raise illegal_field(name, model)
        self._tokens.pop(0)
        self._depth += 1
        inside = self.names(model)
        self._depth -= 1
        if self.here != ")":
            raise illegal_field(self.here, model)
        self._tokens.pop(0)
        return name, inside


def _written_out(model: str, asked: Selection) -> Selection:
    known = MODELS[model].by_name if model != "Change" else dict.fromkeys(("employeeId", "timestamp", "changeType"))
    chosen: dict[str, Selection | None] = {}
    for name, inside in asked:
        if name == "*":
            for field_name, field in known.items():
                if field is None or field.kind != "changes":
                    chosen.setdefault(field_name, None)
            continue
        if name not in known:
            raise illegal_field(name, model)
        field = known[name]
        if inside is not None and (field is None or not field.model):
            raise illegal_field(name, model)
        chosen[name] = None if inside is None or field is None else _written_out(field.model, inside)
    return tuple(chosen.items())
