"""Where a drill plays: the cluster that is launched, its config, and its EC2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from cluster.account import Account
from cluster.aws import instances
from cluster.aws.instances import Ec2Instance
from cluster.drills.acting import NO_ROLE, SECONDS_OF_NOTICE, FaultInjection, terminate
from cluster.launched import Launched, Remote
from cluster.nodes import Node, nodes
from commands import state
from errors import UsageError

if TYPE_CHECKING:
    from cluster.rehearsal.events import Event
    from cluster.rehearsal.world import World

STATES = (*instances.ALIVE, "terminated")
SUBCLUSTER = "ray-subcluster"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A cluster of EC2 instances, real or emulated.

    Attributes:
        launched: it, with a dashboard that answers here.
        remote: where it is.
        account: of its instances.
        config: as it was launched with.
        role: that AWS's Fault Injection Service may take; empty in the rehearsal.
    """

    launched: Launched
    remote: Remote
    account: Account
    config: Mapping[str, Any]
    role: str = ""

    @property
    def rehearsed(self) -> bool:
        """Whether its EC2 is emulated."""
        return self.launched.target == state.REHEARSAL

    @property
    def labels(self) -> dict[str, str]:
        """What tasks ask of their nodes: to be no emulated ones, where there are any."""
        return {SUBCLUSTER: self.launched.measured} if self.launched.measured else {}

    def workers(self) -> list[Node]:
        """The workers that tasks may go to now.

        Raises:
            ServiceError: the cluster does not answer.
        """
        wanted = self.launched.measured
        return [one for one in self.all_workers() if wanted in ("", one.subcluster)]

    def all_workers(self) -> list[Node]:
        """The workers that there are now, emulated ones among them.

        Raises:
            ServiceError: the cluster does not answer.
        """
        return [one for one in nodes(self.launched) if not one.head]

    def cpus(self) -> int:
        """The CPUs of a worker that tasks may go to, as the config has it."""
        found = [
            int(one["resources"]["CPU"])
            for one in self.types().values()
            if one.get("resources", {}).get("CPU")
        ]
        if not found:
            raise UsageError("the config says of none of its node types how many CPUs it has")
        return min(found)

    def types(self) -> dict[str, Mapping[str, Any]]:
        """The node types of workers that tasks may go to, by name."""
        wanted = self.labels.items()
        return {
            name: one
            for name, one in self.all_types().items()
            if wanted <= one.get("labels", {}).items()
        }

    def all_types(self) -> dict[str, Mapping[str, Any]]:
        """The node types of workers, by name."""
        types, head = self.config["available_node_types"], self.config["head_node_type"]
        return {name: one for name, one in types.items() if name != head}

    def instances(self) -> list[Ec2Instance]:
        """Its instances as EC2 has them, those that have ended lately among them.

        Raises:
            ServiceError: EC2 refuses, or does not answer.
        """
        return instances.of_cluster(self.account, self.launched.name, STATES)

    def terminate(self, number: str) -> None:
        """Ends an instance."""
        terminate(self.account, number)

    @property
    def unfit_for_notice(self) -> str:
        """Why no instance can be given notice; empty where they can."""
        return "" if self.rehearsed or self.role else NO_ROLE

    def notice(self, wanted: float) -> float:
        """Seconds of notice that there will be: as wanted, but from AWS what it gives to all."""
        return wanted if self.rehearsed else SECONDS_OF_NOTICE

    def interrupt(self, number: str, seconds: float) -> float:
        """Gives a spot instance notice; gives after how many seconds it ends.

        Raises:
            UsageError: it is no spot instance, or no role is named for it.
            ServiceError: what emulates EC2, or the service, does not answer.
        """
        if not self.rehearsed:
            return FaultInjection(self.account, self.role, self.remote.infra).interrupt(number)
        self.ask("interrupt", instance=number, seconds=seconds)
        return seconds

    def ask(self, path: str, **asked: object) -> Any:
        """What the control plane of the rehearsal answers: see `cluster.rehearsal.asking`.

        Raises:
            UsageError: the control plane refuses, or there is none.
            ServiceError: it does not answer.
        """
        from cluster.rehearsal.asking import ask

        return ask(self._world(), path, **asked)

    def happened(self) -> list[Event]:
        """What happened in emulated EC2 so far.

        Raises:
            UsageError: there is none.
        """
        from cluster.rehearsal.events import read

        return list(read(Path(self._world().folder)))

    def _world(self) -> World:
        from cluster.rehearsal.world import read

        world = read(state.folder())
        if world is None:
            raise UsageError("the rehearsal is gone: ./invoke launch --target rehearsal")
        return world


def least(types: Mapping[str, Mapping[str, Any]]) -> int:
    """How many workers of these types a config keeps."""
    return sum(int(one.get("min_workers", 0)) for one in types.values())


def stage(near: Launched, role: str) -> Stage:
    """The stage that a cluster is.

    Raises:
        UsageError: it is none of instances.
    """
    remote = near.remote
    if remote is None:
        raise UsageError(
            "drills act on instances of EC2, and a mini-cluster has none: ./invoke down, then "
            "./invoke launch --target rehearsal --cluster spot"
        )
    return Stage(
        launched=near,
        remote=remote,
        account=Account(remote.region, remote.profile),
        config=yaml.safe_load(Path(remote.config).read_text()),
        role=role,
    )
