"""Instances as containers: privileged ones, each with a Docker engine of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound
from requests import RequestException

from cluster.rehearsal.machines import Machine
from cluster.rehearsal.world import INSTANCE, World, read
from errors import ServiceError

STORE = "/golden"
DOCKER = "/var/lib/docker"
# What Ray needs on a node, and a job of several processes on a worker; a ceiling, not a share.
MOST_MEMORY = "6g"
# Ray gives up a node whose agents take more than 15 s to start, whatever is configured (Ray's issue
# 65983). Emulated they take that long as soon as other nodes are busy, and so go first: they weigh
# this much, where others weigh Docker's 1024.
WEIGHT_OF_EMULATED, WEIGHT = 16384, 1024
ARCHES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Found:
    """What there is of an instance: its container, whatever that is at, or its disk alone.

    Attributes:
        number: the instance's id.
        status: Docker's, such as `running`; empty where there is no container.
    """

    number: str
    status: str

    @property
    def running(self) -> bool:
        """Whether it runs; one that hangs does."""
        return self.status == "running" or self.hangs

    @property
    def hangs(self) -> bool:
        """Whether it is there, and does nothing, as after `docker pause`."""
        return self.status == "paused"

    @property
    def begun(self) -> bool:
        """Whether there is one that runs, or has run; one that was only made has not."""
        return self.status not in ("", "created")


class Containers:
    """The containers and volumes of a rehearsal's instances."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = docker.from_env()

    def all(self) -> dict[str, Found]:
        """What there is of instances, by their ids.

        A disk without a container is among it, as where somebody took that away by hand.

        Raises:
            ServiceError: Docker does not answer.
        """
        labels = [f"{key}={value}" for key, value in self.world.labels.items()]
        mine = {"label": [*labels, INSTANCE]}
        with _explained("looking for the instances' containers"):
            containers = self.client.api.containers(all=True, filters=mine)
            disks = self.client.api.volumes(filters=mine)["Volumes"] or []
        numbers = {one["Labels"][INSTANCE]: "" for one in disks}
        numbers |= {one["Labels"][INSTANCE]: one["State"] for one in containers}
        return {number: Found(number, status) for number, status in numbers.items()}

    @property
    def _stores(self) -> dict[str, str]:
        """As written down last, since a later launch may want another arch."""
        return (read(Path(self.world.folder).parent) or self.world).stores

    @property
    def _native(self) -> str:
        """The arch of this machine."""
        told = str(self.client.info()["Architecture"])
        return ARCHES.get(told, told)

    def start(self, machine: Machine) -> None:
        """Starts an instance.

        Raises:
            ServiceError: there is no engine for its arch, or Docker refuses, as it does while an
                earlier instance still has the address.
        """
        if machine.arch not in self._stores:
            raise ServiceError(
                f"{machine.number} ({machine.instance_type}) is {machine.arch}, of which no "
                "node type of the launched cluster is, so that there is no image for it"
            )
        # A new machine has a new disk, whatever is left of an attempt to start it.
        self.remove(machine.number)
        try:
            self._run(machine)
        except ServiceError:
            self.remove(machine.number)
            raise

    def _run(self, machine: Machine) -> None:
        store = self._stores[machine.arch]
        labels = {**self.world.labels, INSTANCE: machine.number}
        name = self._name(machine.number)
        api = self.client.api
        # One for each network, though its stubs want one alone.
        joined: Any = {self.world.name: api.create_endpoint_config(ipv4_address=machine.address)}
        with _explained(f"starting {machine.number} as a container"):
            # Docker would make one that is not there, with nothing in it.
            self.client.volumes.get(store)
            self.client.volumes.create(name, labels=labels)
            made = api.create_container(
                self.world.instance_image,
                name=name,
                hostname=f"ip-{machine.address.replace('.', '-')}",
                environment={"METADATA": self.world.metadata, "ARCH": machine.arch},
                labels=labels,
                host_config=api.create_host_config(
                    privileged=True,
                    mem_limit=MOST_MEMORY,
                    cpu_shares=WEIGHT if machine.arch == self._native else WEIGHT_OF_EMULATED,
                    binds=[f"{store}:{STORE}:ro", f"{name}:{DOCKER}"],
                ),
                networking_config=api.create_networking_config(joined),
            )
            api.start(made["Id"])

    def remove(self, number: str) -> None:
        """Takes an instance away at once, with its disk; what is gone already is no trouble.

        Raises:
            ServiceError: Docker refuses, as while somebody else takes it away.
        """
        name = self._name(number)
        with _explained(f"taking {number} away"):
            with suppress(NotFound):
                self.client.api.remove_container(name, force=True, v=True)
            with suppress(NotFound):
                self.client.api.remove_volume(name, force=True)

    def _name(self, number: str) -> str:
        return f"{self.world.name}-{number}"


@contextmanager
def _explained(doing: str) -> Iterator[None]:
    """What Docker refuses, or that it does not answer, told as an error of ours."""
    try:
        yield
    except APIError as error:
        raise ServiceError(f"{doing} failed: {error.explanation or error}") from error
    except (DockerException, RequestException) as error:
        raise ServiceError(f"{doing} failed, as Docker does not answer: {error}") from error
