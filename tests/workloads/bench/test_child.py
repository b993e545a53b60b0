"""Engines in processes of their own: what comes back, and that nothing of them is left."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from threading import Timer

import psutil
import pytest

from errors import ServiceError
from tests.workloads.bench.processes import alive, ctrl_c, family
from workloads.bench import child, session
from workloads.bench.catalogue import Entry
from workloads.bench.child import Engine, Engines


@pytest.fixture(autouse=True)
def less_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "SECONDS_TO_OBEY", 1)


def entry(engine: str, *, fresh: bool = False) -> Entry:
    return Entry("text.clean", engine, repeats=1, warm_ups=0, fresh=fresh)


def test_a_result_comes_back(obliging: Engine, tmp_path: Path) -> None:
    value = {"path": tmp_path, "numbers": [1, 2.5]}
    assert obliging.call("echo", value) == value


def test_an_engine_has_no_more_in_memory_than_it_needs_itself(obliging: Engine) -> None:
    loaded = obliging.call("loaded")
    assert "psutil" in loaded
    assert not loaded & {"numba", "numpy", "pandas", "pyarrow", "ray", "yaml"}


def test_a_failure_comes_back_and_the_engine_goes_on(obliging: Engine) -> None:
    with pytest.raises(ServiceError) as told:
        obliging.call("fail", "no such luck")
    assert str(told.value) == "the engine obliging failed in 'fail': ValueError: no such luck"
    assert obliging.call("echo", 1) == 1


def test_a_function_that_it_has_not(obliging: Engine) -> None:
    with pytest.raises(ServiceError, match=r"failed in 'dance': AttributeError: .*'dance'"):
        obliging.call("dance")


@pytest.mark.usefixtures("fakes")
def test_what_it_has_for_a_family_is_loaded_when_that_is_wanted(tmp_path: Path) -> None:
    with Engine("obliging", tmp_path / "log") as engine:
        assert "workloads.bench.engines.text.obliging" not in engine.call("loaded")
        engine.load("text")
        assert "workloads.bench.engines.text.obliging" in engine.call("loaded")
        with pytest.raises(
            ServiceError, match=r"failed in 'text.dance': AttributeError: .*'dance'"
        ):
            engine.call("text.dance")
        with pytest.raises(ServiceError, match=r"failed in 'nothing\.': ModuleNotFoundError"):
            engine.load("nothing")


def test_an_engine_that_there_is_not(tmp_path: Path) -> None:
    with Engine("nobody", tmp_path / "log") as engine, pytest.raises(ServiceError) as told:
        engine.call("start")
    assert str(told.value).startswith("the engine nobody ended with code 1 in 'start'; the end of")
    assert str(told.value).endswith("No module named 'workloads.bench.engines.nobody'")


@pytest.mark.usefixtures("fakes")
def test_it_is_started_once_start_was_called(tmp_path: Path) -> None:
    with Engine("obliging", tmp_path / "log") as engine:
        engine.call("echo", 0)
        assert not engine.started
        engine.call("start")
        assert engine.started


@pytest.mark.usefixtures("fakes")
def test_an_engine_that_dies_is_told_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("of an earlier run\n")
    with Engine("obliging", log) as engine, pytest.raises(ServiceError) as told:
        engine.call("die", 3, "alas")
    assert str(told.value) == (
        f"the engine obliging ended with code 3 in 'die'; the end of {log}:\nalas"
    )
    assert log.read_text() == "of an earlier run\nalas\n"


@pytest.mark.usefixtures("fakes")
def test_an_engine_that_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Engine("obliging", log) as engine:
        with pytest.raises(ServiceError) as told:
            engine.call("be_killed")
        assert str(told.value) == (
            "the engine obliging was killed, as systems do when memory runs out, in 'be_killed'; "
            f"it wrote nothing to {log}"
        )
        with pytest.raises(ServiceError, match="was killed"):
            engine.call("echo", 1)


@pytest.mark.usefixtures("fakes")
def test_an_engine_that_is_ended_by_another_signal(tmp_path: Path) -> None:
    with Engine("obliging", tmp_path / "log") as engine, pytest.raises(ServiceError) as told:
        engine.call("be_killed", signal.SIGTERM)
    assert str(told.value).startswith(
        "the engine obliging was ended by SIGTERM in 'be_killed'; it wrote nothing to"
    )


@pytest.mark.timeout(60)
@pytest.mark.usefixtures("fakes")
def test_the_end_of_an_engine_is_seen_though_what_it_started_goes_on(tmp_path: Path) -> None:
    with (
        Engine("obliging", tmp_path / "log") as engine,
        pytest.raises(ServiceError, match="code 4"),
    ):
        engine.call("die_before_a_child")


@pytest.mark.usefixtures("fakes")
def test_an_engine_that_ends_leaves_nothing(tmp_path: Path) -> None:
    with Engine("obliging", tmp_path / "log") as engine:
        pids = engine.call("family")
        assert alive(pids) == pids
    assert alive(pids) == []


@pytest.mark.usefixtures("fakes")
def test_an_engine_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    with Engine("obliging", tmp_path / "log") as engine:
        pids = engine.call("family")
        with pytest.raises(ServiceError):
            engine.call("be_killed")
    assert alive(pids) == []


@pytest.mark.usefixtures("fakes")
def test_an_engine_that_cannot_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SECONDS_TO_END", 0.5)
    with Engine("obliging", tmp_path / "log") as engine:
        pid = engine.call("hang_at_the_end")
    assert alive([pid]) == []


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize("hang", ["hang", "hang_whatever_comes"])
@pytest.mark.parametrize("times", [1, 2, 3], ids=["once", "twice", "thrice"])
def test_ctrl_c_ends_engines_that_hang(hang: str, times: int, tmp_path: Path) -> None:
    before = family(os.getpid())
    pids: list[int] = []
    timers: list[Timer] = []

    def work() -> None:
        with Engines(tmp_path) as engines:
            hanging, idle = (engines.get(entry(name)) for name in ("obliging", "lossy"))
            idle.call("start")
            hanging.call("family")
            pids.extend(set(family(os.getpid())) - set(before))
            timers.extend(ctrl_c(0.3 + number * 0.7) for number in range(times))
            hanging.call(hang)

    def work_and_wait() -> None:
        try:
            work()
        finally:
            # One that is late would interrupt whatever comes next.
            for timer in timers:
                timer.cancel()
                timer.join()

    with pytest.raises(KeyboardInterrupt):
        work_and_wait()
    assert len(pids) == 4
    assert alive(pids) == []


@pytest.mark.usefixtures("fakes")
def test_an_engine_stays_until_a_workload_wants_it_fresh(tmp_path: Path) -> None:
    before = family(os.getpid())
    with Engines(tmp_path) as engines:
        fresh, lasting = engines.get(entry("obliging", fresh=True)), engines.get(entry("lossy"))
        assert engines.get(entry("obliging", fresh=True)) is fresh
        pids = fresh.call("family")
        engines.end_fresh()
        assert alive(pids) == []
        assert engines.get(entry("lossy")) is lasting
        another = engines.get(entry("obliging", fresh=True))
        assert another is not fresh
        assert another.call("echo", "anew") == "anew"
        engines.end_all()
        assert family(os.getpid()) == before
        assert engines.get(entry("lossy")) is not lasting
    assert family(os.getpid()) == before


def test_nothing_is_left_of_ray_when_its_driver_is_killed(tmp_path: Path) -> None:
    before = family(os.getpid())
    with Engine("ours", tmp_path / "log") as engine:
        engine.call("start")
        pids = [pid for pid in family(os.getpid()) if pid not in before]
        names = {psutil.Process(pid).name() for pid in pids}
        assert {"gcs_server", "raylet"} <= names
        os.kill(pids[0], signal.SIGKILL)
        begin = time.monotonic()
        with pytest.raises(ServiceError, match="the engine ours was killed"):
            engine.call("spilled_bytes")
        assert time.monotonic() - begin < 20
    assert alive(pids) == []
