"""What emulated AWS knows, over the end of its process."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.backends import get_backend

from cluster.rehearsal.machines import all_machines, end
from cluster.rehearsal.memory import FILE, SERVICES, Memory
from errors import ServiceError
from tests.cluster.infra.emulated import aws, client


@pytest.fixture(autouse=True)
def _emulated() -> Iterator[None]:
    with aws():
        yield


def run_instances(count: int) -> list[str]:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    made = ec2.run_instances(
        MinCount=count,
        MaxCount=count,
        SubnetId=subnet,
        InstanceType="c7i.4xlarge",
        UserData="#!/bin/sh\ntrue\n",
        InstanceMarketOptions={"MarketType": "spot"},
    )
    return [one["InstanceId"] for one in made["Instances"]]


def forget() -> None:
    """What the end of a process does."""
    for service in SERVICES:
        get_backend(service).reset()  # type: ignore[call-overload]


def test_a_new_process_goes_on_with_what_was_known(tmp_path: Path) -> None:
    numbers = run_instances(2)
    client("s3").create_bucket(
        Bucket="data", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    end(next(one for one in all_machines() if one.number == numbers[1]))
    before = all_machines()
    Memory(tmp_path).save()
    forget()
    assert all_machines() == []
    assert Memory(tmp_path).recall()
    assert all_machines() == before
    assert {one.number: one.state for one in before} == {
        numbers[0]: "running",
        numbers[1]: "terminated",
    }
    assert client("s3").list_buckets()["Buckets"][0]["Name"] == "data"
    # It is alive, and no picture of what was.
    client("ec2").terminate_instances(InstanceIds=numbers[:1])
    assert {one.state for one in all_machines()} == {"terminated"}
    assert len(run_instances(1)) == 1


def test_where_nothing_was_kept_nothing_is_recalled(tmp_path: Path) -> None:
    assert not Memory(tmp_path).recall()


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    Memory(tmp_path).save()
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_it_is_written_down_whole_while_other_calls_go_on(tmp_path: Path) -> None:
    memory, numbers = Memory(tmp_path), run_instances(1)
    stop = threading.Event()

    def tag() -> None:
        ec2, number = client("ec2"), 0
        while not stop.is_set():
            number += 1
            tags = [{"Key": f"key-{number}", "Value": "x" * 100}]
            ec2.create_tags(Resources=numbers, Tags=tags)
            ec2.delete_tags(Resources=numbers, Tags=tags)

    changing = threading.Thread(target=tag)
    changing.start()
    try:
        for _ in range(10):
            memory.save()
            assert set(pickle.loads((tmp_path / FILE).read_bytes())) == set(SERVICES)  # noqa: S301
    finally:
        stop.set()
        changing.join()


def test_what_cannot_be_kept_is_told_and_what_was_kept_stays(tmp_path: Path) -> None:
    memory, numbers = Memory(tmp_path), run_instances(1)
    memory.save()
    (tmp_path / FILE).with_suffix(".new").mkdir()
    end(all_machines()[0])
    with pytest.raises(ServiceError, match=r"cannot be kept in .*aws\.pickle.*: .*directory"):
        memory.save()
    forget()
    assert memory.recall()
    assert [one.number for one in all_machines()] == numbers
    assert all_machines()[0].state == "running"


@pytest.mark.parametrize("written", [b"", b"\x80\x05", pickle.dumps(object())[:-4] + b"abc."])
def test_what_another_version_wrote_is_told(tmp_path: Path, written: bytes) -> None:
    (tmp_path / FILE).write_bytes(written)
    with pytest.raises(ServiceError, match=r"cannot be read from .*: \./invoke down clears up"):
        Memory(tmp_path).recall()


def test_launch_templates_are_known_too(tmp_path: Path) -> None:
    made = client("ec2").create_launch_template(
        LaunchTemplateName="own", LaunchTemplateData={"ImageId": "ami-1", "UserData": "aGVsbG8="}
    )["LaunchTemplate"]
    Memory(tmp_path).save()
    forget()
    assert client("ec2").describe_launch_templates()["LaunchTemplates"] == []
    assert Memory(tmp_path).recall()
    told = client("ec2").describe_launch_template_versions(LaunchTemplateName="own")
    (version,) = told["LaunchTemplateVersions"]
    assert version["LaunchTemplateId"] == made["LaunchTemplateId"]
    assert version["LaunchTemplateData"]["UserData"] == "aGVsbG8="
