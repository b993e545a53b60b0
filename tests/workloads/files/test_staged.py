"""A job in stages: what one stage leaves the next one reads, once, and nothing of it stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from errors import InputError, OutputError, UsageError
from tests.workloads.files.jobs import times
from tests.workloads.parquet import everything_in, write_numbers
from workloads.files.commit import whole_file
from workloads.files.job import Summary
from workloads.files.places import Folder
from workloads.files.record import RECORD
from workloads.files.staged import Account, StagedJob, StageTask

pytestmark = pytest.mark.usefixtures("without_ray")


@dataclass(frozen=True)
class Joined(StageTask):
    """Writes the content of some files, one behind the other; fails for one named `bad`."""

    folder: Folder
    source: Folder
    names: tuple[str, ...]

    def work(self, account: Account) -> None:
        """Makes the file."""
        with whole_file(self.folder, self.name) as sink:
            for name in self.names:
                if "bad" in name:
                    raise InputError(f"{self.source.uri}/{name} is bad")
                with account.reading.running():
                    content = self.source.read(name) or b""
                sink.write(content)
                account.rows_in += 1
            account.rows_out, account.bytes_out = 1, sink.tell()


def fine(_schema: pa.Schema) -> None:
    """Any column will do."""


def job(
    source: Path, destination: Path, *, skip_bad: bool = False, codec: str = "none"
) -> StagedJob:
    return StagedJob(
        "test.job",
        source,
        destination,
        options={"x": 1},
        check=fine,
        codec=codec,
        skip_bad=skip_bad,
        progress=False,
    )


def first_stage(of: StagedJob) -> Sequence[Joined]:
    folder = of.stage("first")
    return [
        Joined(f"{part.file.name}.1", part.file.size, folder, of.origin, (part.file.name,))
        for part in of.parts
    ]


def run(of: StagedJob) -> Summary:
    """Copies every file, joins all copies, and copies what was joined to the file `all`."""
    missing = of.missing(["all"])
    if missing:
        of.read_all("first", first_stage(of))
        names = tuple(f"{part.file.name}.1" for part in of.parts)
        second = of.stage("second")
        of.run("second", [Joined("2", 1, second, of.stage("first"), names)])
    tasks = [Joined(name, 1, of.target, of.stage("second"), ("2",)) for name in missing]
    return of.finish(tasks, already_there=1 - len(missing))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Files of a few rows, and one without any."""
    return write_numbers(tmp_path / "in", {"a": 3, "b/c": 0, "b/d": 4})


def joined(source: Path, *names: str) -> bytes:
    return b"".join((source / name).read_bytes() for name in names)


def test_stages_read_what_those_before_wrote_and_only_the_result_stays(
    source: Path, tmp_path: Path
) -> None:
    whole = job(source, tmp_path / "out")
    assert [part.start for part in whole.parts] == [0, 3, 3]
    assert (whole.rows, whole.files) == (7, 3)
    summary = run(whole)
    assert (tmp_path / "out" / "all").read_bytes() == joined(source, "a", "b/c", "b/d")
    assert everything_in(tmp_path / "out") == {"all", RECORD}
    assert (summary.written, summary.already_there, summary.rows_in, summary.rows_out) == (
        1,
        0,
        7,
        1,
    )
    assert summary.read_seconds > 0
    before = times(tmp_path / "out")
    again = run(job(source, tmp_path / "out"))
    assert (again.written, again.already_there, again.rows_in, again.skipped) == (0, 1, 0, ())
    assert times(tmp_path / "out") == before


def test_the_output_for_a_single_file_may_be_beside_it(source: Path) -> None:
    run(job(source / "a", source / "out"))
    assert (source / "out" / "all").read_bytes() == joined(source, "a")


def test_what_an_earlier_run_left_is_used(source: Path, tmp_path: Path) -> None:
    unfinished = job(source, tmp_path / "out")
    unfinished.read_all("first", first_stage(unfinished))
    left = tmp_path / "out" / "_stages" / "first" / "a.1"
    left.write_bytes(b"of the earlier run")
    run(job(source, tmp_path / "out"))
    assert (tmp_path / "out" / "all").read_bytes() == b"of the earlier run" + joined(
        source, "b/c", "b/d"
    )
    assert everything_in(tmp_path / "out") == {"all", RECORD}


def test_a_result_that_is_gone_is_made_again(source: Path, tmp_path: Path) -> None:
    run(job(source, tmp_path / "out"))
    content = (tmp_path / "out" / "all").read_bytes()
    (tmp_path / "out" / "all").unlink()
    assert run(job(source, tmp_path / "out")).written == 1
    assert (tmp_path / "out" / "all").read_bytes() == content


def test_what_is_found_to_be_bad_is_told_or_left_out_from_then_on(
    source: Path, tmp_path: Path
) -> None:
    (source / "no Parquet").write_text("")
    (source / "a").rename(source / "a bad one")
    with pytest.raises(InputError, match=r"/no Parquet cannot be read"):
        run(job(source, tmp_path / "out"))
    (source / "no Parquet").unlink()
    with pytest.raises(InputError, match=r"/a bad one is bad"):
        run(job(source, tmp_path / "out"))
    (source / "no Parquet").write_text("")
    for _ in range(2):
        whole = job(source, tmp_path / "other", skip_bad=True)
        summary = run(whole)
        assert [reason[:40] for reason in summary.skipped] == [
            f"{source}/{name}"[:40] for name in ("a bad one is bad", "no Parquet cannot be read")
        ]
        # What is numbered and counted does not depend on what is found later.
        assert (whole.rows, whole.files) == (7, 3)
        assert [part.file.name for part in whole.parts] == ["b/c", "b/d"]
    assert (tmp_path / "other" / "all").read_bytes() == joined(source, "b/c", "b/d")


def test_what_a_failure_advises_is_taken(source: Path, tmp_path: Path) -> None:
    whole = (source / "a").read_bytes()
    (source / "a").rename(source / "a bad one")
    with pytest.raises(InputError, match=r"/a bad one is bad"):
        run(job(source, tmp_path / "out"))
    # Left out: all stages begin anew, as a bad file may be found by other columns then.
    kept = tmp_path / "out" / "_stages" / "first" / "b" / "c.1"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(b"of the earlier run")
    assert len(run(job(source, tmp_path / "out", skip_bad=True)).skipped) == 1
    assert (tmp_path / "out" / "all").read_bytes() == joined(source, "b/c", "b/d")
    # Or written anew.
    with pytest.raises(InputError, match=r"/a bad one is bad"):
        run(job(source, tmp_path / "other"))
    (source / "a bad one").unlink()
    (source / "a").write_bytes(whole)
    run(job(source, tmp_path / "other"))
    assert (tmp_path / "other" / "all").read_bytes() == joined(source, "a", "b/c", "b/d")


def test_another_run_or_other_input_is_refused(source: Path, tmp_path: Path) -> None:
    run(job(source, tmp_path / "out"))
    with pytest.raises(OutputError, match="codec was 'none' and is now 'zstd'"):
        job(source, tmp_path / "out", codec="zstd")
    with pytest.raises(OutputError, match="skip_bad was False and is now True"):
        job(source, tmp_path / "out", skip_bad=True)
    write_numbers(source, {"a": 9})
    with pytest.raises(OutputError, match=r"input files was '[0-9a-f]+' and is now '"):
        job(source, tmp_path / "out")


@pytest.mark.parametrize(
    ("destination", "codec", "told"),
    [
        ("in", "none", "lie within one another: choose an output folder beside the input"),
        ("in/out", "none", "lie within one another"),
        ("out", "rar", "'rar' is not a codec: choose one of snappy, zstd"),
    ],
)
def test_misuse_is_told_before_anything_is_written(
    source: Path, tmp_path: Path, destination: str, codec: str, told: str
) -> None:
    before = everything_in(tmp_path)
    with pytest.raises(UsageError, match=re.escape(told)):
        job(source, tmp_path / destination, codec=codec)
    assert everything_in(tmp_path) == before
