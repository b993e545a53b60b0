"""Clusters that are only remembered, and their nodes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cluster.configs import find
from cluster.launched import Launched
from cluster.nodes import ALIVE, Node
from tests.cluster.test_launched import ONE, REMOTE

CONFIG = find("architectures")
MINI = ONE


def remote(target: str = "aws", source: Path = CONFIG) -> Launched:
    """A cluster of a config of ours; what stands in ${...} of it says nothing here."""
    measured = "" if target == "aws" else "intel"
    there = replace(REMOTE, config=str(source), source=str(source), region="us-east-1")
    return replace(ONE, target=target, measured=measured, remote=there)


def node(subcluster: str, cpus: float = 16.0, arch: str = "", *, head: bool = False) -> Node:
    return Node(
        address="10.0.0.1",
        head=head,
        state=ALIVE,
        arch=arch or ("arm64" if subcluster == "graviton" else "amd64"),
        subcluster=subcluster,
        cpus=cpus,
        memory=1e9,
        resources={},
    )


HEAD = node("", 0.0, head=True)
NODES = [HEAD, *[node(name) for name in ("intel", "amd", "graviton") for _ in range(2)]]
MINIS = [HEAD, node("intel", 1.0), node("graviton", 1.0)]
