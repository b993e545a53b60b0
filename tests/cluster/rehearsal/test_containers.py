"""Instances as containers: what runs, what ends, and what is left of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from docker.errors import NotFound

from tests.cluster.minis import run_in, wait_until
from tests.cluster.rehearsal.rehearsals import Rehearsal, in_instance

SECONDS_TO_GO = 30


@pytest.fixture(autouse=True)
def _nothing_runs_on(bare: Rehearsal) -> Iterator[None]:
    yield
    bare.ask("faults/clear")
    if alive := list(bare.alive()):
        bare.end(*alive)


def test_a_call_makes_as_many_as_it_may_each_with_its_own_address_and_data(
    bare: Rehearsal, subnet: str
) -> None:
    made = bare.ec2().run_instances(
        MinCount=1,
        MaxCount=3,
        InstanceType="c7i.4xlarge",
        SubnetId=subnet,
        UserData="#!/bin/sh\necho here >/root/told\n",
    )["Instances"]
    assert len(made) == 3
    assert len({one["PrivateIpAddress"] for one in made}) == 3
    for one in made:
        number, address = one["InstanceId"], one["PrivateIpAddress"]
        wait_until(lambda one=number: bare.is_up(one), f"{number} is up")  # type: ignore[misc]
        container = bare.instances()[number]
        assert address in in_instance(container, "ip -4 address show").replace("/", " ").split()
        wait_until(
            lambda there=container: run_in(there, "cat", "/root/told") == (0, "here\n"),  # type: ignore[misc]
            "user data has run",
        )
        wait_until(
            lambda one=number: bool(bare.events("ssh", one)),  # type: ignore[misc]
            "SSH answers",
        )


def test_an_instance_that_ends_is_gone_with_its_disk_and_its_processes(
    bare: Rehearsal, subnet: str
) -> None:
    (number,) = bare.boot(SubnetId=subnet)
    container = bare.instances()[number]
    # A gigabyte of memory and some disk, as a job has them.
    in_instance(container, "head -c 100M /dev/zero >/var/lib/docker/work")
    in_instance(container, "(nohup sleep 1000 >/dev/null 2>&1 &)")
    processes = {int(row[1]) for row in container.top()["Processes"]}
    bare.ec2().terminate_instances(InstanceIds=[number])
    asked = time.time()
    wait_until(lambda: bool(bare.events("gone", number)), "it is gone", SECONDS_TO_GO)
    print(f"gone after {bare.events('gone', number)[0].at - asked:.2f} s")
    assert bare.instances() == {}
    with pytest.raises(NotFound):
        bare.engine.client.volumes.get(str(container.name))
    wait_until(lambda: not any(is_running(one) for one in processes), "its processes are gone")


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0, 2.0])
def test_an_instance_may_end_at_any_moment_of_its_boot(
    bare: Rehearsal, subnet: str, seconds: float
) -> None:
    (number,) = bare.run(SubnetId=subnet)
    time.sleep(seconds)
    bare.ec2().terminate_instances(InstanceIds=[number])
    wait_until(lambda: not bare.instances(), "it is gone", SECONDS_TO_GO)
    # Nor does it come later.
    time.sleep(2.5)
    assert bare.instances() == {}
    assert not [one for one in volumes(bare) if number in one]


def volumes(bare: Rehearsal) -> list[str]:
    return [one.name for one in bare.engine.client.volumes.list(filters={"name": bare.name})]


def test_an_address_that_is_given_again_goes_to_the_new_instance(
    bare: Rehearsal, subnet: str
) -> None:
    """The old container may still be there when the new one is to have its address."""
    address = f"{bare.world.prefix}.64.77"
    before = ""
    for _ in range(3):
        if before:
            bare.ec2().terminate_instances(InstanceIds=[before])
        (number,) = bare.run(SubnetId=subnet, PrivateIpAddress=address)
        wait_until(lambda one=number: bare.is_up(one), f"{number} is up")  # type: ignore[misc]
        assert set(bare.instances()) == {number}
        networks = bare.instances()[number].attrs["NetworkSettings"]["Networks"]
        assert [one["IPAddress"] for one in networks.values()] == [address]
        before = number


@pytest.mark.parametrize("how", ["killed", "taken away"])
def test_a_container_that_is_lost_is_a_machine_that_has_failed(
    bare: Rehearsal, subnet: str, how: str
) -> None:
    lost, other = bare.boot(2, SubnetId=subnet)
    container = bare.instances()[lost]
    if how == "killed":
        container.kill()
    else:
        container.remove(force=True, v=True)
    wait_until(lambda: bare.alive().keys() == {other}, "EC2 says so", SECONDS_TO_GO)
    wait_until(lambda: bare.instances().keys() == {other}, "it is gone", SECONDS_TO_GO)
    assert len(bare.events("lost", lost)) == 1
    wait_until(lambda: not [one for one in volumes(bare) if lost in one], "its disk is gone")
    assert bare.is_up(other)


def test_what_one_writes_no_other_sees_nor_the_store(bare: Rehearsal, subnet: str) -> None:
    numbers = bare.boot(2, SubnetId=subnet)
    before = store(bare)
    for number in numbers:
        container = bare.instances()[number]
        assert in_instance(container, "docker image ls --quiet | wc -l") == "1\n"
        # The engine's databases and the upper layers of containers; and the layers themselves,
        # which even root may not write.
        image = "$(docker image ls --quiet)"
        run = f"docker run --network=host --name=one --user=root --entrypoint=sh {image}"
        in_instance(container, f"{run} -c 'echo {number} >/opt/mine; rm -rf /usr/share/doc'")
        in_instance(container, f"docker commit one of-{number}")
        code, said = run_in(container, "touch", "/golden/docker/mine")
        assert code != 0
        assert "Read-only file system" in said
    for number, other in (numbers, numbers[::-1]):
        said = in_instance(bare.instances()[number], "docker image ls; docker diff one")
        assert f"of-{number}" in said
        assert other not in said
    assert store(bare) == before
    (new,) = bare.boot(SubnetId=subnet)
    assert in_instance(bare.instances()[new], "docker image ls --quiet | wc -l") == "1\n"


def store(bare: Rehearsal) -> str:
    """A digest of every file in the store that instances share: names, rights, times, content."""
    volume = bare.world.stores[bare.engine.arch]
    said = bare.engine.client.containers.run(
        bare.world.instance_image,
        ["-c", "cd /golden && find . -printf '%p %m %s %T@ %l\\n' | sort | sha256sum"],
        entrypoint="bash",
        volumes={volume: {"bind": "/golden", "mode": "ro"}},
        network_disabled=True,
        remove=True,
    )
    return bytes(said).decode()


def test_a_slow_boot_is_slow(bare: Rehearsal, subnet: str) -> None:
    bare.ask("faults/add", kind="slow-boot", seconds=4)
    asked = time.time()
    (number,) = bare.run(SubnetId=subnet)
    wait_until(lambda: bool(bare.events("running", number)), "it runs", SECONDS_TO_GO)
    assert bare.events("running", number)[0].at - asked > 3


def test_an_instance_says_whether_it_can_be_reached(bare: Rehearsal, subnet: str) -> None:
    def status(number: str) -> str:
        told = bare.ec2().describe_instance_status(InstanceIds=[number])["InstanceStatuses"]
        return str(told[0]["InstanceStatus"]["Status"]) if told else ""

    bare.ask("faults/add", kind="slow-boot", seconds=15)
    (number,) = bare.run(SubnetId=subnet)
    assert status(number) == "initializing"
    wait_until(lambda: status(number) == "ok", "SSH answers", SECONDS_TO_GO)
    container = bare.instances()[number]
    container.pause()
    wait_until(lambda: status(number) == "impaired", "it is seen to hang", SECONDS_TO_GO)
    container.unpause()
    wait_until(lambda: status(number) == "ok", "it is well again", SECONDS_TO_GO)
    # One that hangs can be ended all the same.
    container.pause()
    bare.end(number)
    assert bare.events("lost", number) == []
