"""The docker section."""

from __future__ import annotations

from collections.abc import Iterator

from cluster.planning.checks.cluster import Cluster
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import mapping
from cluster.planning.source import Key

OWN_IMAGE = ("head_image", "worker_image")


@finds(
    "docker-image-missing",
    "error",
    "An image for the head, the workers or a node type, and no docker.image",
    why="Ray's autoscaler ends with KeyError: 'image' when it launches the node, as it reads "
    "docker.image before it takes the other one",
)
def image(cluster: Cluster) -> Iterator[Problem]:
    """Images that Ray overwrites a missing one with."""
    if "image" in cluster.docker:
        return
    places: list[tuple[Key, ...]] = [("docker", key) for key in OWN_IMAGE if key in cluster.docker]
    places += [
        one.keys("docker", "worker_image")
        for one in cluster.types
        if "worker_image" in mapping(one.config.get("docker"))
    ]
    for keys in places:
        yield Problem(
            keys=keys,
            what=f"{'.'.join(map(str, keys))} is given, and docker.image is not",
            remedy="write docker: {image: ...} too, with the image of most nodes",
        )


@finds(
    "docker-container-name",
    "error",
    "An image without docker.container_name, or the name without an image",
    why="ray up ends with AssertionError: Must provide a container & image name",
)
def container(cluster: Cluster) -> Iterator[Problem]:
    """One of the two without the other."""
    docker = cluster.docker
    imaged = any(docker.get(key) for key in ("image", *OWN_IMAGE))
    owned = any("worker_image" in mapping(one.config.get("docker")) for one in cluster.types)
    if imaged and not docker.get("container_name"):
        yield Problem(
            keys=("docker",),
            what="docker.container_name is missing",
            remedy="write container_name: ray in docker",
        )
    if docker.get("container_name") and not imaged and not owned:
        yield Problem(
            keys=("docker", "container_name"),
            what="docker.container_name is given, and no image",
            remedy="write docker.image, or remove docker",
        )


@finds(
    "docker-options-replaced",
    "warning",
    "worker_run_options in docker and in a node type's docker",
    why="Ray takes those of the node type in place of the global ones, not beside them",
)
def replaced(cluster: Cluster) -> Iterator[Problem]:
    """Options of a node type that hide others."""
    for one in cluster.types:
        own = mapping(one.config.get("docker"))
        key = "worker_run_options"
        if own.get(key) and cluster.docker.get(key):
            yield Problem(
                keys=one.keys("docker", key),
                what=f"{key} of {one.name} replaces docker.{key}",
                remedy="repeat the global options there, or move them to docker.run_options, "
                "which every node has",
            )


@finds(
    "docker-memory",
    "note",
    "Containers with a limit of memory, and Ray not told of it",
    why="Ray sees the host's memory, not the container's: it plans with more than there is, and "
    "its workers are killed",
)
def memory(cluster: Cluster) -> Iterator[Problem]:
    """Limits that Ray does not know."""
    for one in cluster.types:
        limited = [opt for opt in cluster.options(one) if opt.startswith(("--memory", "-m "))]
        starts = "head_start_ray_commands" if one.head else "worker_start_ray_commands"
        said = " ".join(command for _, command in cluster.commands(starts))
        if limited and not ("--memory" in said and "--object-store-memory" in said):
            yield Problem(
                keys=(starts,),
                what=f"the container of {one.name} has {limited[0]}",
                remedy="give --memory and --object-store-memory to ray start",
            )
