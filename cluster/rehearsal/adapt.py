"""A cluster config as the rehearsal runs it: the same, but for what this machine has not.

Five things differ. The image is in the store of instances, so nothing is pulled. No limits are
raised, which this machine may not allow. Inside the nodes' containers the environment points to
emulated AWS. Memory is scaled down: Ray is told the node type's own, divided, where it would take
this machine's for each node. And so are the CPUs of nodes whose arch is emulated: Ray starts a
process for each, and eight of those at once, emulated, keep a machine busy for minutes.
"""

from __future__ import annotations

import copy
from typing import Any

from cluster.instances import instance
from cluster.rehearsal.world import World

GIB = 1024**3
# A node of 64 GiB says it has 2; of those Ray gives its objects a third, as on EC2.
MEMORY_SCALE = 32
LEAST_MEMORY = GIB
OBJECTS = 0.3
EMULATED_CPU_SCALE = 4
# A container cannot raise its limits above those of the machine that it rehearses on.
LIMITS = "--ulimit"


def adapted(config: dict[str, Any], world: World, native: str) -> dict[str, Any]:
    """The config for the rehearsal.

    Args:
        config: as it would go to EC2.
        world: that it goes to instead.
        native: the arch of this machine; others are emulated.
    """
    found = copy.deepcopy(config)
    found["docker"]["pull_before_run"] = False
    found["docker"]["run_options"] = [
        *(one for one in found["docker"].get("run_options", []) if not one.startswith(LIMITS)),
        *(f"--env={name}={value}" for name, value in inside(world).items()),
    ]
    for node_type in found["available_node_types"].values():
        given = node_type.get("resources", {})
        node_type["resources"] = {**memory(node_type), **given, **cpus(node_type, native)}
    return found


def cpus(node_type: dict[str, Any], native: str) -> dict[str, int]:
    """Fewer CPUs for an emulated node, and as many fewer of what it has one of for each CPU."""
    kind = instance(node_type["node_config"]["InstanceType"])
    if kind.arch == native:
        return {}
    given = node_type.get("resources", {})
    before = given.get("CPU", kind.vcpus)
    scaled = max(1, before // EMULATED_CPU_SCALE) if before else 0
    return {"CPU": scaled} | {name: scaled for name, amount in given.items() if amount == before}


def memory(node_type: dict[str, Any]) -> dict[str, int]:
    """What Ray is told of a node type's memory, in bytes."""
    real = instance(node_type["node_config"]["InstanceType"]).memory_gib * GIB
    scaled = max(LEAST_MEMORY, int(real / MEMORY_SCALE))
    objects = int(scaled * OBJECTS)
    return {"memory": scaled - objects, "object_store_memory": objects}


def inside(world: World) -> dict[str, str]:
    """What the environment in nodes says: where AWS is.

    There are no keys in it: as on EC2, nodes have them from the metadata service.
    """
    return {
        "AWS_ENDPOINT_URL": world.api,
        "AWS_ENDPOINT_URL_S3": world.storage,
        # The checksums that AWS asks for by default are more than many stores take.
        "AWS_REQUEST_CHECKSUM_CALCULATION": "WHEN_REQUIRED",
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "WHEN_REQUIRED",
    }
