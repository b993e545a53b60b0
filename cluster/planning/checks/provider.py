"""Where nodes come from."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.planning.checks.cluster import NODE_TYPES, Cluster, named
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import mapping, placeholder, text

OTHERS = ("aliyun", "azure", "external", "gcp", "kuberay", "local", "readonly", "spark", "vsphere")
FAKE = ("fake_multinode", "fake_multinode_docker")
# What Ray fills in for providers of its own, and ends with a KeyError or refuses without.
NEEDED = (
    "auth",
    "cluster_synced_files",
    "file_mounts",
    "head_setup_commands",
    "head_start_ray_commands",
    "initialization_commands",
    "max_workers",
    "setup_commands",
    "worker_setup_commands",
    "worker_start_ray_commands",
)


@finds(
    "provider-unknown",
    "error",
    "provider.type is none that Ray has",
    why="ray up ends with: Unknown provider type",
    anywhere=True,
)
def unknown(cluster: Cluster) -> Iterator[Problem]:
    """Providers that do not exist."""
    said = named(cluster.provider.get("type"))
    if said and said not in ("aws", *OTHERS, *FAKE):
        yield Problem(
            keys=("provider", "type"),
            what=f"provider.type is {said}",
            remedy=f"write aws, or one of {', '.join(OTHERS)}",
        )


@finds(
    "provider-other",
    "note",
    "The provider is not Ray's own for AWS",
    why="Ray's schema was checked, and nothing of the machines, their prices or their network",
    anywhere=True,
)
def other(cluster: Cluster) -> Iterator[Problem]:
    """What is not looked at."""
    said = text(cluster.provider.get("type"))
    if said in (*OTHERS, *FAKE) and not cluster.ours:
        yield Problem(
            keys=("provider", "type"),
            what=f"provider.type is {said}",
            remedy="nothing, if it is meant",
            why="Ray fills in nothing for it, and what its module does is not looked at"
            if cluster.on_aws
            else "",
        )


@finds(
    "external-incomplete",
    "error",
    "An external provider, and keys missing that Ray fills in for AWS",
    why="Ray has no defaults for it and ends with a KeyError, on this machine or on the head",
)
def incomplete(cluster: Cluster) -> Iterator[Problem]:
    """Keys that nothing fills in."""
    if not cluster.external:
        return
    missing = [key for key in NEEDED if key not in cluster.config]
    if "module" not in cluster.provider:
        missing.append("provider.module")
    if missing:
        yield Problem(
            keys=("provider", "type"),
            what=f"the provider is external, and {', '.join(missing)} missing",
            remedy="write them out, empty where nothing is needed",
        )


@finds(
    "region",
    "error",
    "provider.region is missing",
    why="ray up ends with KeyError: 'region'",
)
def region(cluster: Cluster) -> Iterator[Problem]:
    """Nowhere to launch."""
    if not cluster.provider.get("region"):
        yield Problem(
            keys=("provider",),
            what="provider has no region",
            remedy="write region: us-west-2, or the one that you use",
        )


@finds(
    "zone",
    "error",
    "provider.availability_zone is not in provider.region",
    why="ray up finds no usable subnet and ends",
)
def zone(cluster: Cluster) -> Iterator[Problem]:
    """Zones of another region."""
    where = text(cluster.provider.get("region"))
    zones = text(cluster.provider.get("availability_zone"))
    for one in (part.strip() for part in zones.split(",")):
        unknown_yet = placeholder(one) or placeholder(where)
        if one and where and not unknown_yet and (not one.startswith(where) or one == where):
            yield Problem(
                keys=("provider", "availability_zone"),
                what=f"{one} is no zone of {where}",
                remedy=f"write {where}a, {where}b …, separated by commas, or name subnets",
            )


@finds(
    "cluster-name",
    "warning",
    "cluster_name is missing",
    why="Ray calls it default, and takes the nodes of any other cluster of that name for its own",
)
def name(cluster: Cluster) -> Iterator[Problem]:
    """A cluster without a name."""
    if "cluster_name" not in cluster.config and not cluster.external:
        yield Problem(
            keys=(),
            what="cluster_name is missing",
            remedy="write cluster_name: and a name of its own",
        )


@finds(
    "external-resources",
    "error",
    "An external provider, and a node type without resources.CPU",
    why="Ray derives resources from the instance type for AWS alone: the autoscaler believes that "
    "it has no CPUs, and launches none for tasks that need one",
)
def resources(cluster: Cluster) -> Iterator[Problem]:
    """Node types that have nothing to offer."""
    # Ours derives them as Ray's own for AWS does.
    for one in cluster.types if cluster.external and not cluster.ours else []:
        if "CPU" not in mapping(one.config.get("resources")):
            yield Problem(
                keys=(NODE_TYPES, one.name),
                what=f"{one.name} says nothing of its CPUs, and the provider is external",
                remedy="write resources: {CPU: ...} in it",
            )
