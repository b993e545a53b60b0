"""An emulated account with infra in it that commands find, and `./invoke` called on it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from cluster.account import Account
from cluster.infra import names as naming
from cluster.infra.names import Names
from cluster.infra.stacks import Stack
from commands import ROOT
from commands.state import VARIABLE
from tests.cluster.infra.emulated import REGION, client

NAME = "ray-on-aws"
TAG = "one"
LIST = "application/vnd.oci.image.index.v1+json"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def make_infra() -> Names:
    """What `infra.up` makes, with roles that may do nothing, as moto looks at none."""
    account = Account(REGION)
    names = Names.of(account, NAME)
    Stack(account, names.network_stack, NAME).ensure(
        "network.yaml",
        {"Infra": NAME, "ZoneA": f"{REGION}a", "ZoneB": f"{REGION}b", "NatPerZone": "no"},
    )
    tags = [{"Key": naming.TAG, "Value": NAME}]
    iam = client("iam")
    for role in (names.head_role, names.worker_role):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST, Tags=tags)
        iam.create_instance_profile(InstanceProfileName=role, Tags=tags)
        iam.add_role_to_instance_profile(InstanceProfileName=role, RoleName=role)
    client("ecr").create_repository(repositoryName=names.repository, tags=tags)
    s3 = client("s3")
    s3.create_bucket(Bucket=names.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_tagging(Bucket=names.bucket, Tagging={"TagSet": tags})
    return names


def push_image(repository: str) -> None:
    """A list over both arches in the registry, as far as its description goes."""
    manifest = {"schemaVersion": 2, "mediaType": LIST, "manifests": []}
    client("ecr").put_image(
        repositoryName=repository,
        imageTag=TAG,
        imageManifest=json.dumps(manifest),
        imageManifestMediaType=LIST,
    )


def run_instances(cluster: str, *kinds: str) -> list[str]:
    """An instance of a cluster for each kind, `head` or `worker`, as Ray tags them; their ids."""
    made = []
    for kind in kinds:
        tags = {"ray-cluster-name": cluster, "ray-node-type": kind, naming.TAG: NAME}
        told = client("ec2").run_instances(
            ImageId="ami-12345678",
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[
                {
                    "ResourceType": "instance",
                    "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
                }
            ],
        )
        made.append(told["Instances"][0]["InstanceId"])
    return made


def alive() -> set[str]:
    """The ids of all instances that have not ended."""
    told = client("ec2").describe_instances(
        Filters=[{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    )
    return {one["InstanceId"] for each in told["Reservations"] for one in each["Instances"]}


def invoke(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Calls `./invoke` with nobody at its terminal, and a folder of its own for what it keeps."""
    return subprocess.run(
        [ROOT / "invoke", *arguments],
        env={**os.environ, VARIABLE: str(state)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
