"""The simulator is a reading of Tripletex of its own: it knows nothing of the package it comes with."""

from __future__ import annotations

import ast
from pathlib import Path

import huma_tripletex.simulator

FOLDER = Path(huma_tripletex.simulator.__file__).parent
ALLOWED = ("huma_tripletex.simulator", "huma_tripletex.version")


def test_it_imports_nothing_of_the_package_but_itself() -> None:
    found = []
    for file in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found += [(file.name, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, file
                found.append((file.name, node.module or ""))
    ours = [(file, name) for file, name in found if name.startswith("huma_tripletex")]

    assert len(ours) > 50
    assert [pair for pair in ours if not pair[1].startswith(ALLOWED)] == []
