"""The way to a node: what ssh runs as its ProxyCommand."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.account import Account
from cluster.aws import way
from cluster.aws.files import ensure
from cluster.infra.values import Infra
from tests.cluster.infra.emulated import client

ROOT = Path(way.__file__).parents[2]


@pytest.fixture(scope="module")
def node(infra: Infra) -> Iterator[tuple[str, str]]:
    """An instance, and its address, which is one of this machine's."""
    ec2 = client("ec2")
    made = ec2.run_instances(
        ImageId="ami-12345678", MinCount=1, MaxCount=1, SubnetId=infra.private_subnets[0]
    )["Instances"][0]
    yield made["InstanceId"], made["PrivateIpAddress"]
    ec2.terminate_instances(InstanceIds=[made["InstanceId"]])


def go(command: str, instance: str, port: int, given: bytes = b"", path: str = "") -> bytes:
    """What comes back of what is sent, as ssh would run it."""
    words = shlex.split(command.replace("%h", instance).replace("%p", str(port)))
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
    done = subprocess.run(
        words, input=given, capture_output=True, check=False, env=environment, timeout=60
    )
    if done.returncode:
        raise AssertionError(done.stderr.decode())
    return done.stdout


def program(folder: Path, name: str) -> None:
    """A program that prints its own call."""
    file = folder / name
    file.write_text(f'#!/bin/sh\necho "{name} $*"\n')
    file.chmod(0o755)


def echoing(address: str) -> int:
    """A server on an address that sends back what it is sent, in capitals; its port."""
    listening = socket.create_server((address, 0))

    def serve() -> None:
        joined, _ = listening.accept()
        with joined:
            while received := joined.recv(65536):
                joined.sendall(received.upper())

    threading.Thread(target=serve, daemon=True).start()
    return int(listening.getsockname()[1])


def test_directly(account: Account, node: tuple[str, str]) -> None:
    port = echoing(node[1])
    sent = b"hello, node\n" * 100_000
    assert go(way.command(account, way.DIRECT), node[0], port, sent) == sent.upper()


def test_a_node_that_does_not_answer(account: Account, node: tuple[str, str]) -> None:
    with socket.create_server((node[1], 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(AssertionError, match=f"error: {node[0]} does not answer at {node[1]}"):
        go(way.command(account, way.DIRECT), node[0], port)


def test_an_instance_that_there_is_not(account: Account) -> None:
    with pytest.raises(AssertionError, match="error: looking up i-0123456789abcdef0"):
        go(way.command(account, way.DIRECT), "i-0123456789abcdef0", 22)


def test_through_the_endpoint_goes_awss_own_program(account: Account, tmp_path: Path) -> None:
    program(tmp_path, "aws")
    said = go(way.command(account, way.ENDPOINT), "i-1", 22, path=str(tmp_path)).decode()
    assert said == (
        "aws ec2-instance-connect open-tunnel --instance-id i-1 --remote-port 22 "
        "--region us-west-2\n"
    )


def test_without_awss_program_it_is_told(account: Account, tmp_path: Path) -> None:
    command = way.command(account, way.ENDPOINT)
    words = shlex.split(command.replace("%h", "i-1").replace("%p", "22"))
    done = subprocess.run(
        ["/usr/bin/env", *words[1:]],
        capture_output=True,
        check=False,
        env={**os.environ, "PATH": str(tmp_path)},
    )
    assert done.returncode == 1
    assert b"error: 'aws' is not on PATH: install the AWS CLI, version 2" in done.stderr


def test_through_a_bastion_with_a_key_for_a_minute(
    account: Account, infra: Infra, node: tuple[str, str], tmp_path: Path
) -> None:
    program(tmp_path, "ssh")
    ec2 = client("ec2")
    bastion = ec2.run_instances(
        ImageId="ami-12345678",
        MinCount=1,
        MaxCount=1,
        NetworkInterfaces=[
            {
                "DeviceIndex": 0,
                "SubnetId": infra.private_subnets[0],
                "AssociatePublicIpAddress": True,
            }
        ],
    )["Instances"][0]["InstanceId"]
    found = ec2.describe_instances(InstanceIds=[bastion])["Reservations"][0]["Instances"][0]
    files = ensure(tmp_path, "one")
    command = way.command(account, way.BASTION, bastion=found["PublicIpAddress"], key=files.key)
    said = go(command, node[0], 22, path=str(tmp_path)).decode().split()
    assert said[:3] == ["ssh", "-i", str(files.key)]
    assert said[-3:] == ["-W", f"{node[1]}:22", f"ec2-user@{found['PublicIpAddress']}"]
    assert f"UserKnownHostsFile={files.known_hosts}" in said
    ec2.terminate_instances(InstanceIds=[bastion])


def test_it_runs_from_anywhere_and_with_this_python(account: Account) -> None:
    words = shlex.split(way.command(account, way.DIRECT))
    assert words[:4] == ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m"]
    assert words[5:7] == ["%h", "%p"]
