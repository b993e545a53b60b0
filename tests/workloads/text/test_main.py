"""`python -m workloads.text`, as it is typed: the whole workload, on this machine and on S3."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from tests.workloads.parquet import contents
from tests.workloads.programs import run, said_besides_progress
from tests.workloads.servers import Server
from tests.workloads.text.reference import cleaned_values
from workloads.text.__main__ import main
from workloads.text.clean import clean
from workloads.text.generate import TextSpec

# All commands in one process, so that Ray is started once.
GENERATE_CLEAN_AND_CLEAN_AGAIN = """
import sys
from workloads.text.__main__ import main
place = sys.argv[1]
main(["generate", f"{place}/in", "--bytes", "2500000", "--kind", "mixed", "--seed", "6"])
for _ in range(2):
    main(["clean", f"{place}/in", f"{place}/out"])
"""
SPEC = TextSpec(2500, "mixed", 6)


def test_generate_and_clean_on_a_real_s3_server(server: Server, bucket: str) -> None:
    done = run("-c", GENERATE_CLEAN_AND_CLEAN_AGAIN, bucket, changes=server.environment())
    assert (done.returncode, said_besides_progress(done)) == (0, [])
    said = [line for line in done.stdout.splitlines() if " files written" in line]
    assert [line.split(" rows, ")[0] for line in said] == [
        "8 files written; 2,500",
        "8 files written; 2,500",
        "0 files written, 8 were there already; 0",
    ]
    made, result = contents(f"{bucket}/in"), contents(f"{bucket}/out")
    assert pa.concat_tables(made.values()).equals(SPEC.table(range(2500)))
    assert list(made) == list(result)
    for name, table in made.items():
        assert result[name].equals(clean(table))
        assert result[name]["cleaned_text"].to_pylist() == cleaned_values(table["text"].to_pylist())


def test_generate_and_clean_on_this_machine_give_what_they_give_on_s3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size = ["--bytes", "2500000", "--kind", "mixed", "--seed", "6"]
    assert main(["generate", f"{tmp_path}/in", *size]) == 0
    options = ["--files", "3", "--codec", "none", "--output", "plain"]
    assert main(["clean", f"{tmp_path}/in", f"{tmp_path}/out", *options]) == 0
    assert "3 files written; 2,500 rows, " in capsys.readouterr().out
    whole = pa.concat_tables(contents(tmp_path / "out").values())
    assert whole.equals(clean(SPEC.table(range(2500)), output="plain"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--column", "body"], "there is no column 'body': the columns are id, text, label; name"),
        (["--column", "id"], "column 'id' is of type int64, not text: name a column of strings"),
        (["--output", "label"], "there is a column 'label' already: name another for the result"),
    ],
)
def test_a_wrong_column_is_told_with_its_file(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", f"{tmp_path}/in", "--bytes", "1000"]) == 0
    assert main(["clean", f"{tmp_path}/in", f"{tmp_path}/out", *arguments]) == 1
    file = tmp_path / "in" / "part-00000-of-00001.parquet"
    assert capsys.readouterr().err.startswith(f"error: {file}: {told}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--bytes", "0"], "error: there must be at least 1 row"),
        (["--seed", "-1"], "error: the seed must be from 0 to 2^63 - 1, not -1"),
        (["--scale", "huge"], "usage: python -m workloads.text generate "),
        (["--kind", "poems"], "usage: python -m workloads.text generate "),
        (["--scale", "smoke", "--bytes", "9"], "usage: python -m workloads.text generate "),
    ],
)
def test_misuse_ends_with_two(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main(["generate", f"{tmp_path}/out", *arguments])
    except SystemExit as left:
        code = left.code
    assert code == 2
    assert capsys.readouterr().err.startswith(told)
    assert not (tmp_path / "out").exists()
