"""A stage whose cluster is told by a script: what its job prints, and what is done to instances."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cluster.account import Account
from cluster.aws.instances import Ec2Instance
from cluster.jobs import Job
from cluster.nodes import Node
from commands.drilling.stage import Stage
from tests.cluster.infra.emulated import REGION
from tests.cluster.test_launched import ONE, REMOTE

CONFIG = {
    "head_node_type": "head",
    "idle_timeout_minutes": 0.5,
    "available_node_types": {
        "head": {"resources": {"CPU": 0}},
        "intel": {
            "resources": {"CPU": 2, "Intel": 2},
            "labels": {"ray-subcluster": "intel"},
            "min_workers": 2,
        },
        "graviton": {
            "resources": {"CPU": 8, "Graviton": 8},
            "labels": {"ray-subcluster": "graviton"},
            "min_workers": 1,
        },
    },
}
# What a job prints: seconds since its begin, a word, and the rest.
Line = tuple[float, str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Scripted(Stage):
    """A stage of two workers, `a` and `b`, of which calls are only written down."""

    calls: list[str] = field(default_factory=list)
    market: str = "spot"

    def all_workers(self) -> list[Node]:
        return [
            Node(address, head=False, state="ALIVE", arch="amd64", subcluster="intel", cpus=2,
                 memory=0, resources={})
            for address in "ab"
        ]  # fmt: skip

    def instances(self) -> list[Ec2Instance]:
        return [
            Ec2Instance(
                number=f"i-{address}",
                head=False,
                node_type="intel",
                instance_type="r7i.2xlarge",
                market=self.market,
                arch="amd64",
                zone="us-east-1a",
                address=address,
                state="running",
                status="",
            )
            for address in "ab"
        ]

    def terminate(self, number: str) -> None:
        self.calls.append(f"terminate {number}")

    def interrupt(self, number: str, seconds: float) -> float:
        self.calls.append(f"interrupt {number} {seconds:g}")
        return seconds


def scripted(**changes: Any) -> Scripted:
    told: dict[str, Any] = {
        "launched": ONE,
        "remote": REMOTE,
        "account": Account(REGION),
        "config": CONFIG,
    }
    return Scripted(**told | changes)


def joined(node: str, at: float = 0.1) -> Line:
    labels = {"ray-subcluster": "intel"}
    return at, "joined", {"node": node, "address": node, "cpus": 2, "labels": labels, "reason": ""}


def changed(what: str, node: str, at: float) -> Line:
    return at, what, {**joined(node)[2]}


def told(what: str, at: float, task: int, node: str, attempt: int = 0) -> Line:
    return at, what, {"task": task, "attempt": attempt, "node": node}


def count(at: float) -> Line:
    return at, "count", {"waiting": 0, "running": 2, "done": 0, "workers": 2}


def summary(at: float, *, right: bool = True, **more: Any) -> Line:
    return at, "summary", {"tasks": 2, "done": 2, "right": right, "seconds": at, **more}


def run_of(
    lines: list[list[Line]], commands: list[str], code: int = 0
) -> Callable[[object, Job, Callable[[str], None]], int]:
    """What stands in for running a job: of each job in turn its lines, as of now."""
    scripts: Iterator[list[Line]] = iter(lines)

    def run(_launched: object, job: Job, tell: Callable[[str], None]) -> int:
        commands.append(job.command)
        begin = time.time()
        tell("Running entrypoint for job")
        for at, what, details in next(scripts):
            tell(json.dumps({"at": begin + at, "what": what, **details}))
        tell("a line of some library")
        return code

    return run
