"""`./invoke status`."""

from __future__ import annotations

from pathlib import Path

from cluster.launched import remember
from images.engine import Engine
from tests.cluster.minis import Mini
from tests.cluster.test_launched import ONE
from tests.workloads.servers import NOWHERE


def test_the_nodes_and_the_ways_in_are_shown(mini: Mini) -> None:
    done = mini.invoke("status")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["node", "address", "arch", "subcluster", "CPUs", "memory", "resources"]
    assert lines[1][0] == "head"
    assert lines[2][0] == "worker"
    assert lines[2][2:4] == ["amd64", "intel"]
    assert f"dashboard: {mini.launched.dashboard} " in done.stdout
    assert mini.launched.token not in done.stdout


def test_with_nothing_launched_it_says_how_to(engine: Engine, tmp_path: Path) -> None:
    done = Mini("ray-on-aws-test-nothing", tmp_path, engine).invoke("status")
    said = "error: no cluster is launched: ./invoke launch starts one on this machine\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_a_cluster_that_somebody_took_away_is_told(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a token")
    gone = vars(ONE) | {"dashboard": NOWHERE, "token_file": str(tmp_path / "token")}
    remember(tmp_path, type(ONE)(**gone))
    done = Mini("ray-on-aws-test-nothing", tmp_path, engine).invoke("status")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: the cluster does not answer at {NOWHERE} (")
    assert "./invoke launch starts it again" in done.stderr
    assert done.stderr.count("\n") == 1
