"""`python -m workloads.embed`, as it is typed, and what becomes of a run that is killed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.workloads.embed.hub import COMMITS, hub
from tests.workloads.embed.tiny import LIMIT, write_tiny
from tests.workloads.files.test_job import FILES, kill_half_way, outputs, wait_for_the_end_of
from tests.workloads.parquet import contents, everything_in, write
from tests.workloads.programs import run, said_besides_progress
from tests.workloads.servers import Server
from workloads.embed import SentenceSpec
from workloads.embed.__main__ import main
from workloads.files.record import RECORD
from workloads.files.rejects import REJECTED

SPEC = SentenceSpec(300, "mixed", 6)
# All commands in one process, so that Ray is started once.
GENERATE_AND_EMBED_TWICE = """
import sys
from workloads.embed.__main__ import main
place, model = sys.argv[1:]
size = ["--bytes", "31000", "--kind", "mixed", "--seed", "6"]
codes = [main(["generate", f"{place}/in", *size])]
for _ in range(2):
    codes.append(main(["sentences", f"{place}/in", f"{place}/out", "--model", model]))
sys.exit(max(codes))
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with a file of some sentences, and some that are none."""
    texts = ["the house", None, "of " * LIMIT, "", " ", "a garden", "the house"]
    write(tmp_path / "in" / "a.parquet", pa.table({"id": range(7), "text": texts}))
    return tmp_path / "in"


def test_sentences_are_made_and_embedded_on_a_real_s3_server(
    server: Server, bucket: str, tiny: Path
) -> None:
    done = run("-c", GENERATE_AND_EMBED_TWICE, bucket, str(tiny), changes=server.environment())
    assert (done.returncode, said_besides_progress(done)) == (0, [])
    said = [line for line in done.stdout.splitlines() if " files written" in line]
    rows = SentenceSpec.sized(31_000, "mixed").rows
    assert [line.split(" rows, ")[0] for line in said] == [
        f"8 files written; {rows}",
        f"8 files written; {rows}",
        "0 files written, 8 were there already; 0",
    ]
    # Of all that is there, also where nothing was left to do.
    cut = re.findall(rf"(\d+) texts of more than {LIMIT} tokens were cut", done.stdout)
    made, result = contents(f"{bucket}/in"), contents(f"{bucket}/out")
    assert list(made) == list(result)
    table = pa.concat_tables(result.values())
    assert table.select(["id", "text"]).equals(pa.concat_tables(made.values()))
    assert [int(one) for one in cut] == [sum(table["truncated"].to_pylist())] * 2
    lengths = np.linalg.norm(np.array(table["vector"].to_pylist()), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)


def test_rejected_rows_are_counted_and_kept_apart(
    source: Path, tmp_path: Path, tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--model", str(tiny), "--too-long", "reject", "--output", "meaning"]
    assert main(["sentences", str(source), f"{tmp_path}/out", *options]) == 0
    out = capsys.readouterr().out
    assert "1 file written; 3 rows, " in out
    told = re.search(r"4 rows rejected \((.*)\)", out)
    assert told is not None
    assert set(told[1].split(", ")) == {"null 1", "empty 1", "only whitespace 1", "too long 1"}
    assert "were cut" not in out
    kept = pq.read_table(tmp_path / "out" / "a.parquet")
    rejected = pq.read_table(tmp_path / "out" / REJECTED / "a.parquet", partitioning=None)
    assert kept.column_names == ["id", "text", "meaning", "truncated"]
    assert (kept["id"].to_pylist(), rejected["id"].to_pylist()) == ([0, 5, 6], [1, 2, 3, 4])


def test_a_model_of_the_hub_is_used(source: Path, tmp_path: Path, tiny: Path) -> None:
    command = ["-m", "workloads.embed", "sentences", str(source), f"{tmp_path}/out"]
    with hub({"me/tiny": tiny}) as (address, _):
        changes = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"}
        done = run(*command, "--model", "hub:me/tiny@v1", changes=changes)
    assert done.returncode == 0, done.stderr
    assert f"1 texts of more than {LIMIT} tokens were cut: see column truncated" in done.stdout
    assert f'"model": "hub:me/tiny@{COMMITS["v1"]}"' in (tmp_path / "out" / RECORD).read_text()


def test_a_killed_run_is_completed_by_running_it_again(tmp_path: Path, tiny: Path) -> None:
    for index in range(FILES):
        rows = range(index * 2000, (index + 1) * 2000)
        write(tmp_path / "in" / f"{index}.parquet", SentenceSpec(FILES * 2000).table(rows))
    command = ["-m", "workloads.embed", "sentences", str(tmp_path / "in")]
    options = ["--model", str(tiny)]
    started = kill_half_way([*command, str(tmp_path / "out"), *options], tmp_path / "out")
    finished = {path: path.stat().st_mtime_ns for path in outputs(tmp_path / "out")}
    assert 0 < len(finished) < FILES
    done = run(*command, str(tmp_path / "out"), *options)
    wait_for_the_end_of(started)
    undisturbed = run(*command, str(tmp_path / "undisturbed"), *options)
    assert (done.returncode, undisturbed.returncode) == (0, 0), done.stderr
    assert contents(tmp_path / "out") == contents(tmp_path / "undisturbed")
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    expected = {RECORD, *(f"{index}.parquet" for index in range(FILES))}
    assert everything_in(tmp_path / "out") == expected


def test_the_cpu_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cpu"]) == 0
    lines = dict(
        re.split(r" {2,}|(?<=int8) |(?<=float\d\d) ", line, maxsplit=1)
        for line in capsys.readouterr().out.splitlines()
    )
    assert lines["library"].startswith("onnxruntime ")
    assert lines["uses for int8"] in [*lines["has"].split(), "(not known)"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--column", "body"], 1, "in/a.parquet: there is no column 'body': the columns are id, "),
        (["--column", "id"], 1, "in/a.parquet: column 'id' is of type int64, not text: name a col"),
        (["--output", "text"], 1, "in/a.parquet: there is a column 'text' already: name another"),
        (["--model", "nowhere"], 2, "error: 'nowhere' is no folder here: name a folder with a mo"),
        (["--model", "hub:x/y/z"], 2, "error: 'hub:x/y/z' is not hub:OWNER/NAME@REVISION: "),
        (["--cpus", "0"], 2, "error: cpus is to be a whole number from 1 on, not 0"),
        (["--cpus", "4096"], 2, "error: a task is to have 4096 CPUs, and there are "),
        (["--precision", "int4"], 2, "usage: python -m workloads.embed sentences "),
        (["--too-long", "split"], 2, "usage: python -m workloads.embed sentences "),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_what_is_wrong_is_told(
    arguments: list[str],
    code: int,
    told: str,
    source: Path,
    tmp_path: Path,
    tiny: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = [] if "--model" in arguments else ["--model", str(tiny)]
    try:
        left: object = main(["sentences", str(source), f"{tmp_path}/out", *model, *arguments])
    except SystemExit as error:
        left = error.code
    assert left == code
    assert told in capsys.readouterr().err
    assert outputs(tmp_path / "out") == []


def test_a_broken_model_is_told_before_anything_is_done(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = write_tiny(tmp_path / "model")
    (model / "model.safetensors").write_bytes(b"broken")
    assert main(["sentences", str(source), f"{tmp_path}/out", "--model", str(model)]) == 1
    assert f"error: {model}/model.safetensors cannot be used: " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
