"""Instances as containers: privileged ones, each with a Docker engine of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.models.networks import Network

from cluster.rehearsal.machines import Machine
from cluster.rehearsal.world import INSTANCE, World
from errors import ServiceError

STORE = "/golden"
DOCKER = "/var/lib/docker"
# What Ray needs on a node, and a job of several processes on a worker; a ceiling, not a share.
MOST_MEMORY = "6g"


@dataclass(frozen=True)
class Found:
    """A container of an instance, whatever it is at.

    Attributes:
        number: the instance's id.
        running: whether it runs.
        container: itself.
    """

    number: str
    running: bool
    container: Container


class Containers:
    """The containers and volumes of a rehearsal's instances."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = docker.from_env()

    @property
    def network(self) -> Network:
        """The network of the rehearsal."""
        return self.client.networks.get(self.world.name)

    def all(self) -> dict[str, Found]:
        """Those that there are, by the instance's id."""
        listed = self.client.containers.list(
            all=True,
            filters={"label": [f"{key}={value}" for key, value in self._labels.items()]},
            ignore_removed=True,
        )
        found = {}
        for one in listed:
            if number := one.labels.get(INSTANCE):
                found[number] = Found(number, one.status == "running", one)
        return found

    @property
    def _labels(self) -> dict[str, str]:
        return self.world.labels

    def start(self, machine: Machine) -> None:
        """Starts an instance.

        Raises:
            ServiceError: there is no engine for its arch, or Docker refuses, as it does while an
                earlier instance still has the address.
        """
        if machine.arch not in self.world.stores:
            raise ServiceError(
                f"{machine.number} ({machine.instance_type}) is {machine.arch}, which this machine "
                "does not emulate: see ./invoke doctor"
            )
        labels = {**self._labels, INSTANCE: machine.number}
        volume = self._volume(machine.number)
        api = self.client.api
        # One for each network, though its stubs want one alone.
        joined: Any = {self.world.name: api.create_endpoint_config(ipv4_address=machine.address)}
        # A new machine has a new disk, also where somebody took the container away by hand.
        self.remove(machine.number)
        try:
            self.client.volumes.create(volume, labels=labels)
            made = api.create_container(
                self.world.instance_image,
                name=self._container(machine.number),
                hostname=f"ip-{machine.address.replace('.', '-')}",
                environment={"METADATA": self.world.metadata, "ARCH": machine.arch},
                labels=labels,
                host_config=api.create_host_config(
                    privileged=True,
                    mem_limit=MOST_MEMORY,
                    binds=[f"{self.world.stores[machine.arch]}:{STORE}:ro", f"{volume}:{DOCKER}"],
                ),
                networking_config=api.create_networking_config(joined),
            )
            api.start(made["Id"])
        except APIError as error:
            self.remove(machine.number)
            raise ServiceError(
                f"{machine.number} does not start as a container: {error.explanation}"
            ) from error

    def remove(self, number: str) -> None:
        """Takes an instance away at once, with its disk; what is gone already is no trouble."""
        for one in self._there(number):
            try:
                one.remove(force=True, v=True)
            except NotFound:
                continue
        try:
            self.client.volumes.get(self._volume(number)).remove(force=True)
        except NotFound:
            return

    def _there(self, number: str) -> Iterator[Container]:
        try:
            yield self.client.containers.get(self._container(number))
        except NotFound:
            return

    def _container(self, number: str) -> str:
        return f"{self.world.name}-{number}"

    def _volume(self, number: str) -> str:
        return f"{self.world.name}-{number}"
