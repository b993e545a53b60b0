"""Rows that a function rejects: counted, and beside those that it keeps."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import FunctionError
from tests.workloads.files import user
from tests.workloads.files.jobs import run
from tests.workloads.parquet import all_ids, contents, everything_in, ids, write
from tests.workloads.programs import peak_bytes
from workloads.files.functions import Function
from workloads.files.places import Folder
from workloads.files.rejects import REJECTED
from workloads.files.shapes import Output, Slice
from workloads.files.transform import TransformTask
from workloads.files.tuning import Tuning

MB = 1_000_000
REJECT_ALL = """
import sys
from tests.workloads.files.user import NAME
from workloads.files.places import Folder
from workloads.files.shapes import Output, Slice
from workloads.files.transform import Function, TransformTask
source, destination = map(Folder.of, sys.argv[1:])
output = Output("a", (Slice("a"),), 0, 0)
outcome = TransformTask(source, destination, output, Function(f"{NAME}:rejects_all"), "none").run()
assert outcome.error is None, outcome.error
"""


def test_rejected_rows_are_not_held_in_memory(tmp_path: Path) -> None:
    peaks = []
    for megabytes in (1, 400):
        noise = [os.urandom(MB) for _ in range(megabytes)]
        table = pa.table({"id": range(megabytes), "noise": pa.array(noise, pa.binary())})
        write(tmp_path / "in" / "a", table, row_group_size=20, compression="none")
        peaks.append(peak_bytes(REJECT_ALL, str(tmp_path / "in"), str(tmp_path / "out")))
        assert pq.ParquetFile(tmp_path / "out" / REJECTED / "a").metadata.num_rows == megabytes
    # A row group, and what writing one takes.
    assert peaks[1] - peaks[0] < 250 * MB


def test_what_is_rejected_before_a_failure_does_not_stay(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    function = Function(f"{user.NAME}:rejects_all", {"fail_at": 9})
    output = Output("a.parquet", (Slice("a.parquet"),), 0, 0)
    places = Folder.of(source), Folder.of(out)
    outcome = TransformTask(*places, output, function, "snappy", Tuning(100)).run()
    assert isinstance(outcome.error, FunctionError)
    assert everything_in(out) == {REJECTED, "_temporary"}


def test_rejected_rows_are_there_before_the_output_says_that_all_is_done(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    named: list[str] = []
    replace = Path.replace

    def note(path: Path, target: Path) -> Path:
        named.append(str(target.relative_to(out)))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", note)
    output = Output("a.parquet", (Slice("a.parquet"),), 0, 0)
    function = Function(f"{user.NAME}:rejects_odd")
    TransformTask(Folder.of(source), Folder.of(out), output, function, "snappy").run()
    assert named == [f"{REJECTED}/a.parquet", "a.parquet"]


def test_each_row_is_kept_or_rejected(source: Path, tmp_path: Path) -> None:
    summary = run(source, tmp_path / "out", "rejects_odd")
    assert (summary.rows_in, summary.rows_out, summary.rejected) == (42, 21, {"odd": 21})
    for name, before in ids(source).items():
        assert ids(tmp_path / "out")[name] == [one for one in before if one % 2 == 0]
        if odd := [one for one in before if one % 2]:
            rejected = pq.read_table(tmp_path / "out" / REJECTED / name, partitioning=None)
            assert rejected.to_pydict() == {"id": odd, "reason": ["odd"] * len(odd)}
    # Readers of the output do not see them.
    assert all_ids(tmp_path / "out") == list(range(0, 42, 2))


def test_what_an_earlier_run_rejected_does_not_stay(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out", "rejects_odd")
    assert (tmp_path / "out" / REJECTED / "a.parquet").exists()
    table = contents(source)["a.parquet"]
    pq.write_table(user.even(table), source / "a.parquet")
    summary = run(source, tmp_path / "out", "rejects_odd")
    assert (summary.written, summary.rejected) == (1, {})
    assert not (tmp_path / "out" / REJECTED / "a.parquet").exists()


def test_rejected_rows_go_to_s3_too(source: Path, bucket: str) -> None:
    out = Folder.of(f"{bucket}/out")
    for slices, left in (((Slice("a.parquet"),), True), ((Slice("a.parquet", 0, 1),), False)):
        output = Output("a.parquet", slices, 0, 0)
        function = Function(f"{user.NAME}:rejects_odd")
        outcome = TransformTask(Folder.of(source), out, output, function, "snappy").run()
        assert outcome.error is None
        assert (out.read(f"{REJECTED}/a.parquet") is not None) == left
        assert [file.name for file in out.files()] == ["a.parquet"]


def test_rejected_rows_have_a_reason(source: Path, tmp_path: Path) -> None:
    with pytest.raises(FunctionError, match="without a column 'reason'"):
        run(source, tmp_path / "out", "rejects_without_reason")
    assert not any(name.endswith(".parquet") for name in everything_in(tmp_path / "out"))
