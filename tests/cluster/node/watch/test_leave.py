"""Asking Ray to drain a node: a real Ray, in a process of its own, and heads that are not there."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

import pytest

from cluster.node.watch.leave import _newest, drain, own_address
from commands import ROOT
from errors import ServiceError

# Has itself drained, as the watcher does it, while a task runs; and says what Ray says of it then.
# Once for each argument: the seconds that are left, or none.
OWN_RAY = """
import json, subprocess, sys, time
import ray
from workloads.files.distribute import start_ray
start_ray()
running = ray.remote(lambda: time.sleep(1000)).remote()
from ray._private.state import state
command = [sys.executable, "-m", "cluster.node.watch.leave"]
command += ["--head", ray.get_runtime_context().gcs_address]
for seconds in sys.argv[1:]:
    left = None if seconds == "none" else float(seconds)
    asked = json.dumps({"message": "why", "seconds": left, "now": time.time()})
    began = time.monotonic()
    ready = ["--ready"] if seconds == "50" else []
    done = subprocess.run(command + ready, input=asked, stdout=subprocess.PIPE, text=True)
    print(json.dumps({
        "said": json.loads(done.stdout), "code": done.returncode, "began": began,
        "node": ray.get_runtime_context().get_node_id(), "now": time.time(),
        "draining": {node.hex() if isinstance(node, bytes) else str(node): at
                     for node, at in state.get_draining_nodes().items()},
    }), flush=True)
"""
# Ray's word for no deadline.
FOREVER = 2**63 - 1


def test_ray_drains_the_node_and_takes_another_deadline() -> None:
    command = [sys.executable, "-c", OWN_RAY, "none", "100", "50"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    left = []
    for told in map(json.loads, done.stdout.splitlines()):
        assert told["code"] == 0, told
        assert told["said"]["node"] == told["node"]
        # On the same clock as that of who started it.
        assert told["said"]["at"] > told["began"]
        ((node, deadline),) = told["draining"].items()
        assert node == told["node"]
        left.append(deadline if deadline in (0, FOREVER) else deadline / 1000 - told["now"])
    recommended, noticed, again = left
    assert recommended in (0, FOREVER)
    assert 50 < noticed < 100
    assert 0 < again < 50


def test_the_own_address_is_that_which_the_head_sees() -> None:
    with socket.create_server(("127.0.0.1", 0)) as head:
        assert own_address(f"127.0.0.1:{head.getsockname()[1]}") == "127.0.0.1"


def test_a_head_that_is_away_is_told_without_ray() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        head = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ServiceError, match=f"the head does not answer at {head}"):
        drain(head, 60.0, "why", time.time())
    code = (
        "import sys; from cluster.node.watch import leave; sys.argv[1:] = ['--head', 'X'];"
        f"sys.argv[2] = '{head}'; code = leave.main(); print('ray' in sys.modules); sys.exit(code)"
    )
    asked = json.dumps({"message": "why", "seconds": 60.0, "now": time.time()})
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input=asked, capture_output=True, text=True
    )
    told, imported = done.stdout.splitlines()
    assert (done.returncode, list(json.loads(told)), imported) == (1, ["why"], "False")


def test_one_that_is_ready_has_imported_ray_and_ends_with_who_started_it() -> None:
    code = (
        "import sys; from cluster.node.watch import leave;"
        "sys.argv[1:] = ['--head', 'X', '--ready'];"
        "code = leave.main(); print('ray._raylet' in sys.modules); sys.exit(code)"
    )
    # Nothing is asked, and nothing will be.
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input="", capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "True\n"), done.stderr


def node(address: str, started: int, number: bytes) -> Any:
    return SimpleNamespace(
        node_manager_address=address, start_time_ms=started, node_id=SimpleNamespace(hex=number.hex)
    )


def test_of_two_at_an_address_it_is_the_new_one() -> None:
    nodes = [node("10.0.0.1", 1, b"a"), node("10.0.0.1", 2, b"b"), node("10.0.0.2", 3, b"c")]
    assert _newest(nodes, "10.0.0.1") == b"b".hex()
    with pytest.raises(ServiceError, match=r"no living node at 10\.0\.0\.3"):
        _newest(nodes, "10.0.0.3")
