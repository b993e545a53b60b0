"""`python -m workloads.files`, as it is typed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.workloads.conftest import SetEnvironment
from tests.workloads.files import user
from tests.workloads.parquet import contents, everything_in, ids, write_numbers
from tests.workloads.programs import ROOT, run, said_besides_progress
from tests.workloads.servers import NOWHERE, aws_environment
from workloads.files.__main__ import main

# As `python -m workloads.files`, in a process that alone knows where our packages are.
ANYWHERE = """
import sys
sys.path.insert(0, sys.argv[1])
from workloads.files.__main__ import main
sys.exit(main(sys.argv[2:]))
"""
SAME = f"{user.NAME}:same"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files in the folder `in` of the current one."""
    monkeypatch.chdir(tmp_path)
    return write_numbers(tmp_path / "in", [6, 10])


def test_a_function_of_this_folder_with_its_options(source: Path) -> None:
    here = source.parent
    (here / "mine.py").write_text(
        "def work(table, name, value):\n"
        "    return table.append_column(name, table['text'].combine_chunks().fill_null(value))\n"
    )
    # Neither a file of a library's name nor a cluster that was here once is to be stumbled over.
    (here / "random.py").write_text("raise SystemExit('the file of this folder was taken')")
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as temporary:
        (Path(temporary) / "ray").mkdir()
        (Path(temporary) / "ray" / "ray_current_cluster").write_text("127.0.0.1:9")
        done = run(
            *["-P", "-c", ANYWHERE, str(ROOT), "mine:work", "in", "out", "--rows-per-file", "4"],
            *["--option", "name=copy", "--option", "value=a=b", "--codec", "zstd"],
            cwd=here,
            changes={"RAY_TMPDIR": temporary, "PYTHONPATH": ""},
        )
    assert (done.returncode, said_besides_progress(done)) == (0, [])
    assert done.stdout.startswith("4 files written; 16 rows, 0.0 MB in ")
    tables = contents(here / "out").values()
    assert [table.num_rows for table in tables] == [4, 4, 4, 4]
    assert pa.concat_tables(tables)["copy"].equals(pa.concat_tables(tables)["text"])
    first = pq.ParquetFile(here / "out" / "part-00000-of-00004.parquet").metadata
    assert first.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.usefixtures("source")
def test_it_continues_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([SAME, "in", "out"]) == 0
    assert capsys.readouterr().out.startswith("2 files written; 16 rows, ")
    assert main([SAME, "in", "out"]) == 0
    assert capsys.readouterr().out.startswith("0 files written, 2 were there already; 0 rows, ")


def test_bad_files_are_listed_when_they_are_left_out(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (source / "bad.parquet").write_text("no Parquet")
    assert main([SAME, "in", "out", "--skip-bad"]) == 0
    out, err = capsys.readouterr()
    assert f"left out: {source}/bad.parquet cannot be read: " in err
    assert out.startswith("2 files written, 1 left out; 16 rows, ")
    assert ids(source.parent / "out") == {"0.parquet": [*range(6)], "1.parquet": [*range(6, 16)]}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([SAME, "missing", "out"], 1, "no data files in {}/missing: name a folder that holds"),
        ([SAME, "in", "in"], 2, "lie within one another: choose an output folder beside"),
        ([SAME, "in", "gs://b"], 2, "'gs://b' is neither a local path nor s3://BUCKET/FOLDER"),
        ([SAME, "in", "out", "--files", "0"], 2, "the number of files must be at least 1, not 0"),
        (["missing:work", "in", "out"], 2, "there is no module 'missing' for the function"),
        (["same", "in", "out"], 2, "'same' does not name a function: write module:function"),
        ([f"{user.NAME}:raises", "in", "out"], 1, f"{user.NAME}:raises failed on {{}}/in/1.parq"),
        ([SAME, "in", "s3://bucket/out"], 1, "s3://bucket/out/_run.json: the store cannot be"),
        ([SAME, "s3://bucket/in", "out"], 1, "s3://bucket/in: the store cannot be reached: check"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_what_is_wrong_is_told_in_a_sentence(
    arguments: list[str],
    code: int,
    told: str,
    source: Path,
    set_aws: SetEnvironment,
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_aws(aws_environment(NOWHERE))
    before = everything_in(source)
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert told.format(source.parent) in err
    assert ("Traceback" in err) is (" failed on " in told)
    assert everything_in(source) == before


@pytest.mark.parametrize(
    "arguments",
    [
        [SAME],
        [SAME, "in", "out", "--codec", "rar"],
        [SAME, "in", "out", "--option", "novalue"],
        [SAME, "in", "out", "--option", "=x"],
        [SAME, "in", "out", "--files", "many"],
        [SAME, "in", "out", "--files", "1", "--rows-per-file", "1"],
    ],
    ids=lambda arguments: arguments[-1],
)
def test_misuse_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m workloads.files ")
