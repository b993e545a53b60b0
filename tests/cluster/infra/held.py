"""What an emulated account holds, to compare before and after."""

from __future__ import annotations

from typing import Any

from tests.cluster.infra.emulated import client


def everything() -> dict[str, list[str]]:
    """Ids of all that the account has, tagged or not.

    But for interfaces and access lists, which go with what they belong to, and stay in moto.
    """
    ec2, iam = client("ec2"), client("iam")
    listed: dict[str, list[str]] = {
        "buckets": [each["Name"] for each in client("s3").list_buckets()["Buckets"]],
        "profiles": [
            e["InstanceProfileName"] for e in iam.list_instance_profiles()["InstanceProfiles"]
        ],
        "repositories": [
            e["repositoryName"] for e in client("ecr").describe_repositories()["repositories"]
        ],
        # The account's role for spot instances is shared, and stays.
        "roles": [
            e["RoleName"] for e in iam.list_roles()["Roles"] if "aws-service-role" not in e["Path"]
        ],
        "stacks": [e["StackName"] for e in client("cloudformation").describe_stacks()["Stacks"]],
    }
    kinds: dict[str, tuple[str, str]] = {
        "addresses": ("Addresses", "AllocationId"),
        "internet_gateways": ("InternetGateways", "InternetGatewayId"),
        "key_pairs": ("KeyPairs", "KeyName"),
        "launch_templates": ("LaunchTemplates", "LaunchTemplateId"),
        "nat_gateways": ("NatGateways", "NatGatewayId"),
        "route_tables": ("RouteTables", "RouteTableId"),
        "security_groups": ("SecurityGroups", "GroupId"),
        "subnets": ("Subnets", "SubnetId"),
        "volumes": ("Volumes", "VolumeId"),
        "vpc_endpoints": ("VpcEndpoints", "VpcEndpointId"),
        "vpcs": ("Vpcs", "VpcId"),
    }
    for call, (key, identity) in kinds.items():
        found: list[dict[str, Any]] = getattr(ec2, f"describe_{call}")()[key]
        listed[call] = [e[identity] for e in found if e.get("State") not in ("deleted", "deleting")]
    running = ec2.describe_instances(
        Filters=[{"Name": "instance-state-name", "Values": ["running"]}]
    )
    listed["instances"] = [i["InstanceId"] for r in running["Reservations"] for i in r["Instances"]]
    return {kind: sorted(found) for kind, found in listed.items()}
