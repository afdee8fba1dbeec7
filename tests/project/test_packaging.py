"""What is installed is complete: the wheel has every file, and renders a page in an empty virtual environment."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from configparser import RawConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = {
    "huma_tripletex": "huma_tripletex",
    **{f"huma_tripletex/{name}": name for name in ("migrations", "static", "templates")},
}
PAGE = """
import os
os.environ["DEMO_FOLDER"] = os.getcwd()
from huma_tripletex.demo import create_app
client = create_app().test_client()
assert client.get("/").status_code == 200
answer = client.get("/settings/integrations/tripletex")
assert answer.status_code in (401, 403), answer.status
assert client.get("/settings/integrations/static/tripletex.css").status_code == 200
import huma_tripletex
print(huma_tripletex.__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "checkout"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(copy)], check=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(copy)], check=True, capture_output=True
    )
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_has_every_file_of_the_tree(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", *SHIPPED.values()], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = zipfile.ZipFile(wheel).namelist()

    missing = [path for path in listed.stdout.split() if installed(path) not in names]

    assert missing == []


def test_every_package_is_named_in_setup_cfg() -> None:
    setup = RawConfigParser()
    setup.read(ROOT / "setup.cfg")
    named = set(setup["options"]["packages"].split())
    folders = {path.parent for path in (ROOT / "huma_tripletex").rglob("*.py")}

    missing = {".".join(folder.relative_to(ROOT).parts) for folder in folders} - named

    assert missing == set()


def test_the_wheel_renders_a_page_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", f"{wheel}[demo]"], check=True, capture_output=True)

    rendered = subprocess.run([python, "-c", PAGE], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert rendered.returncode == 0, rendered.stderr
    assert "site-packages" in rendered.stdout


def installed(path: str) -> str:
    top, _, rest = path.partition("/")
    return path if top == "huma_tripletex" else f"huma_tripletex/{top}/{rest}"
