"""Disks: of EBS, and of the instance itself."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.planning.checks.cluster import Cluster
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import mapping, placeholder, sequence

MOUNTING = ("mount /", "mkfs", "/dev/nvme")


@finds(
    "disk-size",
    "warning",
    "A node type without BlockDeviceMappings",
    why="the root disk is as large as the AMI has it, 8 GB with Amazon Linux, which an image and a "
    "little spilling fill",
)
def unsized(cluster: Cluster) -> Iterator[Problem]:
    """Disks that the AMI decides on."""
    for one in cluster.types:
        if not one.templated and not sequence(one.node.get("BlockDeviceMappings")):
            yield Problem(
                keys=one.node_keys(),
                what=f"{one.name} has no BlockDeviceMappings",
                remedy="write BlockDeviceMappings: [{DeviceName: /dev/xvda, Ebs: {VolumeType: gp3, "
                "VolumeSize: 100, Encrypted: true}}] in its node_config",
            )


@finds(
    "disk-encryption",
    "warning",
    "A disk that is not encrypted",
    why="unless the account encrypts by default, snapshots and volumes can be read by who gets "
    "them; encryption costs neither money nor speed",
)
def plain(cluster: Cluster) -> Iterator[Problem]:
    """Volumes in plain text."""
    for one in cluster.types:
        for number, device in enumerate(sequence(one.node.get("BlockDeviceMappings"))):
            disk = mapping(mapping(device).get("Ebs"))
            encrypted = disk.get("Encrypted")
            if disk and encrypted is not True and not placeholder(encrypted):
                yield Problem(
                    keys=one.node_keys("BlockDeviceMappings", number, "Ebs", "Encrypted"),
                    what=f"disk {number + 1} of {one.name} is not encrypted",
                    remedy="write Encrypted: true in its Ebs",
                )


@finds(
    "disk-kept",
    "error",
    "A disk that outlives its node",
    why="each node that goes leaves a volume, which is paid for until somebody finds it",
)
def kept(cluster: Cluster) -> Iterator[Problem]:
    """Volumes that stay."""
    for one in cluster.types:
        for number, device in enumerate(sequence(one.node.get("BlockDeviceMappings"))):
            if mapping(mapping(device).get("Ebs")).get("DeleteOnTermination") is False:
                yield Problem(
                    keys=one.node_keys("BlockDeviceMappings", number, "Ebs", "DeleteOnTermination"),
                    what=f"disk {number + 1} of {one.name} stays when the node goes",
                    remedy="write DeleteOnTermination: true",
                )


@finds(
    "nvme-unused",
    "note",
    "A type with local NVMe disks, and nothing that mounts them",
    why="they come without a file system: Ray spills to the EBS root disk, and the faster ones are "
    "paid for and idle",
)
def unmounted(cluster: Cluster) -> Iterator[Problem]:
    """Disks that nobody uses."""
    mounted = any(cluster.says(word) for word in MOUNTING)
    for one in cluster.types:
        if one.instance is None or not one.instance.nvme or one.templated:
            continue
        if not mounted and not placeholder(one.node.get("UserData")):
            yield Problem(
                keys=one.node_keys("InstanceType"),
                what=f"nothing formats and mounts the disks of {one.name}, {one.instance.name}",
                remedy="format and mount them in UserData, and name the folder in ray start "
                "--object-spilling-directory",
            )
