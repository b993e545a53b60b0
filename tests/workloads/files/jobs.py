"""Jobs to test with: some small files, and functions of `user` applied to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.workloads.files import user
from workloads.files.job import Summary
from workloads.files.places import Folder
from workloads.files.transform import transform

SIZES = {"a.parquet": 10, "b/c d/나.parquet": 25, "b/zero.parquet": 0, "year=2026/e": 7}


def run(
    source: Path | str, destination: Path | str, function: str = "same", **settings: Any
) -> Summary:
    """Applies a function of the module `user`, in silence."""
    return transform(source, destination, f"{user.NAME}:{function}", progress=False, **settings)


def times(folder: Path) -> dict[str, int]:
    """When each data file of a folder was written."""
    return {file.name: file.modified_ns for file in Folder.of(folder).files()}
