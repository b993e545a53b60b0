"""An emulated account with infra in it, as small as a launch can do with."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from cluster.account import Account
from cluster.infra.values import Infra
from tests.cluster.infra.emulated import REGION, aws, client

NAME = "ray-on-aws"


# Not of the package: in a folder without __init__.py pytest ends that with the session only, and
# all later tests would find this account in their environment.
@pytest.fixture(scope="module")
def _server() -> Iterator[None]:
    with aws():
        yield


@pytest.fixture(scope="module")
def account(_server: None) -> Account:
    return Account(REGION)


@pytest.fixture(scope="module")
def infra(account: Account) -> Infra:
    """What `infra.up` would have made."""
    ec2, iam = client("ec2"), client("iam")
    # Addresses of this machine, so that a server here can stand for a node.
    vpc = ec2.create_vpc(CidrBlock="127.64.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"127.64.{number}.0/24", AvailabilityZone=f"{REGION}{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    groups = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("head", "worker")
    ]
    for profile in ("head", "worker"):
        iam.create_instance_profile(InstanceProfileName=f"{NAME}-{profile}")
    repository = client("ecr").create_repository(repositoryName=f"{NAME}/ray")["repository"]
    return Infra(
        name=NAME,
        region=REGION,
        account=account.number,
        zones=(f"{REGION}a", f"{REGION}b"),
        vpc=vpc,
        private_subnets=tuple(subnets),
        public_subnets=(),
        head_security_group=groups[0],
        worker_security_group=groups[1],
        endpoint="eice-0123456789abcdef0",
        bastion="",
        head_profile=f"{NAME}-head",
        worker_profile=f"{NAME}-worker",
        bucket=f"{NAME}-{account.number}-{REGION}",
        image_repository=repository["repositoryUri"],
    )


def put_image(tag: str, media_type: str) -> None:
    """An image in the registry, as far as its description goes."""
    manifest = {"schemaVersion": 2, "mediaType": media_type, "manifests": [], "of": tag}
    client("ecr").put_image(
        repositoryName=f"{NAME}/ray",
        imageTag=tag,
        imageManifest=json.dumps(manifest),
        imageManifestMediaType=media_type,
    )
