"""`submit arches`: a task pinned to each kind of node."""

from __future__ import annotations

import re

from tests.cluster.minis import Mini


def test_each_task_runs_on_the_arch_of_its_resource(mini: Mini) -> None:
    done = mini.invoke("submit", "arches")
    assert done.returncode == 0, done.stderr
    found = dict(re.findall(r"^(\w+): ran on (\w+), host \w+$", done.stdout, re.MULTILINE))
    wanted = {"Intel": "x86_64"}
    assert found == wanted | ({"Graviton": "aarch64"} if mini.engine.runs("arm64") else {})


def test_a_resource_that_no_node_has_is_told(mini: Mini) -> None:
    done = mini.invoke("submit", "arches", "--", "--resources", "Intel,Itanium")
    assert done.returncode == 1
    there = "Intel, Graviton" if mini.engine.runs("arm64") else "Intel"
    assert (
        f"error: no node has the resource Itanium: the cluster has {there}"
        in done.stdout.splitlines()
    )
    assert "Traceback" not in done.stdout + done.stderr
