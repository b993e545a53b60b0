"""Rehearsals for tests: one with a cluster in it that is launched once for all, and bare ones."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from docker.models.containers import Container

from cluster.launched import Launched
from cluster.nodes import Node, nodes
from cluster.reach import reached
from cluster.rehearsal import running
from cluster.rehearsal.events import Event
from cluster.rehearsal.events import read as read_events
from cluster.rehearsal.world import INSTANCE, OF, PID, REGION, World, read
from commands import RESULTS
from images.bake import targets
from images.build import build
from images.engine import QEMU, Engine
from tests.cluster.infra import providers
from tests.cluster.minis import Mini, run_in, wait_until
from tests.cluster.rehearsal.small import config

SECONDS_TO_LAUNCH = 500
REHEARSE = "RAY_ON_AWS_REHEARSE"


@dataclass(frozen=True)
class Rehearsal(Mini):
    """A rehearsal of its own: another project and folder of state than the user's."""

    terraform: str = ""

    @property
    def variables(self) -> dict[str, str]:
        """What the environment is to say, so that commands mean this rehearsal."""
        own = {"RAY_ON_AWS_PROJECT": self.name, "RAY_ON_AWS_STATE": str(self.state)}
        return own | ({"TF_CLI_CONFIG_FILE": self.terraform} if self.terraform else {})

    @property
    def world(self) -> World:
        """What there is of it."""
        found = read(self.state)
        assert found is not None, f"{self.name} is not launched"
        return found

    @property
    def folder(self) -> Path:
        """What is kept of it."""
        return self.state / "rehearsal"

    def left(self) -> list[str]:
        """The names of all that it has in the engine, and its folder."""
        client = self.engine.client
        mine: dict[str, str | list[str] | bool] = {"label": f"{OF}={self.name}-rehearsal"}
        return [
            *(str(one.name) for one in client.containers.list(all=True, filters=mine)),
            *(str(one.name) for one in client.networks.list(filters=mine)),
            *(str(one.name) for one in client.volumes.list(filters=mine)),
            *([str(self.folder)] if self.folder.exists() else []),
            *(f"process {number}" for number in self.processes()),
        ]

    def check_control(self) -> None:
        """Sees that the control plane met no bug of its own."""
        bugs = (self.folder / "control.log").read_text()
        assert "Traceback" not in bugs, bugs

    def processes(self) -> list[int]:
        """Those that were started for it and go on: control planes."""
        found = []
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = file.read_bytes().split(b"\0")
            except OSError:
                continue
            if os.fsencode(self.folder) in words:
                found.append(int(file.parent.name))
        return found

    def ec2(self) -> Any:
        """A client of its EC2."""
        access, secret = self.world.store_keys
        return boto3.client(
            "ec2",
            endpoint_url=self.world.api,
            region_name=REGION,
            aws_access_key_id=access,
            aws_secret_access_key=secret,
        )

    def ask(self, path: str, **asked: object) -> Any:
        """Asks the control plane itself for something."""
        answer = requests.post(f"{self.world.api}/rehearsal/{path}", json=asked, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def events(self, what: str, instance: str = "") -> list[Event]:
        """Those of a kind; of an instance, if one is named."""
        found = read_events(self.folder)
        return [one for one in found if one.what == what and instance in ("", one.instance)]

    def instances(self) -> dict[str, Container]:
        """The containers of instances, by the instance's id, whatever they are at."""
        found = self.engine.client.containers.list(
            all=True,
            filters={"label": [f"{OF}={self.name}-rehearsal", INSTANCE]},
            ignore_removed=True,
        )
        return {one.labels[INSTANCE]: one for one in found}

    def alive(self) -> dict[str, dict[str, Any]]:
        """The instances that EC2 says there are, by id."""
        told = self.ec2().describe_instances(
            Filters=[{"Name": "instance-state-name", "Values": ["pending", "running"]}]
        )
        return {
            one["InstanceId"]: one
            for reservation in told["Reservations"]
            for one in reservation["Instances"]
        }

    def workers(self) -> dict[str, dict[str, Any]]:
        """Of the cluster, the instances that are no head."""
        return {
            number: one
            for number, one in self.alive().items()
            if {"Key": "ray-node-type", "Value": "worker"} in one.get("Tags", [])
        }

    def nodes(self) -> list[Node]:
        """The nodes that Ray says there are."""
        with self.meant(), reached(self.launched) as near:
            return nodes(near)

    def status(self) -> str:
        """What Ray's autoscaler says."""
        with self.meant(), reached(self.launched) as near:
            return autoscaler(near)

    @contextmanager
    def meant(self) -> Iterator[None]:
        """Lets this very process mean emulated AWS, while the context lasts."""
        with pytest.MonkeyPatch.context() as patch:
            for name in [one for one in os.environ if one.startswith("AWS_")]:
                patch.delenv(name)
            for name, value in self.world.variables.items():
                patch.setenv(name, value)
            yield

    def kill_control(self) -> None:
        """Ends the control plane without a word."""
        number = int((self.folder / PID).read_text())
        os.kill(number, signal.SIGKILL)
        wait_until(lambda: number not in self.processes(), "the control plane is gone")

    def bring_up(self) -> None:
        """Starts what does not run of it, and no cluster in it."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.variables.items():
                patch.setenv(name, value)
            tags = {(one.image, one.arch): one.tag for one in targets()}
            here, before = self.engine.arch, read(self.state)
            arches = before.stores if before else [here]
            images = running.Images(
                instance=tags["instance", here],
                object_store=tags["object-store", here],
                runtime={arch: tags["ray", arch] for arch in arches},
            )
            running.start(self.state, images, print)

    def run(self, count: int = 1, **options: Any) -> list[str]:
        """Runs instances, outside any cluster; gives their ids."""
        made = self.ec2().run_instances(
            MinCount=count, MaxCount=count, InstanceType="c7i.4xlarge", **options
        )
        return [one["InstanceId"] for one in made["Instances"]]

    def boot(self, count: int = 1, **options: Any) -> list[str]:
        """The same, and waits until each is ready for work."""
        numbers = self.run(count, **options)
        for number in numbers:
            wait_until(lambda one=number: self.is_up(one), f"{number} is up")  # type: ignore[misc]
        return numbers

    def is_up(self, number: str) -> bool:
        """Whether an instance has a Docker that answers."""
        there = self.instances().get(number)
        if there is None or there.status != "running":
            return False
        return run_in(there, "docker", "info")[0] == 0

    def end(self, *numbers: str) -> None:
        """Ends instances, and waits until they are gone."""
        self.ec2().terminate_instances(InstanceIds=list(numbers))
        wait_until(lambda: not self.instances().keys() & set(numbers), f"{numbers} are gone")


def autoscaler(launched: Launched) -> str:
    """What `ray status` would show."""
    answer = requests.get(
        f"{launched.dashboard}/api/cluster_status?format=1",
        headers={"Authorization": f"Bearer {launched.token}"},
        timeout=30,
    )
    answer.raise_for_status()
    return str(answer.json()["data"]["clusterStatus"])


@contextmanager
def rehearsal_in(state: Path, engine: Engine, terraform: str = "") -> Iterator[Rehearsal]:
    """A rehearsal that nothing is left of, whatever became of it within the block."""
    own = Rehearsal(f"test-{secrets.token_hex(4)}", state, engine, terraform)
    try:
        yield own
    finally:
        done = own.invoke("down", "--target", "rehearsal")
        assert done.returncode == 0, done.stdout + done.stderr
        assert own.left() == []


Launching = Callable[[Callable[[Path], Path]], AbstractContextManager[Rehearsal]]


@contextmanager
def launched_in(state: Path, engine: Engine, terraform: str, source: Path) -> Iterator[Rehearsal]:
    """The same with a cluster, during which the control plane met no bug of its own."""
    with rehearsal_in(state, engine, terraform) as own:
        words = ("launch", "--target", "rehearsal", "--cluster", str(source))
        done = own.invoke(*words, timeout=SECONDS_TO_LAUNCH)
        print(done.stdout)
        assert done.returncode == 0, done.stdout + done.stderr
        yield own
        own.check_control()


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The file of Terraform's own config; a test without Terraform is skipped."""
    with pytest.MonkeyPatch.context() as patch:
        providers.configure(tmp_path_factory.mktemp("terraform"), patch)
        yield os.environ.get("TF_CLI_CONFIG_FILE", "")


@pytest.fixture(scope="session")
def imaged(engine: Engine) -> Engine:
    """The engine with the images of a rehearsal in it, from the files as they are.

    Instances are of this machine's own arch, whatever arch they are to have.
    """
    arches = [arch for arch in QEMU if engine.runs(arch)]
    build(["ray"], arches, kept=RESULTS, tell=print)
    build(["object-store", "instance"], [engine.arch], kept=RESULTS, tell=print)
    return engine


@pytest.fixture(scope="session")
def rehearse() -> None:
    """Skips what launches further clusters, minutes each, unless it is asked for."""
    if not os.environ.get(REHEARSE):
        pytest.skip(f"minutes of a cluster of its own in the rehearsal: set {REHEARSE}=yes")


@pytest.fixture(scope="session")
def launching(
    imaged: Engine, terraform: str, tmp_path_factory: pytest.TempPathFactory
) -> Launching:
    """Launches a cluster, of a config that is written into a folder, in a rehearsal of its own."""

    def launch(config: Callable[[Path], Path]) -> AbstractContextManager[Rehearsal]:
        source = config(tmp_path_factory.mktemp("configs"))
        return launched_in(tmp_path_factory.mktemp("rehearsal"), imaged, terraform, source)

    return launch


@pytest.fixture(scope="session")
def rehearsal(launching: Launching) -> Iterator[Rehearsal]:
    """The rehearsal that most tests share: a cluster of a head, with workers as there is work."""
    with launching(config) as running:
        yield running


@pytest.fixture(scope="session")
def bare(imaged: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A rehearsal without a cluster: emulated EC2 with a network, and what tests run there."""
    with rehearsal_in(tmp_path_factory.mktemp("bare"), imaged) as own:
        own.bring_up()
        yield own
        own.check_control()


@pytest.fixture(scope="session")
def subnet(bare: Rehearsal) -> str:
    """A subnet whose addresses instances can have."""
    ec2, prefix = bare.ec2(), bare.world.prefix
    vpc = ec2.create_vpc(CidrBlock=f"{prefix}.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"{prefix}.64.0/24")
    return str(made["Subnet"]["SubnetId"])


@pytest.fixture
def idle(rehearsal: Rehearsal) -> Rehearsal:
    """The same, when nothing goes wrong on request and no worker is left of an earlier test."""
    rehearsal.ask("faults/clear")
    wait_until(lambda: not rehearsal.workers(), "idle workers have ended", 180)
    return rehearsal


def in_instance(container: Container, script: str) -> str:
    """What a script says that runs on an instance; it is to succeed."""
    code, said = run_in(container, "bash", "-c", script)
    assert code == 0, said
    return said
