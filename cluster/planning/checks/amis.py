"""The AMI that nodes start from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from cluster.planning.checks.cluster import Cluster
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import text

TABLE = re.compile(r"^DEFAULT_AMI = \{(.*?)^\}", re.DOTALL | re.MULTILINE)
REMEDY = "write ImageId with an AMI of your region and arch that has Docker, if you use docker"


@cache
def ray_defaults() -> frozenset[str]:
    """The AMIs of Ray's own table, read from its source: to import it takes boto3 and seconds."""
    found = find_spec("ray")
    places = (found.submodule_search_locations or []) if found else []
    paths = [Path(place) / "autoscaler/_private/aws/config.py" for place in places]
    tables = [TABLE.search(path.read_text()) for path in paths if path.exists()]
    return frozenset(ami for table in tables if table for ami in re.findall(r"ami-\w+", table[1]))


@finds(
    "ami-missing",
    "warning",
    "ImageId is missing",
    why="Ray takes the AMI of its own table, a Deep Learning AMI of Ubuntu 18.04, whose "
    "support has ended, for x86 and 15 regions only",
)
def missing(cluster: Cluster) -> Iterator[Problem]:
    """Node types that leave the AMI to Ray."""
    for one in cluster.types:
        ami = one.node.get("ImageId")
        # What a launch template says is not known; latest_dlami is Ray's own word.
        if ami not in (None, "", "latest_dlami") or (one.templated and not ami):
            continue
        arm = one.instance is not None and one.instance.arch == "arm64"
        yield Problem(
            keys=one.node_keys("ImageId"),
            what=f"{one.name} has no ImageId",
            remedy=REMEDY,
            level="error" if arm else None,
            why="Ray takes the AMI of its own table, which is for x86: EC2 refuses it for "
            f"{one.instance_type}"
            if arm
            else "",
        )


@finds(
    "ami-stale",
    "warning",
    "ImageId is one of Ray's own table",
    why="these are Deep Learning AMIs of Ubuntu 18.04, whose support has ended, for x86",
)
def stale(cluster: Cluster) -> Iterator[Problem]:
    """Node types with an AMI of Ray's table."""
    for one in cluster.types:
        ami = text(one.node.get("ImageId")).lower()
        if ami in ray_defaults():
            arm = one.instance is not None and one.instance.arch == "arm64"
            yield Problem(
                keys=one.node_keys("ImageId"),
                what=f"{one.name} has {ami}, Ray's old default",
                remedy=REMEDY,
                level="error" if arm else None,
            )
