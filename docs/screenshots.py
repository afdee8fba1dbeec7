"""Takes a picture of every page and state, for docs/screenshots.md: `make screenshots`.

With `--all` also of every width, colour scheme and language, into a folder that is not kept.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.parts.browser import FLAGS, executable  # noqa: E402
from tests.web.browsing import page_of, show  # noqa: E402
from tests.web.conftest import opened, served  # noqa: E402
from tests.web.tour import tour  # noqa: E402

PICTURES = ROOT / "docs" / "screenshots"
KEPT = (("en", "light", 1280), ("nb", "dark", 375))
EVERY = tuple(
    (locale, scheme, width) for locale in ("en", "nb") for scheme in ("light", "dark") for width in (375, 768, 1440)
)
QUALITY, HEIGHT = 45, 850


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every width, scheme and language, into a temporary folder")
    every = parser.parse_args().all
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    folder = Path(tempfile.mkdtemp(prefix="screenshots-")) if every else PICTURES
    folder.mkdir(exist_ok=True)
    taken: dict[str, list[str]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        for locale, scheme, width in EVERY if every else KEPT:
            for name, file in pictures(browser, folder, locale, scheme, width):
                taken.setdefault(name, []).append(file)
        browser.close()
    if not every:
        (PICTURES.parent / "screenshots.md").write_text(listed(taken))
    print(f"{sum(map(len, taken.values()))} pictures in {folder}")


def pictures(browser: Browser, folder: Path, locale: str, scheme: str, width: int) -> Iterator[tuple[str, str]]:
    """One tour; the names of the stops and of the files."""
    with tempfile.TemporaryDirectory() as demo, opened(Path(demo)) as office, served(office.app) as address:
        visitor = office.visitor(locale=locale)
        with page_of(browser, address, visitor, width, scheme) as page:
            for stop in tour(office, visitor):
                page.set_viewport_size({"width": width, "height": HEIGHT})
                show(page, address, stop, visitor)
                file = f"{stop.name.replace(',', '').replace(' ', '-')}-{locale}-{scheme}-{width}.jpg"
                whole(page)
                page.screenshot(path=folder / file, type="jpeg", quality=QUALITY, full_page=True)
                page.goto("about:blank")
                yield stop.name, file


def whole(page: Page) -> None:
    """A window as high as the page: what sticks to its lower edge would lie across the middle of the picture."""
    width = (page.viewport_size or {"width": 0})["width"]
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(height, HEIGHT)})


def listed(taken: dict[str, list[str]]) -> str:
    lines = [
        "# Every page and state",
        "",
        "Made by `make screenshots`. Large and light in English, small and dark in Norwegian.",
        "",
    ]
    for name, files in taken.items():
        images = " ".join(f'<img src="screenshots/{file}" alt="" height="420">' for file in files)
        lines += [f"## {name.capitalize()}", "", images, ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
