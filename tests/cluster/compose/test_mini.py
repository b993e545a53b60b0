"""The mini-cluster as the engine has it: healthy, and open to nobody but this machine's user."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cluster.compose import keys
from cluster.compose.project import FILE, Project
from errors import ServiceError
from images.engine import Engine
from tests.cluster.minis import Mini, project, run_in

MIB = 2**20


@pytest.fixture
def inspected(mini: Mini) -> dict[str, dict[str, Any]]:
    """What the engine tells of each service's container."""
    return {service: one.attrs for service, one in mini.containers().items()}


def secrets(mini: Mini) -> list[str]:
    """All that nobody else is to see."""
    pair = keys.ensure(mini.state / "secrets")
    return [pair.access_key, pair.secret_key, mini.launched.token]


def test_every_container_is_healthy(inspected: dict[str, dict[str, Any]], mini: Mini) -> None:
    wanted = {"head", "worker-amd64", "object-store"}
    wanted |= {"worker-arm64"} if mini.engine.runs("arm64") else set()
    assert inspected.keys() == wanted
    for service, one in inspected.items():
        assert one["State"]["Health"]["Status"] == "healthy", service


def test_no_container_can_do_more_than_it_needs(inspected: dict[str, dict[str, Any]]) -> None:
    for service, one in inspected.items():
        host = one["HostConfig"]
        assert one["Config"]["User"] not in ("", "0", "root"), service
        assert host["ReadonlyRootfs"], service
        assert host["CapDrop"] == ["ALL"], service
        assert not host["CapAdd"], service
        assert not host["Privileged"], service
        assert "no-new-privileges:true" in host["SecurityOpt"], service
        assert host["Memory"] > 256 * MIB, service
        if service != "object-store":
            assert 100 * MIB < host["ShmSize"] < host["Memory"], service


def test_every_port_is_on_loopback(inspected: dict[str, dict[str, Any]]) -> None:
    published = {
        (service, inside, bound["HostIp"])
        for service, one in inspected.items()
        for inside, places in one["NetworkSettings"]["Ports"].items()
        for bound in places or []
    }
    assert published == {
        ("head", "8265/tcp", "127.0.0.1"),
        ("object-store", "9000/tcp", "127.0.0.1"),
    }


def test_no_secret_can_be_seen_from_outside(
    inspected: dict[str, dict[str, Any]], mini: Mini
) -> None:
    resolved = subprocess.run(
        ["docker", "compose", "--file", str(FILE), "config"],
        env=os.environ | mini.variables | {"SECRETS": str(mini.state / "secrets")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "ray-token" in resolved
    told = json.dumps(inspected) + resolved
    for secret in secrets(mini):
        assert secret not in told


def test_processes_in_a_container_are_not_root_and_cannot_write(mini: Mini) -> None:
    for service, container in mini.containers().items():
        code, said = run_in(container, "sh", "-c", "id -u; touch /usr/here /opt/here")
        # What comes on two streams comes in any order.
        assert "1000" in said.splitlines(), service
        assert code != 0, service
        assert "Read-only file system" in said, service


@pytest.mark.parametrize(
    ("broken", "blamed"),
    [
        ({"AMD64_CPUS": "many"}, ["-worker-amd64-1 is ", "'many' is not a valid"]),
        ({"ARCH": "no-such-arch"}, ["No such image", "no-such-arch"]),
    ],
    ids=["worker", "image"],
)
@pytest.mark.usefixtures("built")
def test_a_start_that_fails_tells_who_is_to_blame(
    engine: Engine, tmp_path: Path, broken: dict[str, str], blamed: list[str]
) -> None:
    with project(tmp_path, engine) as other:
        keys.ensure(tmp_path / "secrets")
        variables = {"ARCH": engine.arch, "DASHBOARD_PORT": "0", "STORE_PORT": "0"} | broken
        with pytest.raises(ServiceError) as told:
            Project(other.name, tmp_path / "secrets").up(
                {"amd64": 1, "arm64": 0}, variables, seconds=300
            )
    message = str(told.value)
    assert message.startswith("the mini-cluster did not start: ")
    assert message.splitlines()[-1].startswith("Hint: ")
    for words in blamed:
        assert words in message
    assert "-head-1 is " not in message
    assert "Traceback" not in message


@pytest.mark.usefixtures("built")
def test_a_port_of_what_does_not_run_is_told(engine: Engine, tmp_path: Path) -> None:
    with project(tmp_path, engine) as other:
        nothing = Project(other.name, tmp_path / "secrets")
        with pytest.raises(ServiceError, match="port 8265 of head is not published"):
            nothing.address("head", 8265)
