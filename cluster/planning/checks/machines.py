"""Instance types, and what node types say of them."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.instances import instance
from cluster.instances.naming import SHAPE
from cluster.planning.checks.cluster import Cluster, NodeType, named
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import placeholder, text, whole
from errors import UsageError

MAKERS = {"intel": "Intel", "amd": "AMD", "graviton": "Graviton"}
SUBCLUSTER = "ray-subcluster"
# Less than this is meant in another unit: the smallest object store that Ray starts has 75 MB.
LEAST_BYTES = 2**26


@finds(
    "instance-type",
    "error",
    "InstanceType is missing, or no name of an instance type",
    why="EC2 refuses the launch, and Ray asks again every few seconds without end",
)
def known(cluster: Cluster) -> Iterator[Problem]:
    """Types that EC2 has not."""
    for one in cluster.types:
        said = one.node.get("InstanceType")
        if said is None and not one.templated:
            yield Problem(
                keys=one.node_keys(),
                what=f"{one.name} has no InstanceType",
                remedy="write one, such as InstanceType: r7i.2xlarge",
                why="EC2 then takes its own default, an m1.small",
            )
        elif named(said):
            yield from told(one)


def told(one: NodeType) -> Iterator[Problem]:
    """What is wrong with the name of an instance type."""
    try:
        instance(one.instance_type)
    except UsageError as error:
        shaped = SHAPE.fullmatch(one.instance_type)
        strange = shaped is not None and "there is no" not in str(error)
        yield Problem(
            keys=one.node_keys("InstanceType"),
            what=f"{one.name}: {error}",
            remedy="write one type; further ones are node types of their own",
            level="note" if strange else None,
            why="its arch and vCPUs are not compared with the rest" if strange else "",
        )


@finds(
    "cpu-count",
    "warning",
    "resources.CPU is another number than the vCPUs of the type",
    why="with fewer, paid vCPUs stay idle",
)
def cpus(cluster: Cluster) -> Iterator[Problem]:
    """CPUs that are no vCPUs; 0 is meant."""
    for one in cluster.types:
        said, machine = whole(one.resources.get("CPU")), one.instance
        if machine is None or not said or said == machine.vcpus:
            continue
        many = said > machine.vcpus
        yield Problem(
            keys=one.keys("resources", "CPU"),
            what=f"{one.name} says CPU: {said}, and {machine.name} has {machine.vcpus} vCPUs",
            remedy=f"write CPU: {machine.vcpus}, or 0 where no task is to run",
            level="error" if many else None,
            why="Ray believes it, and runs more tasks at once than there are vCPUs" if many else "",
        )


@finds(
    "memory-bytes",
    "error",
    "resources.memory or object_store_memory that are no number of bytes of the machine",
    why="Ray believes it: with too little no task that asks for memory finds a node, with too much "
    "tasks are killed",
)
def memory(cluster: Cluster) -> Iterator[Problem]:
    """Gigabytes for bytes, and more than there is."""
    for one in cluster.types:
        for key in ("memory", "object_store_memory"):
            said = whole(one.resources.get(key))
            most = one.instance.memory_gib * 2**30 if one.instance else None
            if said and (said < LEAST_BYTES or (most and said > most)):
                yield Problem(
                    keys=one.keys("resources", key),
                    what=f"{one.name} says {key}: {said}, which are bytes"
                    + (f", and has {most:.0f}" if most else ""),
                    remedy="write bytes, 0.7 of what the machine has for memory, or nothing",
                )


@finds(
    "maker",
    "error",
    "A custom resource or label names another maker than the instance type has",
    why="tasks that ask for one kind of processor run on the other, and its figures are taken for "
    "those of the first",
)
def makers(cluster: Cluster) -> Iterator[Problem]:
    """Intel, AMD or Graviton where it is another."""
    for one in cluster.types:
        if one.instance is None:
            continue
        claims = [(("resources", name), name) for name, count in one.resources.items() if count]
        claims.append((("labels", SUBCLUSTER), text(one.labels.get(SUBCLUSTER))))
        for keys, claim in claims:
            maker = MAKERS.get(text(claim).lower())
            other = next((each for each in one.instances if each.maker != maker), None)
            if maker and other:
                yield Problem(
                    keys=one.keys(*keys),
                    what=f"{one.name} says {claim}, and {other.name} is of {other.maker}",
                    remedy=f"write {other.maker}, or take another instance type",
                )


@finds(
    "no-subcluster",
    "note",
    f"Workers are told apart by custom resources, and have no label {SUBCLUSTER}",
    why="Ray Data's autoscaling ignores the resources of an operator and scales any type: it looks "
    "at this label alone",
)
def labelled(cluster: Cluster) -> Iterator[Problem]:
    """Types that Ray Data cannot tell apart."""
    marked = [one for one in cluster.workers if {name.lower() for name in texts(one)} & set(MAKERS)]
    if len({one.instance.maker for one in marked if one.instance}) < 2:
        return
    for one in marked:
        if SUBCLUSTER not in one.labels:
            yield Problem(
                keys=one.keys("resources"),
                what=f"{one.name} has no label {SUBCLUSTER}",
                remedy=f"write labels: {{{SUBCLUSTER}: "
                f"{one.instance.maker.lower() if one.instance else 'intel'}}} in it, and select "
                "by it in execution_options.label_selector",
            )


def texts(one: NodeType) -> list[str]:
    """The names of a node type's resources."""
    return [name for name in one.resources if isinstance(name, str) and not placeholder(name)]
