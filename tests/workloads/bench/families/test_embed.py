"""Every engine at work on sentences, and how its vectors are held against ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.workloads.parquet import contents
from workloads.bench import families
from workloads.bench.case import Comparison
from workloads.bench.catalogue import Entry
from workloads.bench.child import Engine, Engines
from workloads.bench.families.embed import (
    KINDS,
    TOLERANCE,
    compare,
    compare_sentences_int8,
    sample,
    spec,
)
from workloads.bench.places import dataset
from workloads.embed import SentenceSpec
from workloads.embed.prepare import CACHE
from workloads.files.places import Folder

SPEC = SentenceSpec(80, "mixed", seed=3)
ENGINES = ("ours", "baseline", "daft", "floor")
# And what does the same in int8, or stands beside it.
WITH_INT8 = ("ours", "float32", "floor")
INT8 = "embed.sentences_int8"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what each engine makes of the same sentences, by the engine's name."""
    folder = tmp_path_factory.mktemp("it's a folder")
    for task in SPEC.tasks(Folder.of(folder / "in"), "snappy"):
        assert task.run().error is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE, str(tmp_path_factory.mktemp("cache")))
        with Engines(tmp_path_factory.mktemp("logs")) as running:
            for name in (*ENGINES, "float32"):
                engine: Engine = running.get(Entry("embed.sentences", name, repeats=1, warm_ups=0))
                engine.call("start")
                if name in ENGINES:
                    engine.call("embed.sentences", str(folder / "in"), str(folder / name))
                if name in WITH_INT8:
                    engine.call(INT8, str(folder / "in"), str(folder / f"{name}, int8"))
    return folder


@pytest.mark.parametrize("name", ENGINES)
def test_no_row_and_no_other_column_is_lost(made: Path, name: str) -> None:
    table = dataset(Folder.of(made / name)).to_table().sort_by("id")
    made_of = SPEC.table(range(SPEC.rows))
    # Of whatever type of string.
    assert table.select(["id", "text"]).cast(made_of.schema).equals(made_of)
    assert "vector" in table.column_names


def test_all_make_the_same_vectors(made: Path) -> None:
    samples = {name: sample(Folder.of(made / name)) for name in ENGINES}
    found = {name: compare(samples["ours"], theirs) for name, theirs in samples.items()}
    assert {name: one.rows_differing for name, one in found.items()} == {
        "ours": 0,
        "baseline": 0,
        "daft": 0,
        "floor": SPEC.rows,
    }
    assert {one.rows_compared for one in found.values()} == {SPEC.rows}
    lists = samples["ours"]["vector"].combine_chunks()
    lengths = np.linalg.norm(lists.values.to_numpy().reshape(SPEC.rows, 384), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)


def test_int8_is_held_against_float32_by_a_tolerance_of_its_own(made: Path) -> None:
    samples = {name: sample(Folder.of(made / f"{name}, int8")) for name in WITH_INT8}
    found = {name: families.compare(INT8, samples["ours"], one) for name, one in samples.items()}
    assert {name: one.rows_differing for name, one in found.items()} == {
        "ours": 0,
        "float32": 0,
        "floor": SPEC.rows,
    }
    # It is int8 indeed, and the other one float32.
    assert compare(samples["ours"], samples["float32"]).rows_differing == SPEC.rows
    assert compare(samples["float32"], sample(Folder.of(made / "ours"))).rows_differing == 0
    exact = families.compare("embed.sentences", samples["ours"], samples["float32"])
    assert exact.rows_differing == SPEC.rows


def test_the_floor_writes_as_much_as_ours(made: Path) -> None:
    sizes = {
        name: sum(file.size for file in Folder.of(made / name).files())
        for name in ("ours", "floor")
    }
    assert 0.9 < sizes["floor"] / sizes["ours"] < 1.1
    assert contents(made / "floor").keys() == contents(made / "ours").keys()


def vectors(*rows: list[float] | None, kind: pa.DataType | None = None) -> pa.Table:
    values: Any = pa.array(rows, kind or pa.list_(pa.float32()))
    return pa.table({"id": range(len(rows)), "vector": values})


def test_a_difference_counts_where_it_is_above_the_tolerance() -> None:
    ours = vectors([1, 0], [0, 1], [0.6, 0.8])
    near = vectors([1, TOLERANCE / 2], [0, 1], [0.6, 0.8 + TOLERANCE / 2])
    far = vectors([1, TOLERANCE * 2], [0, 1], [0.6, 0.85])
    assert compare(ours, near).rows_differing == 0
    found = compare(ours, far)
    assert (found.rows_compared, found.rows_differing) == (3, 2)
    assert found.explanation == "numbers differ by up to 5.0e-02"


def test_in_int8_a_difference_counts_where_the_cosine_is_too_small() -> None:
    ours = vectors([1, 0], [0, 1], [0.6, 0.8])
    # Of 10 degrees, and of 12.
    near = vectors([0.985, 0.174], [0, 1], [0.6, 0.8])
    far = vectors([0.978, 0.208], [0, 1], [0.6, 0.8])
    found = compare_sentences_int8(ours, near)
    assert (found.rows_differing, found.explanation) == (0, "the least cosine is 0.985")
    found = compare_sentences_int8(ours, far)
    assert (found.rows_compared, found.rows_differing) == (3, 1)
    assert found.explanation == "the least cosine is 0.978"


@pytest.mark.parametrize("compare", [compare, compare_sentences_int8])
def test_what_is_missing_or_no_number_differs(
    compare: Callable[[pa.Table, pa.Table], Comparison],
) -> None:
    ours = vectors([1, 0], [0, 1], [1, 0])
    found = compare(ours, vectors([1, 0], None, [1, float("nan")]))
    assert found.rows_differing == 2
    assert (
        found.explanation.rpartition("; ")[2]
        == "2 of the rows have no vector, or one with what is no number"
    )


def test_other_rows_and_other_widths_count() -> None:
    ours = vectors([1, 0], [0, 1])
    assert compare(ours, vectors([1, 0])).explanation == "it has other rows: 1, where ours has 2"
    found = compare(ours, vectors([1, 0, 0], [0, 1, 0]))
    assert (found.rows_differing, found.explanation) == (
        2,
        "its vectors have 3 numbers, and ours 2",
    )


@pytest.mark.parametrize(
    "vector",
    [
        pa.array([[1.0, 2.0]], pa.list_(pa.float32(), 2)),
        pa.array([[1.0, 2.0]], pa.large_list(pa.float32())),
        pa.array([[1.0, 2.0]], pa.list_(pa.float64())),
        pa.FixedShapeTensorArray.from_numpy_ndarray(np.array([[1, 2]], np.float32)),
    ],
    ids=lambda vector: str(vector.type)[:20],
)
def test_lists_of_any_form_are_looked_at(tmp_path: Path, vector: pa.Array) -> None:
    pq.write_table(pa.table({"id": [0], "vector": vector}), tmp_path / "a.parquet")
    found = sample(Folder.of(tmp_path))
    assert found["vector"].type == pa.list_(pa.float32())
    assert found["vector"].to_pylist() == [[1, 2]]


def test_the_family_has_the_data_of_the_workload() -> None:
    assert KINDS == ("short", "mixed")
    assert spec(1_000_000, "mixed", 4) == SentenceSpec.sized(1_000_000, "mixed", 4)
