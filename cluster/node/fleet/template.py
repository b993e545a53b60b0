"""Launch templates: what the nodes of a type have in common, as EC2 Fleet wants it.

A template is named by its content, and never changed: who finds one of that name has the right one.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from cluster.node.fleet.wish import KEY

TAG = "ray-on-aws"
# As Ray names it: ray/autoscaler/tags.py.
CLUSTER = "ray-cluster-name"
THERE = "InvalidLaunchTemplateName.AlreadyExistsException"
# What a fleet's request says itself, or what would contradict it.
NOT_IN_IT = (
    KEY,
    "InstanceMarketOptions",
    "InstanceType",
    "MaxCount",
    "MinCount",
    "SubnetId",
    "SubnetIds",
)
# Ray has tags of its own for each instance; and what both say, EC2 might take for said twice.
TAGGED_BY_REQUEST = ("instance", "volume")
MOST_OF_A_NAME = 128


def content(node: Mapping[str, Any]) -> dict[str, Any]:
    """What of a `node_config` is the same for all instances of the fleet."""
    data = {name: value for name, value in node.items() if name not in NOT_IN_IT}
    if "UserData" in data:
        # Of RunInstances boto3 does it by itself.
        data["UserData"] = base64.b64encode(str(data["UserData"]).encode()).decode()
    specifications = data.pop("TagSpecifications", [])
    tags = [one for one in specifications if one["ResourceType"] not in TAGGED_BY_REQUEST]
    return data | ({"TagSpecifications": tags} if tags else {})


def tags_of(node: Mapping[str, Any], kind: str) -> dict[str, str]:
    """The tags that a `node_config` has for a kind of resource."""
    return {
        tag["Key"]: tag["Value"]
        for one in node.get("TagSpecifications", [])
        if one["ResourceType"] == kind
        for tag in one["Tags"]
    }


def name(cluster: str, data: Mapping[str, Any]) -> str:
    """The name of the template with this content."""
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]
    return f"{cluster[: MOST_OF_A_NAME - 17]}-{digest}"


def make(ec2: Any, cluster: str, data: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    """Makes the template, if it is not there; gives its name.

    Args:
        ec2: a client of boto3.
        cluster: the name of the cluster.
        data: what is to be in it.
        tags: of an instance, of which the template is given ours.

    Raises:
        ClientError: EC2 refuses.
    """
    named = name(cluster, data)
    own = {CLUSTER: cluster} | ({TAG: tags[TAG]} if TAG in tags else {})
    try:
        ec2.create_launch_template(
            LaunchTemplateName=named,
            LaunchTemplateData=data,
            TagSpecifications=[{"ResourceType": "launch-template", "Tags": pairs(own)}],
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != THERE:
            raise
    return named


def pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as EC2 takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
