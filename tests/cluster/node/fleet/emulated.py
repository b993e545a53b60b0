"""An account with a network, and the provider as Ray makes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto import mock_aws
from ray.autoscaler._private.aws import node_provider, utils
from ray.autoscaler._private.providers import _get_node_provider

from cluster.node.fleet import FleetNodeProvider, provider
from cluster.rehearsal import gaps
from cluster.rehearsal.faults import Fault, Faults

REGION = "us-east-1"
ZONES = ("us-east-1a", "us-east-1b")
TYPES = ("r7i.2xlarge", "r6in.2xlarge")
CLUSTER = "lab-fleet"
TAGS = {
    "ray-node-type": "worker",
    "ray-node-name": "ray-lab-fleet-worker",
    "ray-node-status": "uninitialized",
    "ray-launch-config": "hash",
    "ray-user-node-type": "intel",
}


@dataclass(frozen=True)
class Emulated:
    """Emulated EC2, and a provider that asks it.

    Attributes:
        provider: as Ray loads it.
        faults: what is to go wrong, of which only capacity is looked at.
        subnets: one in each zone.
        asked: each call that was made, and what it was given.
    """

    provider: FleetNodeProvider
    faults: Faults
    subnets: list[str]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def ec2(self) -> Any:
        return boto3.client("ec2", region_name=REGION)

    def dry(self, **where: Any) -> None:
        """Lets there be no capacity somewhere."""
        self.faults.add(Fault(kind="capacity", **where))

    def lacks(self, **where: Any) -> None:
        """Lets a type not be offered somewhere."""
        self.faults.add(Fault(kind="offer", **where))

    def node(self, **more: Any) -> dict[str, Any]:
        """A `node_config` as our configs have it."""
        tags = [{"Key": "ray-on-aws", "Value": "lab"}]
        return {
            "InstanceType": TYPES[0],
            "Fleet": {"InstanceTypes": list(TYPES)},
            "InstanceMarketOptions": {"MarketType": "spot"},
            "ImageId": "ami-12c6146b",
            "KeyName": "key",
            "UserData": "#!/bin/sh\necho up",
            "SubnetIds": self.subnets,
            "SecurityGroupIds": [
                self.ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
            ],
            "IamInstanceProfile": {"Name": "worker"},
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
            "BlockDeviceMappings": [
                {
                    "DeviceName": "/dev/xvda",
                    "Ebs": {"VolumeType": "gp3", "VolumeSize": 300, "Encrypted": True},
                }
            ],
            "TagSpecifications": [
                {"ResourceType": kind, "Tags": tags}
                for kind in ("instance", "volume", "network-interface")
            ],
            **more,
        }

    def launch(self, count: int, **more: Any) -> list[str]:
        """What Ray does for nodes; gives their ids."""
        return list(self.provider.create_node(self.node(**more), dict(TAGS), count))

    def alive(self) -> list[dict[str, Any]]:
        """The instances that there are."""
        told = self.ec2.describe_instances(
            Filters=[{"Name": "instance-state-name", "Values": ["pending", "running"]}]
        )
        return [one for each in told["Reservations"] for one in each["Instances"]]

    def markets(self) -> Counter[str]:
        """How many instances of each market there are."""
        return Counter(one.get("InstanceLifecycle", "on-demand") for one in self.alive())

    def fleets(self) -> list[list[tuple[str, str]]]:
        """The types and markets that each CreateFleet asked for."""
        return [
            [
                (
                    one["InstanceType"],
                    told["TargetCapacitySpecification"]["DefaultTargetCapacityType"],
                )
                for one in told["LaunchTemplateConfigs"][0]["Overrides"]
            ]
            for name, told in self.asked
            if name == "CreateFleet"
        ]


@contextmanager
def emulated() -> Iterator[Emulated]:
    """An account in which nothing runs."""
    gaps.fill()
    faults = Faults()
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.setattr(node_provider, "TAG_BATCH_DELAY", 0.01)
        # Nobody looks at the instances meanwhile.
        patch.setattr(provider, "SECONDS_TO_BE_SEEN", 0.1)
        patch.setattr(gaps.fleets.Market, "room", faults.room)
        asked: list[tuple[str, dict[str, Any]]] = []
        session = boto3.Session(region_name=REGION)
        session.events.register(
            "provide-client-params.ec2.*",
            lambda params, model, **_: asked.append((model.name, params)),
        )
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        utils.resource_cache.cache_clear()
        subnets = _network()
        made = _get_node_provider(
            {
                "type": "external",
                "module": "cluster.node.fleet.FleetNodeProvider",
                "region": REGION,
                "cache_stopped_nodes": False,
            },
            CLUSTER,
            use_cache=False,
        )
        asked.clear()
        yield Emulated(made, faults, subnets, asked)
    utils.resource_cache.cache_clear()


def _network() -> list[str]:
    ec2 = boto3.client("ec2", region_name=REGION)
    iam = boto3.client("iam", region_name=REGION)
    iam.create_instance_profile(InstanceProfileName="worker")
    ec2.create_key_pair(KeyName="key")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    return [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{number}.0/24", AvailabilityZone=zone)[
            "Subnet"
        ]["SubnetId"]
        for number, zone in enumerate(ZONES)
    ]
