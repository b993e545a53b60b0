"""Every engine at work: on mixed text, and on each character that there is.

All clean text as the documents' regular expression does, but for what is whitespace: to Rust's
expressions, which Polars and Daft use, it is what Unicode says, and that leaves out U+001C to
U+001F; to RE2, which DuckDB uses, it is five characters of ASCII.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from errors import ServiceError
from workloads.bench.catalogue import Entry
from workloads.bench.child import Engine, Engines
from workloads.bench.engines.text.baseline import clean_value
from workloads.bench.families.text import compare, sample
from workloads.files.places import Folder
from workloads.text.generate import LABELS, TextSpec

SPEC = TextSpec(200, "mixed", seed=7)
SEVERAL_BATCHES = TextSpec(40_000, "letters")
POINTS_A_ROW = 1000
SEPARATORS = "\x1c\x1d\x1e\x1f"
SPACES_OF_RE2 = " \t\n\f\r"
SPACES = [chr(point) for point in range(0x110000) if chr(point).isspace()]
# What each loses of the characters that Python's `\s` keeps.
DROPPED = {
    "ours": "",
    "baseline": "",
    "polars": SEPARATORS,
    "daft": SEPARATORS,
    "duckdb": "".join(space for space in SPACES if space not in SPACES_OF_RE2),
}


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Engine]]:
    """Every engine by its name, started."""
    with Engines(tmp_path_factory.mktemp("logs")) as running:
        found = {
            name: running.get(Entry("text.clean", name, repeats=1, warm_ups=0))
            for name in (*DROPPED, "floor")
        }
        for engine in found.values():
            engine.call("start")
        yield found


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Mixed text as the benchmark has it, and all characters, between letters; in several files."""
    folder = tmp_path_factory.mktemp("it's a folder")
    write(SPEC.table(range(SPEC.rows)), folder / "mixed", files=8)
    write(all_characters(), folder / "all", files=2)
    return {"mixed": folder / "mixed", "all": folder / "all"}


def all_characters() -> pa.Table:
    points = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    texts = [
        f"A{''.join(points[first : first + POINTS_A_ROW])}z"
        for first in range(0, len(points), POINTS_A_ROW)
    ]
    return pa.table({"id": range(len(texts)), "text": texts, "label": ["wiki"] * len(texts)})


def write(table: pa.Table, folder: Path, files: int) -> None:
    folder.mkdir()
    cuts = [len(table) * part // files for part in range(files + 1)]
    for index, first in enumerate(cuts[:-1]):
        part = table.slice(first, cuts[index + 1] - first)
        pq.write_table(part, folder / f"{index}.parquet")


def rows(folder: Path) -> pa.Table:
    return ds.dataset(folder, format="parquet").to_table().sort_by("id")


def parquet(folder: Path) -> dict[str, pa.Table]:
    """The content of each file."""
    return {path.name: pq.read_table(path) for path in sorted(folder.glob("*.parquet"))}


@pytest.fixture(scope="module")
def cleaned(
    engines: dict[str, Engine], sources: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What each engine makes of each source, in a folder ENGINE/SOURCE."""
    folder = tmp_path_factory.mktemp("cleaned")
    for name in DROPPED:
        (folder / name).mkdir()
        for text, source in sources.items():
            engines[name].call("text.clean", str(source), str(folder / name / text))
    return folder


@pytest.mark.parametrize("text", ["mixed", "all"])
@pytest.mark.parametrize("name", DROPPED)
def test_text_is_cleaned_as_said_above(
    cleaned: Path, sources: dict[str, Path], name: str, text: str
) -> None:
    before, after = rows(sources[text]), rows(cleaned / name / text)
    assert after.column_names == ["id", "text", "label", "cleaned_text"]
    assert after.drop_columns(["cleaned_text"]).to_pydict() == before.to_pydict()
    without = str.maketrans("", "", DROPPED[name])
    due = [clean_value(value).translate(without) for value in before["text"].to_pylist()]
    assert after["cleaned_text"].to_pylist() == due


def test_differences_are_found_and_explained(cleaned: Path) -> None:
    ours = sample(Folder.of(cleaned / "ours/all"))
    found = {name: compare(ours, sample(Folder.of(cleaned / name / "all"))) for name in DROPPED}
    assert {name: one.rows_differing for name, one in found.items()} == {
        "ours": 0,
        "baseline": 0,
        "polars": 1,
        "daft": 1,
        "duckdb": len({ord(space) // POINTS_A_ROW for space in DROPPED["duckdb"]}),
    }
    assert {one.rows_compared for one in found.values()} == {len(ours)}
    separators = ", ".join(f"U+001{digit} (a control character)" for digit in "CDEF")
    assert found["polars"].explanation == found["daft"].explanation == f"it drops {separators}"
    assert found["duckdb"].explanation.startswith("it drops U+000B (a control character), U+001C")
    assert found["duckdb"].explanation.endswith(f" and {len(DROPPED['duckdb']) - 6} more")
    assert found["baseline"].explanation == ""


def test_the_floor_writes_the_text_twice(
    engines: dict[str, Engine], sources: dict[str, Path], tmp_path: Path
) -> None:
    engines["floor"].call("text.clean", str(sources["mixed"]), str(tmp_path / "out"))
    twice = {
        name: table.append_column("cleaned_text", table["text"])
        for name, table in parquet(sources["mixed"]).items()
    }
    assert parquet(tmp_path / "out") == twice


def test_the_floor_applies_no_function(
    engines: dict[str, Engine], sources: dict[str, Path], tmp_path: Path
) -> None:
    engines["floor"].call(
        "transform", str(sources["mixed"]), str(tmp_path / "out"), "nowhere:nothing"
    )
    assert parquet(tmp_path / "out") == parquet(sources["mixed"])


def test_the_floor_generates_as_much_as_the_data_set_has(
    engines: dict[str, Engine], tmp_path: Path
) -> None:
    for name in ("floor", "ours"):
        engines[name].call("text.generate", SEVERAL_BATCHES, str(tmp_path / name))
    table = rows(tmp_path / "floor")
    assert table.num_rows == SEVERAL_BATCHES.rows
    assert table.schema == SEVERAL_BATCHES.table(range(1)).schema
    size, due = (
        sum(path.stat().st_size for path in (tmp_path / name).glob("*.parquet"))
        for name in ("floor", "ours")
    )
    assert 0.9 < size / due < 1.1


def test_the_input_is_the_data_set_and_only_what_is_missing_is_made(
    engines: dict[str, Engine], tmp_path: Path
) -> None:
    engines["floor"].call("make_input", SPEC, str(tmp_path))
    first, *others = sorted(tmp_path.iterdir())
    first.unlink()
    before = [path.stat().st_mtime_ns for path in others]
    (tmp_path / "_temporary").mkdir()
    (tmp_path / "_temporary/of a killed run").touch()
    engines["floor"].call("make_input", SPEC, str(tmp_path))
    assert [path.stat().st_mtime_ns for path in others] == before
    assert rows(tmp_path) == SPEC.table(range(SPEC.rows))
    assert not (tmp_path / "_temporary").exists()


@pytest.mark.parametrize(("wanted", "made"), [(200, 1000), (2900, 2000)])
def test_the_baseline_generates_random_letters_in_whole_thousands_of_rows(
    engines: dict[str, Engine], tmp_path: Path, wanted: int, made: int
) -> None:
    engines["baseline"].call("text.generate", TextSpec(wanted), str(tmp_path / "out"))
    table = rows(tmp_path / "out")
    assert table.num_rows == made
    assert table.column_names == ["id", "text", "label"]
    texts = table["text"].to_pylist()
    assert {len(text) for text in texts} == {1000}
    assert len(set(texts)) == made
    assert set("".join(texts)) == set(string.ascii_letters + " ")
    assert set(table["label"].to_pylist()) == set(LABELS)


def test_ours_generates_the_data_set(engines: dict[str, Engine], tmp_path: Path) -> None:
    engines["ours"].call("text.generate", SPEC, str(tmp_path / "out"))
    assert rows(tmp_path / "out") == SPEC.table(range(SPEC.rows))


def test_a_function_that_fails_is_told_with_its_name_and_the_file(
    engines: dict[str, Engine], sources: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(ServiceError) as told:
        engines["ours"].call("transform", str(sources["mixed"]), str(tmp_path / "out"), "math:sqrt")
    said = str(told.value).splitlines()[0]
    assert said.startswith("the engine ours failed in 'transform': FunctionError: math:sqrt failed")
    assert f"{sources['mixed']}/" in said


@pytest.mark.parametrize("name", ["ours", "floor"])
def test_how_tasks_spent_their_time_is_told(
    engines: dict[str, Engine], sources: dict[str, Path], tmp_path: Path, name: str
) -> None:
    made = engines[name].call("text.generate", SPEC, str(tmp_path / "made"))
    assert made.read_seconds == 0
    assert min(made.work_seconds, made.write_seconds) > 0
    cleaned = engines[name].call("text.clean", str(sources["mixed"]), str(tmp_path / "cleaned"))
    assert min(vars(cleaned).values()) > 0


@pytest.mark.parametrize("name", ["ours", "baseline"])
def test_nothing_is_spilled_where_little_is_done(engines: dict[str, Engine], name: str) -> None:
    assert engines[name].call("spilled_bytes") == 0
