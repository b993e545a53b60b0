"""Calls of EC2 as the requests that AWS judges, each with the context that it sees.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.cluster.infra.evaluator import Request

REGION, NUMBER = "us-west-2", "123456789012"
# What the policies are filled in with.
VALUES = {
    "infra": "lab",
    "account": NUMBER,
    "region": REGION,
    "partition": "aws",
    "private_subnet_a": "subnet-a",
    "private_subnet_b": "subnet-b",
    "worker_security_group": "sg-worker",
    "worker_role": "lab-us-west-2-worker",
    "bucket": "lab-123456789012-us-west-2",
    "repository": "lab/ray",
}
Tags = Mapping[str, str]


def arn(kind: str, name: str = "new", *, account: str = NUMBER) -> str:
    return f"arn:aws:ec2:{REGION}:{account}:{kind}/{name}"


def run_instances(call: Mapping[str, Any], *, owner: str = "amazon") -> list[Request]:
    """A launch, as the things that it touches and makes.

    Args:
        call: its parameters, as boto3 takes them.
        owner: of the image.
    """
    profile = call.get("IamInstanceProfile", {}).get("Name", "")
    interfaces = call.get("NetworkInterfaces", [{}])
    subnets = [each.get("SubnetId", call.get("SubnetId", "")) for each in interfaces]
    groups = [
        *call.get("SecurityGroupIds", []),
        *(g for i in interfaces for g in i.get("Groups", [])),
    ]
    named = {
        "key-pair": call.get("KeyName"),
        "placement-group": call.get("Placement", {}).get("GroupName"),
        "spot-instances-request": "new" if "InstanceMarketOptions" in call else None,
    }
    requests = [
        launch("instance", _of_instance(call, profile)),
        *(launch("volume", each) for each in _of_volumes(call)),
        *(
            launch(
                "network-interface",
                {**request_tags(call, "network-interface"), "ec2:Subnet": arn("subnet", each)},
            )
            for each in subnets
        ),
        *(Request("ec2:RunInstances", arn("subnet", each)) for each in subnets),
        *(Request("ec2:RunInstances", arn("security-group", each)) for each in groups),
        Request(
            "ec2:RunInstances", arn("image", call["ImageId"], account=""), {"ec2:Owner": owner}
        ),
        *(Request("ec2:RunInstances", arn(kind, name)) for kind, name in named.items() if name),
        *_tagging(call),
    ]
    return requests + ([pass_role(profile)] if profile else [])


def create_fleet(
    call: Mapping[str, Any], template: Mapping[str, Any], *, on: Tags, owner: str = "amazon"
) -> list[Request]:
    """A fleet, as the things that it touches and makes, and as the launches that come of it.

    Args:
        call: its parameters, as boto3 takes them.
        template: what is in the launch template.
        on: the tags of that.
        owner: of the image.
    """
    (config,) = call["LaunchTemplateConfigs"]
    spot = call["TargetCapacitySpecification"]["DefaultTargetCapacityType"] == "spot"
    market = {"InstanceMarketOptions": {"MarketType": "spot"}} if spot else {}
    requests = ask_for_fleet(call, template, on=on)
    for override in config["Overrides"]:
        tags = [*template.get("TagSpecifications", []), *call["TagSpecifications"]]
        of_launch = [one for one in tags if one["ResourceType"] != "fleet"]
        launch = {**template, **override, **market, "TagSpecifications": of_launch}
        requests += run_instances(launch, owner=owner)
    context = of_resource(on)
    return [*requests, Request("ec2:RunInstances", arn("launch-template", "lt-1"), context)]


def ask_for_fleet(
    call: Mapping[str, Any], template: Mapping[str, Any], *, on: Tags
) -> list[Request]:
    """The same, without the launches."""
    (config,) = call["LaunchTemplateConfigs"]
    both = {"TagSpecifications": [*template["TagSpecifications"], *call["TagSpecifications"]]}
    named = [("key-pair", template["KeyName"])]
    named += [("security-group", one) for one in template["SecurityGroupIds"]]
    named += [("subnet", one["SubnetId"]) for one in config["Overrides"]]
    if call["TargetCapacitySpecification"]["DefaultTargetCapacityType"] == "spot":
        named.append(("spot-instances-request", "new"))
    if group := template.get("Placement", {}).get("GroupName"):
        named.append(("placement-group", group))
    return [
        *(
            Request("ec2:CreateFleet", arn(kind), request_tags(both, kind))
            for kind in ("fleet", "instance", "network-interface", "volume")
        ),
        *(Request("ec2:CreateFleet", arn(kind, name)) for kind, name in named),
        Request("ec2:CreateFleet", arn("image", template["ImageId"], account="")),
        Request("ec2:CreateFleet", arn("launch-template", "lt-1"), of_resource(on)),
        *_tagging(call, "CreateFleet"),
    ]


def create_launch_template(call: Mapping[str, Any]) -> list[Request]:
    """A launch template; what is in it is judged when something is launched from it."""
    kind = "launch-template"
    making = Request("ec2:CreateLaunchTemplate", arn(kind), request_tags(call, kind))
    return [making, *_tagging(call, "CreateLaunchTemplate")]


def launch(kind: str, context: Mapping[str, Any]) -> Request:
    return Request("ec2:RunInstances", arn(kind), context)


def _of_instance(call: Mapping[str, Any], profile: str) -> dict[str, Any]:
    context: dict[str, Any] = request_tags(call, "instance")
    if profile:
        context["ec2:InstanceProfile"] = f"arn:aws:iam::{NUMBER}:instance-profile/{profile}"
    options = call.get("MetadataOptions", {})
    return {**context, "ec2:MetadataHttpTokens": options.get("HttpTokens", "optional")}


def _of_volumes(call: Mapping[str, Any]) -> list[dict[str, Any]]:
    disks = [
        each["Ebs"] for each in call.get("BlockDeviceMappings", [{"Ebs": {}}]) if "Ebs" in each
    ]
    return [
        {**request_tags(call, "volume"), "ec2:Encrypted": str(disk.get("Encrypted", False)).lower()}
        for disk in disks
    ]


def _tagging(call: Mapping[str, Any], action: str = "RunInstances") -> list[Request]:
    return [
        Request(
            "ec2:CreateTags",
            arn(each["ResourceType"]),
            {"ec2:CreateAction": action, **request_tags(call, each["ResourceType"])},
        )
        for each in call.get("TagSpecifications", [])
    ]


def request_tags(call: Mapping[str, Any], kind: str) -> dict[str, Any]:
    specifications = call.get("TagSpecifications", [])
    tags = [tag for each in specifications if each["ResourceType"] == kind for tag in each["Tags"]]
    return of_tags({tag["Key"]: tag["Value"] for tag in tags})


def of_tags(tags: Tags) -> dict[str, Any]:
    keys = {"aws:TagKeys": list(tags)} if tags else {}
    return {**keys, **{f"aws:RequestTag/{key}": value for key, value in tags.items()}}


def create_tags(
    tags: Tags, *, on: Tags, name: str = "i-1", kind: str = "instance"
) -> list[Request]:
    """Tags given later to something that has tags already."""
    context = {**of_tags(tags), **of_resource(on)}
    return [Request("ec2:CreateTags", arn(kind, name), context)]


def terminate(*, on: Tags) -> list[Request]:
    return [Request("ec2:TerminateInstances", arn("instance", "i-1"), of_resource(on))]


def of_resource(tags: Tags) -> dict[str, str]:
    return {f"aws:ResourceTag/{key}": value for key, value in tags.items()}


def pass_role(name: str, *, to: str = "ec2.amazonaws.com") -> Request:
    return Request(
        "iam:PassRole", f"arn:aws:iam::{NUMBER}:role/{name}", {"iam:PassedToService": to}
    )


def describe(action: str = "ec2:DescribeInstances", region: str = REGION) -> list[Request]:
    return [Request(action, "*", {"aws:RequestedRegion": region})]


def on_data(action: str, resource: str, *, secure: bool = True) -> list[Request]:
    context = {"aws:SecureTransport": str(secure).lower()}
    return [Request(f"s3:{action}", f"arn:aws:s3:::{resource}", context)]


def on_images(action: str, repository: str) -> list[Request]:
    on = f"arn:aws:ecr:{REGION}:{NUMBER}:repository/{repository}"
    return [Request(f"ecr:{action}", on)]
