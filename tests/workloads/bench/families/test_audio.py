"""Every engine at work on clips, and how its features are held against ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.workloads.parquet import contents, write
from workloads.audio import AudioSpec
from workloads.audio.features import MADE
from workloads.bench.catalogue import Entry
from workloads.bench.child import Engine, Engines
from workloads.bench.families.audio import KINDS, SAMPLE_ROWS, TOLERANCES, compare, sample, spec
from workloads.bench.places import dataset
from workloads.files.places import Folder

SPEC = AudioSpec(80, "mixed", seed=3)
ENGINES = ("ours", "baseline", "daft", "floor")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what each engine makes of mixed clips, by the engine's name."""
    folder = tmp_path_factory.mktemp("it's a folder")
    for task in SPEC.tasks(Folder.of(folder / "in"), "snappy"):
        assert task.run().error is None
    with Engines(tmp_path_factory.mktemp("logs")) as running:
        for name in ENGINES:
            engine: Engine = running.get(Entry("audio.features", name, repeats=1, warm_ups=0))
            engine.call("start")
            engine.call("audio.features", str(folder / "in"), str(folder / name))
    return folder


@pytest.mark.parametrize("name", ENGINES)
def test_no_row_and_no_other_column_is_lost(made: Path, name: str) -> None:
    clips = SPEC.table(range(SPEC.rows)).drop_columns(["audio"])
    table = dataset(Folder.of(made / name)).to_table().sort_by("id")
    assert set(table.column_names) == {*clips.column_names, *MADE}
    assert table.select(clips.column_names).to_pydict() == clips.to_pydict()


@pytest.mark.parametrize("name", ["baseline", "daft"])
def test_every_engine_makes_the_same_features(made: Path, name: str) -> None:
    ours, theirs = (sample(Folder.of(made / one)) for one in ("ours", name))
    found = compare(ours, theirs)
    assert (found.rows_compared, found.rows_differing, found.explanation) == (SPEC.rows, 0, "")
    # And not because there is nothing in them.
    for mel, seconds in zip(ours["log_mel"], ours["trimmed_seconds"], strict=True):
        assert len(mel) == int(seconds.as_py() * 100 + 1e-6) * 80


def test_the_floor_writes_as_much_as_ours(made: Path) -> None:
    sizes = {
        name: sum(file.size for file in Folder.of(made / name).files()) for name in ENGINES[::3]
    }
    assert 0.85 < sizes["floor"] / sizes["ours"] < 1.15
    assert contents(made / "floor").keys() == contents(made / "ours").keys()
    ours = next(iter(contents(made / "ours").values()))
    assert next(iter(contents(made / "floor").values())).schema.field("log_mel").type == (
        ours.schema.field("log_mel").type
    )


def rows(**changes: list[float] | list[list[float]]) -> pa.Table:
    """Two rows of a sample."""
    columns = {name: [1.0, 2.0] for name in TOLERANCES} | {"log_mel": [[0.5, 1.0], [-1.0]]}
    return pa.table({"id": [0, 1], **columns, **changes})


@pytest.mark.parametrize(
    ("changes", "differing", "told"),
    [
        ({}, 0, ""),
        ({"log_mel": [[0.5019, 0.9981], [-1.0019]]}, 0, ""),
        ({"log_mel": [[0.5, 1.0], [-1.0021]]}, 1, "it differs in log_mel by up to 0.0021"),
        ({"log_mel": [[0.5], [-1.0]]}, 1, "it differs in log_mel by up to inf"),
        ({"log_mel": [[0.5, float("nan")], [-1.0]]}, 1, "it differs in log_mel by up to nan"),
        ({"rms_dbfs": [1.0009, 2.0]}, 0, ""),
        (
            {"rms_dbfs": [1.002, 2.0], "trimmed_seconds": [1.0, 2.01]},
            2,
            "it differs in trimmed_seconds by up to 0.01, rms_dbfs by up to 0.002",
        ),
        ({"seconds": [None, 2.0]}, 1, "it differs in seconds by up to inf"),
    ],
)
def test_a_difference_counts_where_it_is_above_the_tolerance(
    changes: dict[str, list[float]], differing: int, told: str
) -> None:
    found = compare(rows(), rows(**changes))
    assert (found.rows_compared, found.rows_differing, found.explanation) == (2, differing, told)


def test_other_rows_count() -> None:
    assert compare(rows(), rows()[:1]).explanation == "it has other rows: 1, where ours has 2"


def test_few_rows_are_looked_at(tmp_path: Path) -> None:
    many = pa.table({"id": range(SAMPLE_ROWS * 2), **dict.fromkeys(TOLERANCES, np.ones(512))})
    many = many.set_column(5, "log_mel", pa.array([[1.0]] * 512))
    write(tmp_path / "a.parquet", many)
    assert sample(Folder.of(tmp_path))["id"].to_pylist() == list(range(SAMPLE_ROWS))


def test_the_family_has_the_data_of_the_workload() -> None:
    assert KINDS == ("mp3", "mixed")
    assert spec(1_000_000, "mixed", 4) == AudioSpec.sized(1_000_000, "mixed", 4)
