"""Every engine at deduplication, and how what it keeps is held against what ours keeps."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from workloads.bench.catalogue import Entry
from workloads.bench.child import Engines
from workloads.bench.families.dedup import KINDS, ONE_IN, compare, sample, spec
from workloads.bench.places import dataset
from workloads.dedup import DedupSpec
from workloads.files.places import Folder

SPEC = DedupSpec(600, "mixed", seed=3, copies=0.2, near=0.2)
HAS_SPARK = bool(importlib.util.find_spec("pyspark") and shutil.which("java"))
EXACT = ["ours", "baseline", "polars", "duckdb", "daft", *(["spark"] if HAS_SPARK else [])]
NEAR = ["ours", "baseline", "daft"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what each engine makes, as WORKLOAD/ENGINE."""
    folder = tmp_path_factory.mktemp("it's a folder")
    for task in SPEC.tasks(Folder.of(folder / "in"), "snappy"):
        assert task.run().error is None
    with Engines(tmp_path_factory.mktemp("logs")) as running:
        for verb, engines in (("exact", EXACT), ("minhash", NEAR)):
            (folder / verb).mkdir()
            for name in (*engines, "floor"):
                engine = running.get(Entry(f"dedup.{verb}", name, repeats=1, warm_ups=0))
                if not engine.started:
                    engine.call("start")
                engine.call(f"dedup.{verb}", str(folder / "in"), str(folder / verb / name))
    return folder


def rows(folder: Path) -> pa.Table:
    return dataset(Folder.of(folder)).to_table().sort_by("id")


@pytest.mark.parametrize("name", EXACT)
def test_each_text_is_kept_once_and_whole(made: Path, name: str) -> None:
    found = rows(made / "exact" / name)
    whole = SPEC.table(range(SPEC.rows))
    assert found.column_names == ["id", "text", "label"]
    assert len(found) == len(set(whole["text"].to_pylist())) < SPEC.rows
    assert set(found["text"].to_pylist()) == set(whole["text"].to_pylist())
    ids = found["id"].to_numpy()
    assert found["text"].to_pylist() == whole["text"].take(ids).to_pylist()
    if name in ("ours", "baseline", "polars"):
        same, _ = SPEC.originals(range(SPEC.rows))
        assert ids.tolist() == np.unique(same).tolist()
        assert found["label"].to_pylist() == whole["label"].take(ids).to_pylist()


@pytest.mark.parametrize("name", NEAR)
def test_what_is_nearly_the_same_goes_and_nothing_else(made: Path, name: str) -> None:
    ids = rows(made / "minhash" / name)["id"].to_pylist()
    same, near = SPEC.originals(range(SPEC.rows))
    due = set(near.tolist())
    assert due <= set(ids)
    # About one near duplicate in a hundred is missed, by chance.
    duplicates = len(set(same.tolist())) - len(due)
    assert len(set(ids) - due) <= duplicates * 0.05 < duplicates


def test_engines_differ_in_nothing_or_by_chance(made: Path) -> None:
    for verb, engines in (("exact", EXACT), ("minhash", NEAR)):
        samples = {name: sample(Folder.of(made / verb / name)) for name in engines}
        ours = samples["ours"]
        assert SPEC.rows / ONE_IN / 2 < len(ours) < SPEC.rows / ONE_IN
        for name, theirs in samples.items():
            found = compare(ours, theirs)
            assert found.rows_compared == len(ours)
            assert found.rows_differing <= (0 if verb == "exact" else 2), (name, found)


def test_the_floor_writes_about_as_many_rows(made: Path) -> None:
    for verb, share in (("exact", 0.9), ("minhash", 0.8)):
        assert share - 0.05 < len(rows(made / verb / "floor")) / SPEC.rows <= share


def texts(*hashes: int) -> pa.Table:
    words = [pa.array(hashes, pa.uint64())] * 2
    return pa.table([pa.array(range(len(hashes))), *words], names=["id", "first", "second"])


def test_texts_that_are_missing_too_many_or_there_twice_are_told() -> None:
    ours = texts(1, 2, 3, 4)
    assert compare(ours, texts(4, 3, 2, 1)).rows_differing == 0
    fewer, more = compare(ours, texts(1, 2)), compare(ours, texts(1, 2, 3, 4, 5))
    assert (fewer.rows_differing, fewer.explanation) == (2, "it drops 2 that ours keeps")
    assert (more.rows_differing, more.explanation) == (1, "it keeps 1 more")
    twice = compare(ours, texts(1, 1, 2, 3))
    assert (twice.rows_compared, twice.rows_differing) == (4, 2)
    assert twice.explanation == "it keeps 1 more; it drops 1 that ours keeps"


def test_the_data_is_of_the_size_asked_for() -> None:
    assert KINDS == ("letters", "mixed")
    assert spec(10_000_000, "mixed", 5) == DedupSpec(10_000, "mixed", 5)
