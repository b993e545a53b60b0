"""Every engine at work on images, and how its tensors are held against ours.

Two do not all that ours does: Pillow's own conversion shows what is beneath the alpha of an image,
and so does Daft, which does not turn images either.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.workloads.parquet import contents
from workloads.bench.catalogue import Entry
from workloads.bench.child import Engine, Engines
from workloads.bench.families.image import KINDS, TOLERANCE, compare, sample, spec
from workloads.bench.places import dataset
from workloads.files.places import Folder
from workloads.image import ImageSpec

SPEC = ImageSpec(80, "mixed", seed=3)
ENGINES = ("ours", "baseline", "daft", "floor")
SIDE = 224


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what each engine makes of mixed images, by the engine's name."""
    folder = tmp_path_factory.mktemp("it's a folder")
    for task in SPEC.tasks(Folder.of(folder / "in"), "snappy"):
        assert task.run().error is None
    with Engines(tmp_path_factory.mktemp("logs")) as running:
        for name in ENGINES:
            engine: Engine = running.get(Entry("image.tensors", name, repeats=1, warm_ups=0))
            engine.call("start")
            engine.call("image.tensors", str(folder / "in"), str(folder / name))
    return folder


def rows(folder: Path) -> pa.Table:
    return dataset(Folder.of(folder)).to_table().sort_by("id")


@pytest.mark.parametrize("name", ENGINES)
def test_no_row_and_no_other_column_is_lost(made: Path, name: str) -> None:
    table = rows(made / name)
    images = SPEC.table(range(SPEC.rows))
    assert table["id"].to_pylist() == images["id"].to_pylist()
    assert table["label"].to_pylist() == images["label"].to_pylist()
    assert "bytes" not in table.column_names


def test_what_differs_is_what_an_engine_does_not_do(made: Path) -> None:
    samples = {name: sample(Folder.of(made / name)) for name in ENGINES if name != "floor"}
    ours = samples["ours"]
    modes = np.array(ours["mode"].to_pylist())
    alpha = modes == "RGBA"
    turned = (modes == "RGB") & (ours["orientation"].to_numpy() > 1)
    found = {name: compare(ours, theirs) for name, theirs in samples.items()}
    assert 0 < alpha.sum() < turned.sum()
    assert {name: one.rows_differing for name, one in found.items()} == {
        "ours": 0,
        "baseline": alpha.sum(),
        "daft": alpha.sum() + turned.sum(),
    }
    assert {one.rows_compared for one in found.values()} == {SPEC.rows}
    told = f"of other sizes, or more than 1 of 255 levels away: {alpha.sum()} of {alpha.sum()} RGBA"
    assert found["baseline"].explanation == told
    assert f"{turned.sum()} of {turned.sum()} RGB to be turned" in found["daft"].explanation


def test_the_floor_writes_as_much_as_ours(made: Path) -> None:
    sizes = {
        name: sum(file.size for file in Folder.of(made / name).files()) for name in ENGINES[::3]
    }
    assert 0.9 < sizes["floor"] / sizes["ours"] < 1.2
    assert contents(made / "floor").keys() == contents(made / "ours").keys()


def tensors(*levels: float, width: int = 10) -> pa.Table:
    """Images of one level each; between two, as much of both."""
    values = np.empty((len(levels), 4, 4, 3), np.uint8)
    for at, level in enumerate(levels):
        values[at] = level
        values[at, : round((level % 1) * 4)] += 1
    return pa.table(
        {
            "id": range(len(levels)),
            "width": [width] * len(levels),
            "height": [10] * len(levels),
            "tensor": list(values.reshape(len(levels), -1)),
            "mode": ["RGB", "L", "RGB"][: len(levels)],
            "orientation": [1, 1, 8][: len(levels)],
        }
    )


def test_a_difference_counts_where_it_is_above_the_tolerance() -> None:
    assert TOLERANCE == 1
    ours = tensors(100, 0, 255)
    assert compare(ours, tensors(101, 1, 254)).rows_differing == 0
    # Below as above: 0 is not far from 255 by way of what a byte overflows.
    found = compare(ours, tensors(101.25, 2, 253))
    assert (found.rows_compared, found.rows_differing) == (3, 3)
    assert found.explanation.endswith("1 of 1 RGB, 1 of 1 L, 1 of 1 RGB to be turned")
    assert compare(tensors(0), tensors(255)).rows_differing == 1


def test_another_size_and_other_rows_count() -> None:
    assert compare(tensors(1, 2), tensors(1, 2, width=11)).rows_differing == 2
    assert (
        compare(tensors(1, 2), tensors(1)).explanation == "it has other rows: 1, where ours has 2"
    )


def test_the_family_has_the_data_of_the_workload() -> None:
    assert KINDS == ("photos", "mixed")
    assert spec(1_000_000, "mixed", 4) == ImageSpec.sized(1_000_000, "mixed", 4)
