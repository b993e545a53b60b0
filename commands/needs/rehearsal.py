"""What the target rehearsal needs: an engine of this machine, and what Ray's launcher needs."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

from commands.needs import GIB, Found, Need, aws, compose, size
from errors import ServiceError

# A head and three workers, each with an engine and a Ray of its own, and emulated EC2.
MEMORY, DISK = 8 * GIB, 10 * GIB
# Where the engine of this machine keeps what is in containers.
DOCKER = Path("/var/lib/docker")


def linux() -> Found:
    """Whether instances can be reached at their own addresses, as Ray's launcher reaches them."""
    system = platform.system()
    if system == "Linux":
        return Found(True, "instances are reached at their own addresses")
    return Found(False, f"on {system} the engine is in a virtual machine, and instances within it")


def here() -> Found:
    """Whether the engine is this machine's, which has its networks then."""
    found = compose.the_engine()
    if isinstance(found, ServiceError):
        return Found(False, "no engine answers")
    where = str(found.client.api.base_url)
    local = where.startswith(("http+docker://localhost", "http+unix://", "unix://"))
    return Found(local, "the engine is of this machine" if local else f"the engine is at {where}")


def privileged() -> Found:
    """Whether containers may be privileged, as instances are, having an engine of their own."""
    found = compose.the_engine()
    if isinstance(found, ServiceError):
        return Found(False, "no engine answers")
    options = [str(one) for one in found.client.info().get("SecurityOptions") or []]
    bound = [
        name for name in ("rootless", "userns") if any(f"name={name}" in one for one in options)
    ]
    if bound:
        return Found(False, f"the engine runs with {', '.join(bound)}")
    return Found(True, "the engine gives containers the machine's own rights")


def memory() -> Found:
    """The engine's memory."""
    found = compose.the_engine()
    if isinstance(found, ServiceError):
        return Found(False, "no engine answers")
    return Found(found.memory_bytes >= MEMORY, size(found.memory_bytes))


def disk() -> Found:
    """Free space where the engine keeps images and the disks of instances."""
    found = compose.the_engine()
    if isinstance(found, ServiceError):
        return Found(False, "no engine answers")
    folder = Path(str(found.client.info().get("DockerRootDir") or DOCKER))
    if not folder.exists():
        return Found(False, f"{folder} is not of this machine")
    free = shutil.disk_usage(folder).free
    return Found(free >= DISK, f"{size(free)} free in {folder}")


NEEDS = (
    Need(
        name="linux",
        look=linux,
        remedy="a Linux machine, or a virtual one with the engine in it: "
        "everything is typed there; the target compose runs on macOS",
    ),
    Need(name="engine", look=compose.engine, remedy=compose.HERE),
    Need(name="own engine", look=here, remedy="unset DOCKER_HOST, or use that machine itself"),
    Need(
        name="privileged",
        look=privileged,
        remedy="an engine that root runs, without userns-remap, as instances have engines in them",
    ),
    Need(name="memory", look=memory, remedy="8 GiB or more: for a head and three workers"),
    Need(name="disk", look=disk, remedy="10 GiB or more: ./invoke down, docker image prune"),
    Need(name="buildx", look=compose.buildx, remedy="Debian 13: apt-get install docker-buildx"),
    Need(
        name="terraform",
        look=aws.terraform,
        remedy="1.5 or newer from developer.hashicorp.com/terraform/install; rights are made by it",
    ),
    Need(name="ssh", look=aws.ssh, remedy="Debian: apt-get install openssh-client"),
    Need(name="rsync", look=aws.rsync, remedy="Debian: apt-get install rsync"),
    Need(
        name="emulation",
        look=compose.emulation,
        required=False,
        remedy="without it there are no instances of the other arch. Debian: apt-get install "
        "qemu-user-static binfmt-support; else: docker run --privileged --rm tonistiigi/binfmt "
        "--install all",
    ),
)
