"""The EC2 instances of a cluster, by the tags that Ray's launcher gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cluster.account import Account, explained

# As Ray names them: ray/autoscaler/tags.py.
NAME, KIND, TYPE = "ray-cluster-name", "ray-node-type", "ray-user-node-type"
STATUS = "ray-node-status"
ALIVE = ("pending", "running", "stopping", "stopped", "shutting-down")


@dataclass(frozen=True, kw_only=True)
class Ec2Instance:
    """An instance of a cluster.

    Attributes:
        number: its id, `i-…`.
        head: whether it is the head node.
        node_type: the entry of the config that it was made by.
        instance_type: `r8g.2xlarge`.
        market: `spot` or `on-demand`.
        arch: `amd64` or `arm64`.
        zone: that it is in.
        address: the private one; empty where it has none yet.
        state: EC2's, such as `running`.
        status: what Ray's launcher is at, such as `setting-up`; `up-to-date` at the end.
    """

    number: str
    head: bool
    node_type: str
    instance_type: str
    market: str
    arch: str
    zone: str
    address: str
    state: str
    status: str


def of_cluster(
    account: Account, cluster: str, states: Sequence[str] = ("pending", "running")
) -> list[Ec2Instance]:
    """The instances of a cluster in given states, the head first.

    Raises:
        UsageError: the credentials will not do.
        ServiceError: AWS refuses, or does not answer.
    """
    with explained(f"looking for the instances of {cluster}"):
        pages = account.client("ec2").get_paginator("describe_instances")
        told = pages.paginate(
            Filters=[
                {"Name": f"tag:{NAME}", "Values": [cluster]},
                {"Name": "instance-state-name", "Values": list(states)},
            ]
        )
        found = [
            _instance(one)
            for page in told
            for reservation in page["Reservations"]
            for one in reservation["Instances"]
        ]
    return sorted(found, key=lambda one: (not one.head, one.node_type, one.number))


def _instance(told: dict[str, Any]) -> Ec2Instance:
    tags = {tag["Key"]: tag["Value"] for tag in told.get("Tags", [])}
    return Ec2Instance(
        number=told["InstanceId"],
        head=tags.get(KIND) == "head",
        node_type=tags.get(TYPE, ""),
        instance_type=told["InstanceType"],
        market=told.get("InstanceLifecycle", "on-demand"),
        arch={"x86_64": "amd64"}.get(told.get("Architecture", ""), told.get("Architecture", "")),
        zone=told["Placement"]["AvailabilityZone"],
        address=told.get("PrivateIpAddress", ""),
        state=told["State"]["Name"],
        status=tags.get(STATUS, ""),
    )
