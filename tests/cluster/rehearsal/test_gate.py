"""What stands before moto, asked by boto3 over HTTP as Ray asks it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from cluster.rehearsal import gaps
from cluster.rehearsal.events import Event, Events, read
from cluster.rehearsal.faults import Fault, Faults
from cluster.rehearsal.gate import Gate

REGION = "us-east-1"
TAGS = [
    {"Key": "ray-node-type", "Value": "worker"},
    {"Key": "ray-user-node-type", "Value": "intel"},
    {"Key": "ray-node-status", "Value": "uninitialized"},
]


class Gated:
    """A gate before moto, on a port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults = Faults()
        self.changes = 0
        self.role = ""
        app = DomainDispatcherApplication(create_backend_app)
        gate = Gate(app, _desk, Events(folder), self.faults, self._changed, lambda _: self.role)
        self.server = make_server("127.0.0.1", 0, gate, threaded=True)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.subnet = ""

    def _changed(self) -> None:
        self.changes += 1

    def client(self, service: str) -> Any:
        """A client of boto3 that tries once."""
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.address,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def run(self, count: int = 1, **more: Any) -> list[str]:
        """Instances, by their ids."""
        made = self.client("ec2").run_instances(
            ImageId="ami-12c6146b",
            InstanceType="c7i.4xlarge",
            MinCount=1,
            MaxCount=count,
            SubnetId=self.subnet,
            TagSpecifications=[{"ResourceType": "instance", "Tags": TAGS}],
            **more,
        )
        return [one["InstanceId"] for one in made["Instances"]]

    def told(self) -> list[Event]:
        """What was written down."""
        return list(read(self.folder))

    def code(self, error: pytest.ExceptionInfo[ClientError]) -> tuple[int, str]:
        """The status and AWS's name of an error."""
        answer = error.value.response
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def _desk(environment: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"the desk: {environment['PATH_INFO']}".encode()]


@pytest.fixture
def gated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gated]:
    gaps.fill()
    found = Gated(tmp_path)
    monkeypatch.setattr(gaps.fleets.Market, "room", found.faults.room)
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    requests.post(f"{found.address}/moto-api/reset", timeout=30)
    ec2 = found.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24", AvailabilityZone=f"{REGION}b")
    found.subnet = made["Subnet"]["SubnetId"]
    yield found
    requests.post(f"{found.address}/moto-api/reset", timeout=30)
    found.server.shutdown()
    found.server.server_close()
    thread.join()


def test_what_is_asked_for_is_written_down_with_what_came_of_it(gated: Gated) -> None:
    gated.role = "ray-on-aws-us-east-1-head"
    made = gated.run(3, InstanceMarketOptions={"MarketType": "spot"})
    (event,) = gated.told()
    assert event.what == "asked for"
    assert event.details == {
        "action": "RunInstances",
        "instance_type": "c7i.4xlarge",
        "market": "spot",
        "zone": "us-east-1b",
        "count": "3",
        "node_type": "intel",
        "role": "ray-on-aws-us-east-1-head",
        "instances": ",".join(made),
    }
    assert len(made) == 3


def test_on_demand_and_no_role_are_what_is_meant_if_nothing_is_said(gated: Gated) -> None:
    gated.run()
    (event,) = gated.told()
    assert event.details["market"] == "on-demand"
    assert "role" not in event.details


def test_the_launcher_s_steps_are_written_down_for_each_instance(gated: Gated) -> None:
    made = gated.run(2)
    ec2 = gated.client("ec2")
    for step in ("waiting-for-ssh", "up-to-date"):
        tags = [{"Key": "Name", "Value": "x"}, {"Key": "ray-node-status", "Value": step}]
        ec2.create_tags(Resources=made, Tags=tags)
    ec2.create_tags(Resources=made, Tags=[{"Key": "ray-node-name", "Value": "y"}])
    happened = [(one.what, one.instance) for one in gated.told()[1:]]
    assert happened == [(step, one) for step in ("waiting-for-ssh", "up-to-date") for one in made]


def test_who_ended_instances_is_written_down(gated: Gated) -> None:
    first, second = gated.run(2)
    gated.client("ec2").terminate_instances(InstanceIds=[first])
    gated.role = "head"
    gated.client("ec2").terminate_instances(InstanceIds=[second])
    happened = [(one.what, one.instance, one.details) for one in gated.told()[1:]]
    assert happened == [
        ("terminated", first, {"by": "this machine"}),
        ("terminated", second, {"by": "head"}),
    ]


def test_what_moto_refuses_is_written_down_as_refused(gated: Gated) -> None:
    with pytest.raises(ClientError) as raised:
        gated.run(SecurityGroupIds=["sg-00000000"])
    with pytest.raises(ClientError):
        gated.client("ec2").terminate_instances(InstanceIds=["i-0123456789abcdef0"])
    refused = [(one.what, one.details["action"], one.details["said"]) for one in gated.told()]
    assert refused == [
        ("refused", "RunInstances", gated.code(raised)[1]),
        ("refused", "TerminateInstances", "InvalidInstanceID.NotFound"),
    ]


def test_whether_one_may_is_no_event(gated: Gated) -> None:
    with pytest.raises(ClientError) as raised:
        gated.run(DryRun=True)
    assert gated.code(raised)[1] == "DryRunOperation"
    assert gated.told() == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(kind="capacity", market="spot"), (500, "InsufficientInstanceCapacity")),
        (Fault(kind="capacity", zone="us-east-1b"), (500, "InsufficientInstanceCapacity")),
        (Fault(kind="throttle"), (503, "RequestLimitExceeded")),
        (Fault(kind="deny", role="head"), (403, "UnauthorizedOperation")),
    ],
)
def test_a_fault_reaches_the_caller_and_nothing_is_made(
    gated: Gated, fault: Fault, code: tuple[int, str]
) -> None:
    gated.role = "ray-on-aws-us-east-1-head"
    gated.faults.add(fault)
    with pytest.raises(ClientError) as raised:
        gated.run(InstanceMarketOptions={"MarketType": "spot"})
    assert gated.code(raised) == code
    (event,) = gated.told()
    assert (event.what, event.details["said"]) == ("refused", code[1])
    gated.faults.clear()
    assert gated.client("ec2").describe_instances()["Reservations"] == []


def test_a_fault_elsewhere_lets_the_call_through(gated: Gated) -> None:
    gated.faults.add(Fault(kind="capacity", market="spot"))
    gated.faults.add(Fault(kind="capacity", zone="us-east-1a"))
    gated.faults.add(Fault(kind="deny", role="head"))
    gated.faults.add(Fault(kind="throttle", action="TerminateInstances"))
    assert len(gated.run(2)) == 2


def test_faults_are_of_ec2_alone(gated: Gated) -> None:
    gated.faults.add(Fault(kind="throttle"))
    gated.faults.add(Fault(kind="deny"))
    assert gated.client("sts").get_caller_identity()["Account"]
    assert gated.client("iam").list_roles()["Roles"] is not None


def test_boto_tries_again_after_throttling(gated: Gated) -> None:
    ec2 = boto3.client(
        "ec2",
        region_name=REGION,
        endpoint_url=gated.address,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 10, "mode": "standard"}, proxies={}),
    )
    # From now on, as to make a client may take a slow machine longer than this.
    gated.faults.add(Fault(kind="throttle"), 2.0)
    assert ec2.describe_instances()["Reservations"] == []
    assert {one.details["said"] for one in gated.told()} == {"RequestLimitExceeded"}


def test_reads_change_nothing_and_writes_do(gated: Gated) -> None:
    before = gated.changes
    gated.client("ec2").describe_instances()
    gated.client("iam").list_roles()
    gated.client("ecr").describe_repositories()
    assert gated.changes == before
    gated.run()
    gated.client("ecr").create_repository(repositoryName="one")
    gated.client("iam").create_instance_profile(InstanceProfileName="one")
    assert gated.changes == before + 3


def test_the_desk_has_its_own_paths(gated: Gated) -> None:
    answer = requests.post(f"{gated.address}/rehearsal/health", timeout=30)
    assert answer.text == "the desk: /rehearsal/health"
    assert gated.told() == []


def test_what_is_no_call_of_aws_goes_by(gated: Gated) -> None:
    for body in (b"", b"Action=", b"\xff\xfe=%ff", b"Tag.x.Key=1&ResourceId.=2"):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        requests.post(f"{gated.address}/", data=body, headers=headers, timeout=30)
    assert gated.told() == []


def test_of_a_fleet_each_pool_is_written_down(gated: Gated) -> None:
    gated.faults.add(Fault(kind="capacity", instance_type="c7i.4xlarge", market="spot", room=1))
    ec2 = gated.client("ec2")
    ec2.create_launch_template(
        LaunchTemplateName="own", LaunchTemplateData={"ImageId": "ami-12c6146b"}
    )
    asked: Any = {
        "Type": "instant",
        "LaunchTemplateConfigs": [
            {
                "LaunchTemplateSpecification": {"LaunchTemplateName": "own", "Version": "1"},
                "Overrides": [
                    {"InstanceType": one, "SubnetId": gated.subnet}
                    for one in ("c7i.4xlarge", "c7a.4xlarge")
                ],
            }
        ],
        "TargetCapacitySpecification": {
            "TotalTargetCapacity": 3,
            "DefaultTargetCapacityType": "spot",
        },
        "TagSpecifications": [{"ResourceType": "instance", "Tags": TAGS}],
    }
    one, two = ec2.create_fleet(**asked)["Instances"]
    usual = {
        "action": "CreateFleet",
        "market": "spot",
        "zone": "us-east-1b",
        "node_type": "intel",
    }
    lacking = {**usual, "instance_type": "c7i.4xlarge", "said": "InsufficientInstanceCapacity"}
    refused, first, second = gated.told()
    assert (refused.what, refused.details) == ("refused", {**lacking, "count": "3"})
    assert first.details == {
        **usual,
        "instance_type": "c7i.4xlarge",
        "count": "1",
        "instances": one["InstanceIds"][0],
    }
    assert second.details == {
        **usual,
        "instance_type": "c7a.4xlarge",
        "count": "2",
        "instances": ",".join(two["InstanceIds"]),
    }
    assert {first.what, second.what} == {"asked for"}
    gated.faults.add(Fault(kind="throttle", action="CreateFleet"))
    with pytest.raises(ClientError):
        ec2.create_fleet(**asked)
    assert gated.told()[-1].details == {
        "action": "CreateFleet",
        "market": "spot",
        "count": "3",
        "node_type": "intel",
        "said": "RequestLimitExceeded",
    }
