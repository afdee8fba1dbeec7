"""Every text that people read, as the source has it. `python -m tests.web.catalogue` updates the Norwegian file."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from huma_tripletex.core.fields import FIELDS
from huma_tripletex.paths import PACKAGE, folder

NORWEGIAN = PACKAGE / "translations" / "nb" / "LC_MESSAGES" / "huma_tripletex.po"
COMPILED = NORWEGIAN.with_suffix(".mo")
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "t": None,
    "th": None,
    "ngettext": (1, 2),
    "tn": (1, 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
Text = str | tuple[str, str]


def found() -> Iterator[tuple[Text, str]]:
    """Each text with the file it stands in."""
    sources = [PACKAGE, folder("templates")]
    for source in sources:
        for name, _line, text, _comments, _context in extract_from_dir(
            source, METHODS, keywords=KEYWORDS, directory_filter=_is_ours
        ):
            yield (tuple(text[:2]) if isinstance(text, tuple) else text), f"{Path(source).name}/{name}"
    for field in FIELDS:
        yield field.label, "huma_tripletex/core/fields.py"


def is_ours(path: Path) -> bool:
    """Whether people read the texts of this file."""
    return all(_is_ours(folder) for folder in path.relative_to(PACKAGE).parts)


def _is_ours(directory: str) -> bool:
    return Path(directory).name not in ("demo", "simulator", "__pycache__")


def norwegian() -> Catalog:
    with open(NORWEGIAN, "rb") as file:
        return read_po(file, locale="nb", domain="huma_tripletex")


def compiled(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def update() -> None:
    """Adds what is new, drops what is gone, keeps what is translated, and compiles."""
    old = norwegian() if NORWEGIAN.exists() else Catalog(locale="nb", domain="huma_tripletex")
    new = Catalog(locale="nb", domain="huma_tripletex", project="huma_tripletex", header_comment="# Norwegian bokmål")
    for text, where in found():
        before = old.get(text if isinstance(text, str) else text[0])
        new.add(text, before.string if before else "", locations=[(where, 0)])
    NORWEGIAN.parent.mkdir(parents=True, exist_ok=True)
    with open(NORWEGIAN, "wb") as file:
        write_po(file, new, width=110, sort_output=True, no_location=True, omit_header=False)
    COMPILED.write_bytes(compiled(norwegian()))


if __name__ == "__main__":
    update()
