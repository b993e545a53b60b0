import os
import subprocess
import sys
import time

import psutil
import pytest

from tests.workloads.bench.processes import family
from workloads.bench import meter
from workloads.bench.child import Engine
from workloads.bench.meter import Tree

MB = 1_000_000


def test_the_cpu_time_of_a_busy_process_counts(obliging: Engine) -> None:
    usage, _ = obliging.measure("spin", 0.5)
    assert 0.45 < usage.cpu_seconds < 2
    assert usage.seconds >= 0.45


def test_sleeping_takes_time_but_no_cpu_time(obliging: Engine) -> None:
    usage, _ = obliging.measure("sleep", 0.5)
    assert usage.seconds >= 0.5
    assert usage.cpu_seconds < 0.2


def test_a_child_that_ended_meanwhile_counts_with_its_cpu_time(obliging: Engine) -> None:
    usage, _ = obliging.measure("spin_in_a_child", 0.5)
    assert 0.45 < usage.cpu_seconds < 2


def test_what_was_used_before_does_not_count(obliging: Engine) -> None:
    obliging.call("spin_in_a_child", 0.3)
    assert obliging.measure("echo", 0)[0].cpu_seconds < 0.2


def test_a_child_that_lives_on_counts() -> None:
    spin = "import time\nprint(flush=True)\nwhile time.process_time() < 30: pass"
    with subprocess.Popen([sys.executable, "-c", spin], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        busy = psutil.Process(child.pid)

        def until_it_has_worked() -> None:
            begin = sum(busy.cpu_times())
            while sum(busy.cpu_times()) < begin + 0.3:
                time.sleep(0.01)

        usage = meter.measure([Tree(child.pid)], until_it_has_worked)
        child.kill()
    # What it does before it is ended counts too, and it need not be ended at once.
    assert 0.28 < usage.cpu_seconds < 20


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are Linux's to tell")
def test_a_peak_is_seen_and_is_forgotten_for_the_next_measurement(obliging: Engine) -> None:
    before = obliging.measure("echo", 0)[0].peak_rss_bytes
    peak, _ = obliging.measure("hold", 200 * MB)
    after, _ = obliging.measure("echo", 0)
    assert 195 * MB < peak.peak_rss_bytes - before < 250 * MB
    assert peak.peak_process_rss_bytes == peak.peak_rss_bytes
    assert after.peak_rss_bytes - before < 50 * MB


def test_memory_is_that_of_all_processes_and_of_the_largest() -> None:
    sleep = "import time; print(flush=True); time.sleep(600)"
    code = f"""
import subprocess, sys
data = b"x" * {50 * MB}
child = subprocess.Popen([sys.executable, "-c", {sleep!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.read()
child.kill()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pids = [parent.pid, int(parent.stdout.readline())]
        sizes = [psutil.Process(pid).memory_info().rss for pid in pids]
        usage = meter.measure([Tree(parent.pid)], lambda: None)
        parent.communicate()
    assert usage.peak_rss_bytes == pytest.approx(sum(sizes), rel=0.1)
    assert usage.peak_process_rss_bytes == pytest.approx(max(sizes), rel=0.1)


# A process whose child has worked before; it then ends the child, and waits for it, or, as Ray's
# raylet does, lets the kernel do so.
WITH_A_CHILD = """
import signal, subprocess, sys
if sys.argv[1] == "kernel waits":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
code = "import time\\nwhile time.process_time() < 0.5: pass\\nprint(flush=True); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
child.stdout.readline()
print(flush=True)
sys.stdin.readline()
child.kill()
child.wait()
print(flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("who", ["parent waits", "kernel waits"])
def test_what_a_child_that_ends_meanwhile_used_before_does_not_count(who: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WITH_A_CHILD, who],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        said, tell = parent.stdout, parent.stdin
        said.readline()

        def end_the_child() -> None:
            tell.write("\n")
            said.readline()

        usage = meter.measure([Tree(parent.pid)], end_the_child)
        tell.write("\n")
    assert 0 <= usage.cpu_seconds < 0.2


def test_several_trees_are_added_and_some_processes_left_out(obliging: Engine) -> None:
    usage, _ = obliging.measure("echo", 0)
    both, told = obliging.measure(
        "echo", "told", also=[Tree(os.getpid(), without=family(os.getpid())[1:])]
    )
    assert told == "told"
    own = psutil.Process().memory_info().rss
    assert both.peak_rss_bytes == pytest.approx(usage.peak_rss_bytes + own, rel=0.1)
    assert both.peak_process_rss_bytes == pytest.approx(own, rel=0.1)


def test_a_failure_of_what_is_measured_is_passed_on() -> None:
    with pytest.raises(ZeroDivisionError):
        meter.measure([Tree(os.getpid())], lambda: 1 / 0)  # type: ignore[arg-type]


def test_a_process_that_is_gone_used_nothing() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    usage = meter.measure([Tree(process.pid)], lambda: None)
    assert (usage.cpu_seconds, usage.peak_rss_bytes, usage.peak_process_rss_bytes) == (0, 0, 0)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="affinity is Linux's")
def test_cores_are_those_that_this_process_may_use() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert meter.usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)
    assert meter.usable_cores() == len(before)
