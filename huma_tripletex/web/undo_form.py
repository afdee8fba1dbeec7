"""What the form of an undo says: everything, or what is ticked on the page it was on; and which page that was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute

from werkzeug.datastructures import MultiDict

from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.syncing import Choice

Value = tuple[str, str]
"""A person and a field."""


@dataclass(frozen=True)
class View:
    """Which part of a run is looked at: `field` of everybody, whoever has `name` in their name, or one person; `bare`:
    with nothing ticked.
    """

    page: int = 1
    field: str = ""
    person: str = ""
    bare: bool = False
    name: str = attribute(default="", repr=False)

    @classmethod
    def read(cls, given: Mapping[str, str], prefix: str = "") -> View:
        page, field = given.get(f"{prefix}page", ""), given.get(f"{prefix}field", "")
        return cls(
            page=max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1,
            field=field if field in BY_KEY else "",
            person=given.get(f"{prefix}person", ""),
            bare=given.get(f"{prefix}ticked", "") == "none",
        )

    @classmethod
    def sent(cls, form: Mapping[str, str]) -> View:
        """From a form, where a name may be: it does not go into an address. Another name begins at its first page."""
        before, name = cls.read(form, "view-"), " ".join(form.get("view-name", "").split())[:100]
        wanted = " ".join(form.get("find-name", name).split())[:100] if "look" in form else name
        bare = form.get("look") == "none"
        return replace(before, name=wanted, bare=bare, page=before.page if wanted == name else 1)

    @property
    def scope(self) -> Choice:
        """Everything that there is to choose from, on all pages."""
        return Choice(
            people=frozenset({self.person}) if self.person else None,
            fields=frozenset({self.field}) if self.field else None,
        )


@dataclass(frozen=True)
class Ticked:
    """What is ticked. Whoever has one value has one box; of others `people` has those whose values count at all, and
    `parts` which. `strange`: something that no page of ours has.
    """

    values: frozenset[Value] = attribute(repr=False)
    people: frozenset[str] = attribute(repr=False)
    parts: frozenset[Value] = attribute(repr=False)
    strange: bool = False

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Ticked:
        values, parts = form.getlist("value"), form.getlist("part")
        strange = any(key_of(one) is None for one in (*values, *parts))
        return cls(_keys(values), frozenset(form.getlist("person")), _keys(parts), strange)

    @classmethod
    def kept(cls, form: MultiDict[str, str]) -> Ticked | None:
        """What stays ticked when the page is shown again; None: everything or nothing is, as on a page that is new."""
        looked = form.get("look", "again")
        is_found = "find-name" in form and form["find-name"].strip() != form.get("view-name", "")
        return cls.read(form) if looked == "again" and not is_found else None

    @property
    def chosen(self) -> frozenset[Value]:
        return self.values | {one for one in self.parts if one[0] in self.people}


def name_of(person_id: str, field: str) -> str:
    """How a box names a value."""
    return f"{field}-{person_id}"


def key_of(name: str) -> Value | None:
    """The opposite of `name_of`."""
    field, _, person_id = name.partition("-")
    return (person_id, field) if field in BY_KEY and person_id else None


def _keys(names: Iterable[str]) -> frozenset[Value]:
    return frozenset(key for name in names if (key := key_of(name)))
