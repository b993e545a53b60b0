"""Processes that keep every core busy on one worker, and whether Ray goes on to take it for alive.

Run as a job on the cluster: `hogs.py SECONDS`. It prints JSON: the nodes that died meanwhile, and
the longest time in which the worker answered no task.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

# For each core of the machine.
HOGS = 4


def hog(seconds: float) -> int:
    """Starts them; they end by themselves."""
    code = f"import time\nend = time.monotonic() + {seconds}\nwhile time.monotonic() < end: pass"
    count = HOGS * (os.cpu_count() or 1)
    for _ in range(count):
        subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    return count


def answer() -> None:
    """A task."""


def main() -> None:
    """Hogs, and looks on."""
    seconds = float(sys.argv[1])
    ray.init()
    nodes = ray.nodes()  # type: ignore[no-untyped-call]
    before = {one["NodeID"] for one in nodes if one["Alive"]}
    workers = [one for one in nodes if one["Alive"] and one["Resources"].get("CPU")]
    there = NodeAffinitySchedulingStrategy(workers[0]["NodeID"], soft=False)
    pinned: dict[str, Any] = {"num_cpus": 0, "scheduling_strategy": there}
    count = ray.get(ray.remote(hog).options(**pinned).remote(seconds))
    slowest, end = 0.0, time.monotonic() + seconds
    died: set[str] = set()
    while time.monotonic() < end:
        asked = time.monotonic()
        ray.get(ray.remote(answer).options(**pinned).remote())
        slowest = max(slowest, time.monotonic() - asked)
        now = ray.nodes()  # type: ignore[no-untyped-call]
        died |= {one["NodeID"] for one in now if not one["Alive"]} & before
        time.sleep(0.5)
    print(json.dumps({"died": len(died), "hogs": count, "slowest_s": round(slowest, 1)}))


if __name__ == "__main__":
    main()
