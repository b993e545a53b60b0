"""Whether AMI, Docker image and instance type are of one arch."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from cluster.instances import Arch
from cluster.planning.checks.cluster import Cluster, NodeType
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import placeholder, text

WORDS: dict[str, Arch] = {
    "x86": "amd64",
    "amd64": "amd64",
    "x64": "amd64",
    "amd": "amd64",
    "intel": "amd64",
    "arm": "arm64",
    "arm64": "arm64",
    "aarch64": "arm64",
    "graviton": "arm64",
}
IMAGE_TAG = re.compile(r"[:-](amd64|x86_64|x86-64|arm64|aarch64)$")


def hinted(value: str) -> Arch | None:
    """The arch that a placeholder's name hints at, as `${ARM_AMI_ID}` does."""
    found = {WORDS[word] for word in re.findall(r"[a-z0-9]+", value.lower()) if word in WORDS}
    return found.pop() if len(found) == 1 and placeholder(value) else None


def image_arch(image: str) -> Arch | None:
    """The one arch that a Docker image is for, if its tag says so."""
    tagged = IMAGE_TAG.search(image)
    if tagged:
        return "arm64" if tagged[1] in ("arm64", "aarch64") else "amd64"
    # Ray's own images are for x86, but for those whose tag ends in -aarch64.
    return "amd64" if image.startswith("rayproject/ray") else None


@finds(
    "arch",
    "error",
    "The AMI or the Docker image is for another arch than the instance type",
    why="EC2 refuses an AMI of another arch; a container of another arch ends with exec format "
    "error, after the instance was paid for",
)
def arches(cluster: Cluster) -> Iterator[Problem]:
    """What cannot run on its machine."""
    for one in cluster.types:
        if one.instance is None:
            continue
        ami = text(one.node.get("ImageId"))
        keys, image = cluster.image(one)
        for where, name, arch in (
            (one.node_keys("ImageId"), ami, hinted(ami)),
            (keys, image, image_arch(image) or hinted(image)),
        ):
            if arch and arch != one.instance.arch:
                yield Problem(
                    keys=where,
                    what=f"{one.name} is a {one.instance.name}, which is {one.instance.arch}, and "
                    f"{name} is for {arch}",
                    remedy=f"name one for {one.instance.arch}, or take another instance type",
                )


@finds(
    "one-ami-two-arches",
    "error",
    "Node types of both arches with the same AMI",
    why="an AMI is of one arch: EC2 refuses to launch the types of the other",
)
def shared(cluster: Cluster) -> Iterator[Problem]:
    """AMIs that cannot be right for all that have them."""
    users: dict[str, list[NodeType]] = defaultdict(list)
    for one in cluster.types:
        ami = text(one.node.get("ImageId"))
        if ami and one.instance and hinted(ami) is None:
            users[ami].append(one)
    for ami, types in users.items():
        if len({one.instance.arch for one in types if one.instance}) > 1:
            yield Problem(
                keys=types[-1].node_keys("ImageId"),
                what=f"{ami} is the AMI of {', '.join(one.name for one in types)}, which are of "
                "two arches",
                remedy="give each arch an AMI of its own",
            )
