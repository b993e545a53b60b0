"""The head node: which type it is of, and whether it is left to its own work."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.planning.checks.cluster import NODE_TYPES, Cluster
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import number, placeholder

# Workers that a small head looks after; from there on it is worth a thought.
MANY = 50
SMALL_GIB = 32


@finds(
    "head-node-type",
    "error",
    "head_node_type is missing or names no node type",
    why="ray up refuses the config, as it does not know which node is to be the head",
    anywhere=True,
)
def named(cluster: Cluster) -> Iterator[Problem]:
    """A head of no type."""
    head = cluster.config.get("head_node_type")
    if not cluster.types or cluster.head or placeholder(head):
        return
    what = f"head_node_type names no node type: {head}" if head else "head_node_type is missing"
    names = ", ".join(one.name for one in cluster.types)
    yield Problem(
        keys=("head_node_type",) if head else (NODE_TYPES,),
        what=what,
        remedy=f"write head_node_type: and one of {names}",
    )


@finds(
    "no-node-types",
    "warning",
    "available_node_types is missing",
    why="Ray takes its defaults: two m5.large workers at most, a stale AMI and a nightly build "
    "that is installed at each boot",
)
def described(cluster: Cluster) -> Iterator[Problem]:
    """A config that leaves the machines to Ray."""
    if cluster.provider.get("type") == "aws" and NODE_TYPES not in cluster.config:
        yield Problem(
            keys=(),
            what="no node types are given",
            remedy=f"describe head and workers in {NODE_TYPES}, and name the head in "
            "head_node_type",
        )


@finds(
    "head-takes-work",
    "warning",
    "The head has CPUs for tasks",
    why="tasks on it compete with the scheduler and the object directory, and one that uses up the "
    "memory takes the whole cluster with it",
)
def takes_work(cluster: Cluster) -> Iterator[Problem]:
    """A head with CPUs, where there are workers."""
    head = cluster.head
    if head is None or not cluster.workers or cluster.max_workers == 0:
        return
    cpus = head.resources.get("CPU")
    if number(cpus) == 0 or placeholder(cpus):
        return
    starts = [command for _, command in cluster.commands("head_start_ray_commands")]
    if any("--num-cpus=0" in command or "--num-cpus 0" in command for command in starts):
        return
    yield Problem(
        keys=head.keys("resources", "CPU"),
        what="the head takes tasks"
        + ("" if "CPU" in head.resources else ", as Ray counts its CPUs where none are given"),
        remedy="write resources: {CPU: 0} in it",
    )


@finds(
    "head-small",
    "note",
    f"A head with less than {SMALL_GIB} GiB for {MANY} workers or more",
    why="its memory holds the cluster's state, the dashboard and the drivers of all jobs; a head "
    "took 0.9 GB with five workers and no job",
)
def small(cluster: Cluster) -> Iterator[Problem]:
    """A head that may be too small."""
    head, workers = cluster.head, cluster.max_workers or 0
    if head is None or head.instance is None or workers < MANY:
        return
    if head.instance.memory_gib < SMALL_GIB:
        yield Problem(
            keys=head.node_keys("InstanceType"),
            what=f"the head, of type {head.instance.name}, has {head.instance.memory_gib:g} GiB "
            f"for up to {workers} workers",
            remedy=f"take a type with {SMALL_GIB} GiB or more, such as m7i.2xlarge",
        )
