"""The Docker engine of this machine."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import docker
from docker.errors import DockerException, ImageNotFound
from docker.models.images import Image

from errors import ServiceError

ARCHES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
BINFMT = Path("/proc/sys/fs/binfmt_misc")
QEMU = {"amd64": "qemu-x86_64", "arm64": "qemu-aarch64"}


class Engine:
    """A Docker engine that answers.

    Raises:
        ServiceError: none does, or the programs to drive it are missing.
    """

    def __init__(self) -> None:
        try:
            self.client = docker.from_env()
            self._info: dict[str, Any] = self.client.info()
        except DockerException as error:
            raise ServiceError(
                f"no Docker engine answers ({_reason(error)}): start it, or see ./invoke doctor "
                "for how to get one"
            ) from error

    @cached_property
    def arch(self) -> str:
        """Its own arch, which needs no emulation."""
        machine = str(self._info["Architecture"])
        return ARCHES.get(machine, machine)

    @cached_property
    def holds_several_platforms(self) -> bool:
        """Whether one name can stand for an image of several platforms."""
        status = self._info.get("DriverStatus") or []
        return any("containerd" in value for key, value in status if key == "driver-type")

    @cached_property
    def cpus(self) -> int:
        """Its processors."""
        return int(self._info["NCPU"])

    @cached_property
    def memory_bytes(self) -> int:
        """Its memory."""
        return int(self._info["MemTotal"])

    def runs(self, arch: str) -> bool:
        """Whether containers of an arch can run, if need be emulated.

        Docker Desktop emulates by itself; elsewhere the kernel is told by which program.
        """
        if arch == self.arch or platform.system() != "Linux":
            return True
        return any((BINFMT / name).exists() for name in (QEMU[arch], "rosetta"))

    def image(self, name: str) -> Image | None:
        """An image that it has."""
        try:
            return self.client.images.get(name)
        except ImageNotFound:
            return None

    def has_image(self, name: str) -> bool:
        """Whether it has an image of this name."""
        return self.image(name) is not None

    def forget(self, name: str) -> None:
        """Takes a name from an image, and the image away when it has no other."""
        if self.has_image(name):
            self.client.images.remove(name)

    def load(self, archive: IO[bytes]) -> None:
        """Takes in an archive as `docker load` does."""
        run(["docker", "load", "--quiet"], stdin=archive)


def run(command: Sequence[str], **options: Any) -> str:
    """What a program prints; for `docker` commands that the SDK does not have.

    Raises:
        ServiceError: it is missing or failed.
    """
    try:
        done = subprocess.run(
            list(command),
            check=True,
            text=True,
            capture_output=True,
            **options,
        )
    except FileNotFoundError as error:
        raise ServiceError(f"{command[0]} is not on this machine: see ./invoke doctor") from error
    except subprocess.CalledProcessError as error:
        raise ServiceError(
            f"'{' '.join(command[:4])} …' failed with code {error.returncode}: "
            f"{error.stderr.strip() or 'it said nothing'}"
        ) from error
    return str(done.stdout)


def _reason(error: Exception) -> str:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return said if len(said) < 200 else f"{said[:200]} …"
