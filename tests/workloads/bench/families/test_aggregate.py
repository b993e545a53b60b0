"""Every engine at aggregation, and how its figures are held against ours."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from workloads.bench.catalogue import Entry
from workloads.bench.child import Engines
from workloads.bench.compare import row_count
from workloads.bench.families.aggregate import COUNTS, KINDS, compare, sample, spec
from workloads.dedup import DedupSpec
from workloads.files.places import Folder
from workloads.text.generate import LABELS

SPEC = DedupSpec(600, "mixed", seed=3)
HAS_SPARK = bool(importlib.util.find_spec("pyspark") and shutil.which("java"))
ENGINES = ["ours", "baseline", "polars", "duckdb", "daft", *(["spark"] if HAS_SPARK else [])]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what each engine makes, by the engine's name."""
    folder = tmp_path_factory.mktemp("it's a folder")
    for task in SPEC.tasks(Folder.of(folder / "in"), "snappy"):
        assert task.run().error is None
    with Engines(tmp_path_factory.mktemp("logs")) as running:
        for name in (*ENGINES, "floor"):
            engine = running.get(Entry("aggregate.labels", name, repeats=1, warm_ups=0))
            engine.call("start")
            engine.call("aggregate.labels", str(folder / "in"), str(folder / name))
    return folder


@pytest.mark.parametrize("name", ENGINES)
def test_figures_are_those_of_python(made: Path, name: str) -> None:
    rows = SPEC.table(range(SPEC.rows)).to_pylist()
    found = sample(Folder.of(made / name))
    assert found["label"].to_pylist() == sorted(LABELS)
    for figures in found.to_pylist():
        texts = [row["text"] for row in rows if row["label"] == figures["label"]]
        lengths = [len(text) for text in texts]
        due = {
            "label": figures["label"],
            "rows": len(texts),
            "distinct": len(set(texts)),
            "bytes": sum(len(text.encode()) for text in texts),
            "min_length": min(lengths),
            "max_length": max(lengths),
        }
        assert figures.pop("mean_length") == pytest.approx(sum(lengths) / len(lengths), rel=1e-12)
        assert figures == due


def test_nobody_differs(made: Path) -> None:
    ours = sample(Folder.of(made / "ours"))
    for name in ENGINES:
        found = compare(ours, sample(Folder.of(made / name)))
        assert (found.rows_compared, found.rows_differing, found.explanation) == (4, 0, "")


def test_the_floor_writes_no_row(made: Path) -> None:
    assert row_count(Folder.of(made / "floor")) == 0


def figures(mean: float = 2.0, **changes: list[int]) -> pa.Table:
    columns = {name: changes.get(name, [1, 2]) for name in COUNTS}
    return pa.table({"label": ["a", "b"], **columns, "mean_length": [mean, 1.0]})


def test_another_figure_is_told_and_which() -> None:
    assert compare(figures(), figures(2 + 1e-12)).rows_differing == 0
    found = compare(figures(), figures(2.1, distinct=[1, 3]))
    assert (found.rows_compared, found.rows_differing) == (2, 2)
    assert found.explanation == "it has another distinct, mean_length"
    one = figures().slice(0, 1)
    assert compare(figures(), one).explanation == "it has other labels"
    assert compare(figures(), one).rows_differing == 2


def test_the_data_is_of_the_size_asked_for() -> None:
    assert KINDS == ("letters", "mixed")
    assert spec(10_000_000, "mixed", 5) == DedupSpec(10_000, "mixed", 5)
