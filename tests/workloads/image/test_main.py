"""`python -m workloads.image`, as it is typed: on this machine and on S3."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from tests.workloads.parquet import contents
from tests.workloads.programs import run, said_besides_progress
from tests.workloads.servers import Server
from workloads.image import ImageSpec, tensors
from workloads.image.__main__ import main

# All commands in one process, so that Ray is started once.
GENERATE_AND_MAKE_TENSORS = """
import sys
from workloads.image.__main__ import main
place = sys.argv[1]
main(["generate", f"{place}/in", "--bytes", "1300000", "--kind", "mixed", "--seed", "6"])
for _ in range(2):
    main(["tensors", f"{place}/in", f"{place}/out", "--size", "32"])
"""
SPEC = ImageSpec(10, "mixed", 6)


def test_generate_and_make_tensors_on_a_real_s3_server(server: Server, bucket: str) -> None:
    done = run("-c", GENERATE_AND_MAKE_TENSORS, bucket, changes=server.environment())
    assert (done.returncode, said_besides_progress(done)) == (0, [])
    said = [line for line in done.stdout.splitlines() if " files written" in line]
    assert [line.split(" rows, ")[0] for line in said] == [
        "8 files written; 10",
        "8 files written; 10",
        "0 files written, 8 were there already; 0",
    ]
    made, result = contents(f"{bucket}/in"), contents(f"{bucket}/out")
    assert pa.concat_tables(made.values()).equals(SPEC.table(range(10)))
    for name, table in made.items():
        assert result[name].equals(tensors(table, size=32).kept)


def test_every_option_reaches_the_tensors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", f"{tmp_path}/in", "--bytes", "1300000", "--kind", "mixed"]) == 0
    options = "--size 24 --fit pad --dtype float32 --mean 0 0 0 --std 1 1 0.5 --background 1 2 3"
    more = "--most-pixels 600000 --prefix x_ --keep-encoded --files 1 --codec zstd"
    command = ["tensors", f"{tmp_path}/in", f"{tmp_path}/out", *options.split(), *more.split()]
    assert main(command) == 0
    due = tensors(
        ImageSpec(10, "mixed").table(range(10)),
        prefix="x_",
        keep_encoded=True,
        size=24,
        fit="pad",
        dtype="float32",
        mean=(0, 0, 0),
        std=(1, 1, 0.5),
        background=(1, 2, 3),
        most_pixels=600_000,
    )
    (found,) = contents(tmp_path / "out").values()
    assert found.equals(due.kept)
    assert 0 < due.rejected.num_rows < 10
    told = f"{due.rejected.num_rows} rows rejected (too large {due.rejected.num_rows}); each is in"
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--size", "0"], "error: the size must be from 1 to 4096 pixels, not 0"),
        (["--std", "0", "1", "1"], "error: mean and std must be three finite numbers each"),
        (["--std", "nan", "1", "1"], "error: mean and std must be three finite numbers each"),
        (["--mean", "0", "0", "inf"], "error: mean and std must be three finite numbers each"),
        (["--background", "0", "0", "999"], "error: the background must be three numbers from 0"),
        (["--fit", "squeeze"], "usage: python -m workloads.image tensors "),
        (["--mean", "1"], "usage: python -m workloads.image tensors "),
    ],
)
def test_misuse_ends_with_two(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main(["tensors", f"{tmp_path}/in", f"{tmp_path}/out", *arguments])
    except SystemExit as left:
        code = left.code
    assert code == 2
    assert capsys.readouterr().err.startswith(told)
    assert not (tmp_path / "out").exists()


def test_a_wrong_column_is_told_with_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", f"{tmp_path}/in", "--bytes", "1"]) == 0
    assert main(["tensors", f"{tmp_path}/in", f"{tmp_path}/out", "--column", "image"]) == 1
    file = tmp_path / "in" / "part-00000-of-00001.parquet"
    told = f"error: {file}: there is no column 'image': the columns are id, bytes, label; name"
    assert capsys.readouterr().err.startswith(told)
