"""Node types that are filled through EC2 Fleet."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.node.fleet.wish import KEY, TYPES, wish
from cluster.planning.checks.cluster import FLEET_PROVIDER, Cluster
from cluster.planning.checks.registry import Problem, finds
from errors import UsageError


@finds(
    "fleet-key",
    "error",
    f"{KEY} says what cannot be",
    why="the provider refuses it at each launch, and Ray asks again every few seconds without end",
)
def said(cluster: Cluster) -> Iterator[Problem]:
    """What the provider itself refuses."""
    for one in cluster.types:
        try:
            wish(one.node)
        except UsageError as error:
            what, _, remedy = str(error).partition(": ")
            yield Problem(keys=one.node_keys(KEY), what=f"{one.name}: {what}", remedy=remedy)


@finds(
    "fleet-provider",
    "error",
    f"{KEY} with a provider that does not know it",
    why="it is handed to EC2 as it stands, which has no such parameter: no node of it is launched, "
    "and Ray asks again every few seconds without end",
)
def provided(cluster: Cluster) -> Iterator[Problem]:
    """Fleets that nobody fills."""
    for one in cluster.types:
        if one.fleet and not cluster.ours:
            yield Problem(
                keys=one.node_keys(KEY),
                what=f"{one.name} has {KEY}, and the provider is not {FLEET_PROVIDER}",
                remedy=f"write type: external and module: {FLEET_PROVIDER} in provider, or remove "
                f"{KEY}",
            )


@finds(
    "fleet-types",
    "error",
    f"Types of a {KEY} that are not alike",
    why="resources of the node type hold for the first: on one with fewer vCPUs or less memory Ray "
    "runs more tasks than it can take, one with more is paid for in vain, and one of another arch "
    "does not run the image",
)
def alike(cluster: Cluster) -> Iterator[Problem]:
    """Types that differ in vCPUs or arch, or have less memory than the first."""
    for one in cluster.types:
        first = one.instance
        if first is None:
            continue
        for other in one.instances:
            wrong = {
                f"is {other.arch}": other.arch != first.arch,
                f"has {other.vcpus} vCPUs": other.vcpus != first.vcpus,
                f"has {other.memory_gib:g} GiB": other.memory_gib < first.memory_gib,
            }
            if any(wrong.values()):
                yield Problem(
                    keys=one.node_keys(KEY, TYPES),
                    what=f"{one.name}: {other.name} "
                    f"{' and '.join(words for words, holds in wrong.items() if holds)}, and "
                    f"{first.name} is {first.arch} with {first.vcpus} vCPUs and "
                    f"{first.memory_gib:g} GiB",
                    remedy=f"remove {other.name}, or give it a node type of its own",
                )


@finds(
    "fleet-type",
    "error",
    f"A name in {KEY}.{TYPES} that is none of an instance type",
    why="EC2 refuses the whole fleet, the types that there are with it",
)
def named(cluster: Cluster) -> Iterator[Problem]:
    """Types that EC2 has not."""
    for one in cluster.types:
        known = {each.name for each in one.instances}
        for name in one.alternatives[1:]:
            if name and name not in known:
                yield Problem(
                    keys=one.node_keys(KEY, TYPES),
                    what=f"{one.name}: there is nothing known of an instance type {name}",
                    remedy="write one such as r7i.2xlarge, or remove it",
                )
