"""Everything in an account that carries an infra's tag: what is there, and what teardown left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cluster.account import Account, explained
from cluster.infra import parts
from cluster.infra.names import TAG, Names
from cluster.infra.parts import Part

# Endpoints of EC2 Instance Connect say it with a prefix: delete-complete.
GONE = {"delete-complete", "deleted", "deleting", "shutting-down", "terminated"}


@dataclass(frozen=True)
class Kind:
    """A kind of resource of EC2's, and how to list it.

    Attributes:
        name: of the kind.
        call: of boto3's client.
        found: where in its answer they are, in the language of JMESPath.
        identity: the field that names one.
        state: where in one its state is; empty where it has none.
    """

    name: str
    call: str
    found: str
    identity: str
    state: str = ""


KINDS = (
    Kind("instance", "describe_instances", "Reservations[].Instances[]", "InstanceId", "State"),
    Kind("volume", "describe_volumes", "Volumes[]", "VolumeId", "State"),
    Kind(
        "network interface",
        "describe_network_interfaces",
        "NetworkInterfaces[]",
        "NetworkInterfaceId",
        "Status",
    ),
    Kind("key pair", "describe_key_pairs", "KeyPairs[]", "KeyName"),
    Kind("placement group", "describe_placement_groups", "PlacementGroups[]", "GroupName", "State"),
    Kind("launch template", "describe_launch_templates", "LaunchTemplates[]", "LaunchTemplateId"),
    Kind("NAT gateway", "describe_nat_gateways", "NatGateways[]", "NatGatewayId", "State"),
    Kind("address", "describe_addresses", "Addresses[]", "AllocationId"),
    Kind(
        "instance connect endpoint",
        "describe_instance_connect_endpoints",
        "InstanceConnectEndpoints[]",
        "InstanceConnectEndpointId",
        "State",
    ),
    Kind("VPC endpoint", "describe_vpc_endpoints", "VpcEndpoints[]", "VpcEndpointId", "State"),
    Kind("security group", "describe_security_groups", "SecurityGroups[]", "GroupId"),
    Kind("subnet", "describe_subnets", "Subnets[]", "SubnetId", "State"),
    Kind("route table", "describe_route_tables", "RouteTables[]", "RouteTableId"),
    Kind(
        "internet gateway", "describe_internet_gateways", "InternetGateways[]", "InternetGatewayId"
    ),
    Kind("VPC", "describe_vpcs", "Vpcs[]", "VpcId", "State"),
)


def left(account: Account, names: Names) -> list[Part]:
    """All of an infra that is in the account, by tag and by name.

    Raises:
        UsageError: the credentials will not do.
        ServiceError: AWS does not answer, or something of that name is not ours.
    """
    ec2 = account.client("ec2")
    tagged = [part for kind in KINDS for part in _of_kind(ec2, kind, names)]
    return tagged + parts.there(account, names)


def instances(account: Account, names: Names) -> list[Part]:
    """The instances that carry the tag and are not on their way out."""
    return list(_of_kind(account.client("ec2"), KINDS[0], names))


def _of_kind(ec2: Any, kind: Kind, names: Names) -> list[Part]:
    with explained(f"looking for what is left of {names.name}: {kind.name}"):
        if ec2.can_paginate(kind.call):
            each = list(ec2.get_paginator(kind.call).paginate().search(kind.found))
        else:
            answer = getattr(ec2, kind.call)()
            each = answer[kind.found.removesuffix("[]")]
    found = []
    for one in each:
        # Looked at here, as filters are not the same for all kinds.
        tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
        state = one.get(kind.state, "")
        state = state["Name"] if isinstance(state, dict) else state
        if tags.get(TAG) == names.name and state not in GONE:
            found.append(Part(kind=kind.name, name=one[kind.identity], state=state))
    return found
