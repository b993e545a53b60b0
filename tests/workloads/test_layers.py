"""What is built on what: what measures is above what does the work, and that above the machine."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import workloads

ROOT = Path(workloads.__file__).parent
ABOVE = {
    "machine": {"files", "text", "image", "audio", "embed", "dedup", "aggregate"},
    "files": {"text", "image", "audio", "embed", "dedup", "aggregate"},
}
MEASURES = {"bench", "tune"}


def imported(package: Path) -> Iterator[tuple[str, str]]:
    """Each package of workloads that a package takes something of, with the file, wherever."""
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{one.name}" for one in node.names]
            for name in names:
                top, _, rest = name.partition(".")
                if top == "workloads":
                    yield rest.partition(".")[0], file.name


@pytest.mark.parametrize(
    "package", sorted(one.name for one in ROOT.iterdir() if (one / "__init__.py").exists())
)
def test_nothing_is_built_on_what_is_built_on_it(package: str) -> None:
    above = ABOVE.get(package, set()) | (set() if package in MEASURES else MEASURES)
    assert [one for one in imported(ROOT / package) if one[0] in above] == []


def test_the_benchmark_knows_nothing_of_tuning() -> None:
    assert "tune" not in dict(imported(ROOT / "bench"))
