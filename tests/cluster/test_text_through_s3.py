"""The text workload on the cluster: the same rows as on this machine alone, whoever makes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from tests.cluster.minis import Mini
from tests.workloads.parquet import contents
from tests.workloads.programs import run
from workloads.files.places import Folder


def rows(place: str | Path) -> pa.Table:
    """All rows of a folder, by their number."""
    return pa.concat_tables(contents(place).values()).sort_by("id")


def generate(folder: str, size: int, here: Mapping[str, str]) -> str:
    """Makes mixed text in the cluster's store."""
    words = ["generate", folder, "--bytes", str(size), "--kind", "mixed"]
    done = run("-m", "workloads.text", *words, changes=here)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize(("subcluster", "size"), [("", 300_000), ("graviton", 2000)])
def test_cleaning_on_the_cluster_equals_cleaning_here(
    mini: Mini, bucket: str, here: Mapping[str, str], tmp_path: Path, subcluster: str, size: int
) -> None:
    if subcluster and not mini.engine.runs("arm64"):
        pytest.skip("this machine runs no arm64")
    source = generate(f"s3://{bucket}/raw", size, here)
    alone = run("-m", "workloads.text", "clean", source, str(tmp_path / "clean"), changes=here)
    assert alone.returncode == 0, alone.stderr
    options = ["--subcluster", subcluster] if subcluster else []
    target = f"s3://{bucket}/clean"
    done = mini.invoke("submit", "text.clean", *options, "--", source, target, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    expected = rows(tmp_path / "clean")
    assert expected.num_rows == size // 1000
    assert rows(target).equals(expected)
    names = [file.name for file in Folder.of(source).files()]
    assert [file.name for file in Folder.of(target).files()] == names
