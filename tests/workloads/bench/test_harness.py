"""The benchmark from end to end, on as little data as there can be."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from errors import OutputError, ServiceError, UsageError
from tests.workloads.bench.conftest import FAKES
from tests.workloads.bench.processes import alive, ctrl_c, family
from workloads.bench import catalogue, families, harness, session
from workloads.bench.case import Case, Comparison
from workloads.bench.harness import ensure_input
from workloads.bench.settings import Settings
from workloads.files.parquet import plain_bytes
from workloads.files.places import Folder
from workloads.text.generate import TextSpec

PEERS = ("polars", "duckdb", "daft")
ROWS = 200
REPEATS = 2
OWN = """
from pathlib import Path

def first_row(table):
    Path(__file__).with_name("called").touch()
    return table.slice(0, 1)
"""


def settings(folder: Path) -> Settings:
    return Settings(
        workloads=["text.clean"],
        kinds=["mixed"],
        size=ROWS * 1000,
        scale="tiny",
        seed=7,
        peers=False,
        engines=[],
        repeats=1,
        results=folder / "results",
        output=folder / "output",
    )


def silent(_line: str) -> None:
    pass


@dataclass
class Run:
    """A benchmark that has run.

    Attributes:
        before: this process and all below it, before.
    """

    before: Sequence[int]
    folder: Path
    told: Sequence[str]
    cases: Sequence[Case]

    def phases(self, workload: str, kind: str) -> dict[str, list[str]]:
        """The phases of each engine, in the order of the cases."""
        found: dict[str, list[str]] = {}
        for case in self.cases:
            if (case.workload, case.kind) == (workload, kind):
                found.setdefault(case.engine, []).append(case.phase)
        return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Everything measured, by every engine, twice."""
    folder = tmp_path_factory.mktemp("whole")
    everything = replace(
        settings(folder),
        workloads=["text.generate", "text.clean"],
        kinds=["letters", "mixed"],
        peers=True,
        repeats=REPEATS,
    )
    # As the catalogue has it, but without the runs that are not measured.
    hasty = folder / "catalogue.yaml"
    hasty.write_text(re.sub(r"warm_ups: \d", "warm_ups: 0", catalogue.CATALOGUE.read_text()))
    told: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "CATALOGUE", hasty)
        return Run(family(os.getpid()), folder, told, harness.run(everything, told.append))


def test_rows_are_as_the_catalogue_says(whole: Run) -> None:
    first_time, again = ["start", "cold", "warm"], ["warm"]
    assert whole.phases("text.generate", "letters") == {
        "ours": first_time,
        "baseline": first_time,
        "floor": first_time,
    }
    assert whole.phases("text.generate", "mixed") == {"ours": again, "floor": again}
    assert whole.phases("text.clean", "letters") == {
        "ours": first_time,
        "baseline": again,
        **dict.fromkeys(PEERS, first_time),
        "floor": again,
    }
    assert whole.phases("text.clean", "mixed") == dict.fromkeys(
        ["ours", "baseline", *PEERS, "floor"], again
    )


def test_warm_runs_are_repeated(whole: Run) -> None:
    for case in whole.cases:
        assert len(case.measurements) == (REPEATS if case.phase == "warm" else 1)


def test_bytes_and_rows_are_those_of_the_data(whole: Run) -> None:
    for case in whole.cases:
        if case.phase == "start":
            due = (0, 0)
        elif case.workload == "text.clean":
            source = whole.folder / f"results/input/text-{case.kind}-{ROWS}-rows-seed-7"
            files = list(source.glob("*.parquet"))
            due = (sum(plain_bytes(pq.read_metadata(file)) for file in files), ROWS)
            assert due[0] > ROWS * 1000
        elif case.engine == "baseline":
            due = (1_000_000, 1000)
        else:
            due = (ROWS * 1000, ROWS)
        assert (case.bytes_in, case.measurements[0].rows) == due
        assert case.files_in == 8


def test_figures_are_measured(whole: Run) -> None:
    for case in whole.cases:
        assert case.seconds > 0
        assert case.peak_rss_bytes >= case.peak_process_rss_bytes > 10_000_000
        assert case.spilled_bytes == 0
        if case.phase != "start":
            # Text hardly compresses, and cleaning writes it a second time.
            times = 1.2 if case.workload == "text.clean" else 0.5
            assert case.bytes_out > case.bytes_in * times * 0.7
        assert (case.scale, case.target, case.storage) == ("tiny", "local", "disk")
    assert len({(case.machine.commit, case.started_at) for case in whole.cases}) == 1


def test_results_are_compared_where_there_are_any(whole: Run) -> None:
    compared = {
        (case.engine, case.kind, case.phase): case.comparison.rows_compared
        for case in whole.cases
        if case.comparison is not None
    }
    assert compared == {
        (engine, kind, "warm"): ROWS
        for engine in ("baseline", *PEERS)
        for kind in ("letters", "mixed")
    }
    differing = {
        (case.engine, case.kind)
        for case in whole.cases
        if case.comparison is not None and case.comparison.rows_differing
    }
    assert differing == {("duckdb", "mixed")}


def test_engines_take_turns_and_none_is_always_first(whole: Run) -> None:
    runs = [
        re.fullmatch(r"(.+), (.+), (\w+): run (\d) of \d, [\d.]+ MB/s", it) for it in whole.told
    ]
    found = [one.groups() for one in runs if one]
    assert len(found) == REPEATS * (3 + 2 + 6 + 6)
    for _, group in groupby(found, key=lambda one: one[:2]):
        first, second = ([one[2] for one in turn] for _, turn in groupby(group, lambda it: it[3]))
        assert second == [*first[1:], first[0]]


def test_what_is_done_is_told(whole: Run) -> None:
    assert whole.told[0] == f"making the input: {ROWS} rows of letters, kept for next time"
    assert whole.told[1] == f"making the input: {ROWS} rows of mixed, kept for next time"
    assert whole.told[2] == "text.generate, letters, ours: starting and warming up"


def test_output_is_removed_and_input_kept(whole: Run) -> None:
    assert list((whole.folder / "output").iterdir()) == []
    assert len(list((whole.folder / "results/input").iterdir())) == 2


def test_no_process_is_left(whole: Run) -> None:
    assert family(os.getpid()) == whole.before


def test_input_is_made_once_and_completed_where_files_are_missing(tmp_path: Path) -> None:
    chosen, told = settings(tmp_path), list[str]()
    chosen.logs.mkdir(parents=True)
    spec = TextSpec(ROWS, "mixed", 7)
    source = ensure_input(chosen, [spec], told.append)[spec]
    folder = Path(source.folder.path())
    files = sorted(folder.iterdir())
    times = [file.stat().st_mtime_ns for file in files]
    assert source.size > ROWS * 1000
    assert ensure_input(chosen, [spec], told.append) == {spec: source}
    assert [file.stat().st_mtime_ns for file in files] == times
    assert len(told) == 1
    files[3].unlink()
    ensure_input(chosen, [spec], told.append)
    assert len(told) == 2
    kept = [file.stat().st_mtime_ns == time for file, time in zip(files, times, strict=True)]
    assert kept == [True, True, True, False, True, True, True, True]
    assert ds.dataset(folder).to_table().sort_by("id") == spec.table(range(ROWS))


def test_a_function_of_the_users_is_measured_from_the_folder_it_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_functions.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    cases = harness.run(replace(settings(tmp_path), workloads=["own_functions:first_row"]), silent)
    assert (tmp_path / "called").exists()
    assert {(case.workload, case.engine) for case in cases} == {
        ("own_functions:first_row", "ours"),
        ("own_functions:first_row", "floor"),
    }
    ours, floor = (
        next(case for case in cases if (case.engine, case.phase) == (engine, "warm"))
        for engine in ("ours", "floor")
    )
    assert ours.bytes_out < floor.bytes_out


def test_only_the_engines_chosen_are_measured(tmp_path: Path) -> None:
    chosen = replace(
        settings(tmp_path), workloads=["text.generate", "text.clean"], engines=["polars"]
    )
    cases = harness.run(chosen, silent)
    assert {(case.workload, case.engine) for case in cases} == {("text.clean", "polars")}
    assert all(case.comparison is None for case in cases)


Catalogue = Callable[..., None]


@pytest.fixture
def engines_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fakes: None
) -> Iterator[Catalogue]:
    """Lets a test say which engines, real or not, there are for a workload; none may be left."""
    assert fakes is None
    before = family(os.getpid())
    monkeypatch.setattr(session, "SECONDS_TO_OBEY", 1)

    def write(engines: str, workload: str = "text.clean") -> None:
        file = tmp_path / "catalogue.yaml"
        file.write_text(
            f"{{defaults: {{repeats: 1, warm_ups: 0}}, workloads: {{{workload}: {engines}}}}}"
        )
        monkeypatch.setattr(catalogue, "CATALOGUE", file)

    yield write
    assert family(os.getpid()) == before


def test_an_engine_that_loses_rows_is_told(tmp_path: Path, engines_are: Catalogue) -> None:
    engines_are("{floor: {}, lossy: {}}")
    with pytest.raises(ServiceError) as told:
        harness.run(settings(tmp_path), silent)
    assert str(told.value) == "text.clean, mixed, lossy wrote 199 rows where 200 are due"
    assert list((tmp_path / "output").iterdir()) == []


def test_an_engine_that_fails_is_told_and_all_is_removed(
    tmp_path: Path, engines_are: Catalogue
) -> None:
    engines_are("{floor: {}, obliging: {}}")
    with pytest.raises(ServiceError, match=r"the engine obliging failed in 'text\.clean'"):
        harness.run(settings(tmp_path), silent)
    assert list((tmp_path / "output").iterdir()) == []


def test_ctrl_c_ends_all_engines_and_removes_the_output(
    tmp_path: Path, engines_are: Catalogue
) -> None:
    engines_are("{floor: {}, slow: {}}")
    before, pids = family(os.getpid()), list[int]()

    def tell(line: str) -> None:
        if line == "text.clean, mixed, slow: starting and warming up":
            pids.extend(set(family(os.getpid())) - set(before))
            ctrl_c(1.5)

    with pytest.raises(KeyboardInterrupt):
        harness.run(settings(tmp_path), tell)
    assert len(pids) >= 4
    assert alive(pids) == []
    assert list((tmp_path / "output").iterdir()) == []


@pytest.fixture
def numbers(engines_are: Catalogue) -> Iterator[Catalogue]:
    """The family of `fakes/`, found as the real ones are."""
    families.__path__.append(str(FAKES / "families"))
    yield engines_are
    families.__path__.remove(str(FAKES / "families"))
    sys.modules.pop("workloads.bench.families.numbers", None)


def test_a_family_is_found_by_its_name(tmp_path: Path, numbers: Catalogue) -> None:
    numbers("{ours: {}, obliging: {}, floor: {}}", "numbers.double")
    chosen = replace(settings(tmp_path), workloads=["numbers.double"], kinds=[])
    cases = [case for case in harness.run(chosen, silent) if case.phase == "warm"]
    assert [(case.engine, case.kind) for case in cases] == [
        (engine, kind) for kind in ("small", "large") for engine in ("ours", "obliging", "floor")
    ]
    (said,) = {(case.engine, case.comparison) for case in cases if case.comparison}
    rows = chosen.size // 8
    assert said == ("obliging", Comparison(rows, rows, "it cannot count"))
    assert {case.measurements[0].rows for case in cases} == {rows}
    assert min(case.bytes_in for case in cases) > chosen.size
    assert {path.name for path in (tmp_path / "results/input").iterdir()} == {
        f"families-{kind}-{rows}-rows-seed-7" for kind in ("small", "large")
    }


def test_only_some_workloads_may_give_back_other_rows(tmp_path: Path, numbers: Catalogue) -> None:
    chosen = replace(settings(tmp_path), workloads=["numbers.even"], kinds=["small"])
    numbers("{ours: {}}", "numbers.even")
    with pytest.raises(ServiceError, match="ours wrote 12500 rows where 25000 are due"):
        harness.run(chosen, silent)
    numbers("{defaults: {keeps_rows: false}, ours: {}, floor: {}}", "numbers.even")
    assert harness.run(chosen, silent)
    numbers("{defaults: {keeps_rows: false}, obliging: {}}", "numbers.even")
    with pytest.raises(ServiceError, match="obliging wrote no rows at all, of 25000"):
        harness.run(chosen, silent)


def test_who_is_given_less_is_not_compared(tmp_path: Path, numbers: Catalogue) -> None:
    numbers("{ours: {}, obliging: {most_bytes: 800}}", "numbers.double")
    chosen = replace(settings(tmp_path), workloads=["numbers.double"], kinds=["small"])
    ours, less = (one for one in harness.run(chosen, silent) if one.phase == "warm")
    assert (ours.measurements[0].rows, less.measurements[0].rows) == (25_000, 100)
    assert (ours.comparison, less.comparison) == (None, None)


def test_there_is_room_for_what_the_largest_workload_writes(
    tmp_path: Path, numbers: Catalogue
) -> None:
    numbers("{floor: {output_per_input: 1_000_000_000_000}}", "numbers.double")
    chosen = replace(settings(tmp_path), workloads=["numbers.double"], kinds=[])
    with pytest.raises(OutputError, match=r"and 200000000\.0 GB are needed"):
        harness.run(chosen, silent)


def test_what_makes_the_data_needs_none(tmp_path: Path) -> None:
    chosen = replace(settings(tmp_path), workloads=["text.generate"], engines=["floor"])
    told: list[str] = []
    assert harness.run(chosen, told.append)
    assert not (tmp_path / "results/input").exists()
    assert told[0] == "text.generate, mixed, floor: starting and warming up"


def test_too_little_data_for_a_limit_is_left_as_it_is(
    tmp_path: Path, engines_are: Catalogue
) -> None:
    engines_are("{floor: {most_bytes: 5_000_000_000}}")
    cases = harness.run(settings(tmp_path), silent)
    assert {case.measurements[0].rows for case in cases if case.phase != "start"} == {ROWS}


def test_a_seed_that_cannot_be_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the seed must be from 0"):
        harness.run(replace(settings(tmp_path), seed=-1), silent)
    assert not (tmp_path / "output").exists()


def test_results_that_cannot_be_kept_are_told(tmp_path: Path) -> None:
    (tmp_path / "results").touch()
    with pytest.raises(OutputError) as told:
        harness.run(settings(tmp_path), silent)
    assert str(told.value) == (
        f"{tmp_path}/results/logs cannot be made: Not a directory; "
        "input and logs are to be kept there"
    )


def test_a_cluster_wants_storage_that_all_its_nodes_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:9")
    with pytest.raises(UsageError, match=r"name one with --storage s3://BUCKET/PREFIX$"):
        harness.run(settings(tmp_path), silent)


def test_there_is_no_subcluster_without_a_cluster(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no cluster"):
        harness.run(replace(settings(tmp_path), subcluster="intel"), silent)


def test_peers_do_not_go_to_s3(tmp_path: Path) -> None:
    elsewhere = replace(settings(tmp_path), storage=Folder.of("s3://bucket/bench"))
    for chosen in ({"peers": True}, {"engines": ["ours", "duckdb"]}):
        with pytest.raises(UsageError) as told:
            harness.run(replace(elsewhere, **chosen), silent)
        assert str(told.value) == (
            "polars, duckdb, daft, spark are measured on one machine and its own files only: "
            "leave out --peers, and them from --engines"
        )
