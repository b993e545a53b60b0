"""What the target compose needs: a Docker engine, and what drives it."""

from __future__ import annotations

import subprocess
from functools import cache

from commands.needs import GIB, Found, Need, size
from errors import ServiceError
from images.engine import Engine

# Buildx from here on knows a matrix in docker-bake.hcl; Compose from here on has start_interval.
BUILDX, COMPOSE = (0, 11), (2, 20)
HERE = "`.ci/engine start` brings one to Debian, as root; else see docs.docker.com/engine/install"


@cache
def the_engine() -> Engine | ServiceError:
    """The Docker engine, or why there is none; asked once."""
    try:
        return Engine()
    except ServiceError as error:
        return error


def engine() -> Found:
    """Whether a Docker engine answers."""
    found = the_engine()
    if isinstance(found, ServiceError):
        return Found(False, str(found).partition(":")[0])
    return Found(True, f"{found.arch}, {found.cpus} CPUs, {size(found.memory_bytes)}")


def plugin(name: str, least: tuple[int, int]) -> Found:
    """Whether a plugin of the program docker is there, and new enough."""
    asked = ["docker", name, "version"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return Found(False, "the program docker is not on PATH")
    numbers = [word.lstrip("v") for word in said.split() if word.lstrip("v")[:1].isdigit()]
    if not numbers:
        return Found(False, f"docker {name} is not there")
    version = tuple(int(part) for part in numbers[0].split("+")[0].split("-")[0].split(".")[:2])
    wanted = ".".join(map(str, least))
    return Found(version >= least, f"{numbers[0]}, {wanted} or newer is needed")


def buildx() -> Found:
    """What builds the images."""
    return plugin("buildx", BUILDX)


def compose() -> Found:
    """What starts the containers."""
    return plugin("compose", COMPOSE)


def engine_memory() -> Found:
    """The engine's memory, which may be less than the machine's."""
    found = the_engine()
    if isinstance(found, ServiceError):
        return Found(False, "no engine answers")
    return Found(found.memory_bytes >= 6 * GIB, size(found.memory_bytes))


def emulation() -> Found:
    """Whether the engine runs containers of the other arch."""
    found = the_engine()
    if isinstance(found, ServiceError):
        return Found(False, "no engine answers")
    other = "arm64" if found.arch == "amd64" else "amd64"
    runs = found.runs(other)
    return Found(runs, f"{other} containers {'run' if runs else 'do not run'} on {found.arch}")


def image_store() -> Found:
    """Whether the engine keeps images of several platforms under one name."""
    found = the_engine()
    if isinstance(found, ServiceError):
        return Found(False, "no engine answers")
    several = found.holds_several_platforms
    return Found(several, "containerd's" if several else "the older one, of one platform a name")


NEEDS = (
    Need(name="engine", look=engine, remedy=HERE),
    Need(
        name="buildx",
        look=buildx,
        remedy="Debian 13: apt-get install docker-buildx; Docker's packages: docker-buildx-plugin",
    ),
    Need(
        name="compose",
        look=compose,
        remedy="Debian 13: apt-get install docker-compose; Docker's: docker-compose-plugin",
    ),
    Need(
        name="memory",
        look=engine_memory,
        remedy="6 GiB or more for three nodes. Docker Desktop: Settings, Resources",
    ),
    Need(
        name="emulation",
        look=emulation,
        required=False,
        remedy="without it the cluster has one arch. Debian: apt-get install qemu-user-static "
        "binfmt-support; else: docker run --privileged --rm tonistiigi/binfmt --install all",
    ),
    Need(
        name="image store",
        look=image_store,
        required=False,
        remedy='{"features": {"containerd-snapshotter": true}} in /etc/docker/daemon.json; needed '
        "only where no image registry can be reached",
    ),
)
