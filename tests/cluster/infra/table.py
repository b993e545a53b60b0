"""Calls that each role may make, and calls that it may not."""

from __future__ import annotations

import copy
from typing import Any

from tests.cluster.infra.calls import (
    VALUES,
    arn,
    ask_for_fleet,
    create_fleet,
    create_launch_template,
    create_tags,
    describe,
    of_resource,
    on_data,
    on_images,
    pass_role,
    run_instances,
    terminate,
)
from tests.cluster.infra.evaluator import Request

# The bucket's own policy is asked whoever calls.
HEAD, WORKER = ("node", "launch", "bucket"), ("node", "bucket")
BUCKET = VALUES["bucket"]
OURS, FOREIGN = {"ray-on-aws": "lab"}, {"ray-on-aws": "other"}

Call = dict[str, Any]


def tags(kind: str, **more: str) -> dict[str, Any]:
    both = {"ray-on-aws": "lab", **more}
    return {"ResourceType": kind, "Tags": [{"Key": k, "Value": v} for k, v in both.items()]}


WORKERS: Call = {
    "ImageId": "ami-1",
    "InstanceType": "r7i.2xlarge",
    "KeyName": "lab-spot",
    "SubnetId": "subnet-a",
    "SecurityGroupIds": ["sg-worker"],
    "IamInstanceProfile": {"Name": VALUES["worker_role"]},
    "MetadataOptions": {"HttpTokens": "required"},
    "InstanceMarketOptions": {"MarketType": "spot"},
    "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True}}],
    "TagSpecifications": [
        tags("instance", Name="ray-spot-worker"),
        tags("volume"),
        tags("network-interface"),
    ],
}
INTERFACE = {"DeviceIndex": 0, "SubnetId": "subnet-a", "Groups": ["sg-worker"]}


def changed(**fields: Any) -> Call:
    """The launch of a worker, but for some parameters; None leaves one out."""
    return {key: value for key, value in {**WORKERS, **fields}.items() if value is not None}


def through(**fields: Any) -> Call:
    """The same through an interface that is named in the call."""
    return changed(
        SubnetId=None, SecurityGroupIds=None, NetworkInterfaces=[{**INTERFACE, **fields}]
    )


def retagged(kind: str, value: str) -> Call:
    specifications = copy.deepcopy(WORKERS["TagSpecifications"])
    for each in specifications:
        if each["ResourceType"] == kind:
            each["Tags"][0]["Value"] = value
    return changed(TagSpecifications=specifications)


def untagged(kind: str) -> Call:
    specifications = [each for each in WORKERS["TagSpecifications"] if each["ResourceType"] != kind]
    return changed(TagSpecifications=specifications)


def disk(**fields: Any) -> Call:
    plain = {"DeviceName": "/dev/xvda", "Ebs": fields}
    return changed(BlockDeviceMappings=[plain])


FLEET_TAGS = [tags("fleet"), tags("instance", Name="ray-fleet-worker"), tags("volume")]


def fleet(
    market: str = "spot", subnet: str = "subnet-b", specifications: Any = FLEET_TAGS
) -> tuple[Call, Call]:
    """A fleet of workers in two subnets, and its template."""
    overrides = [{"InstanceType": "r7i.2xlarge", "SubnetId": one} for one in ("subnet-a", subnet)]
    wanted = {
        "LaunchTemplateConfigs": [{"Overrides": overrides}],
        "TargetCapacitySpecification": {"DefaultTargetCapacityType": market},
        "TagSpecifications": specifications,
    }
    left_out = ("InstanceType", "SubnetId", "InstanceMarketOptions", "TagSpecifications")
    template = {name: value for name, value in WORKERS.items() if name not in left_out}
    return wanted, {**template, "TagSpecifications": [tags("network-interface")]}


def asked(*, on: dict[str, str] = OURS, without: str = "", **fields: Any) -> list[Request]:
    """Only the asking for a fleet, which is judged apart from its launches."""
    specifications = [each for each in FLEET_TAGS if each["ResourceType"] != without]
    wanted, template = fleet(specifications=specifications, **fields)
    own = [each for each in template["TagSpecifications"] if each["ResourceType"] != without]
    return ask_for_fleet(wanted, {**template, "TagSpecifications": own}, on=on)


def with_template(**fields: Any) -> list[Request]:
    """A fleet whose template says something else."""
    wanted, template = fleet()
    other = {key: value for key, value in {**template, **fields}.items() if value is not None}
    return create_fleet(wanted, other, on=OURS)


def interface_there(subnet: str) -> list[Request]:
    """An interface that exists is attached: the subnet is judged as a fact of the interface."""
    requests = run_instances(through(SubnetId=subnet))
    return [each for each in requests if ":subnet/" not in each.resource]


def requests_of(call: Call, **more: str) -> list[Request]:
    return run_instances(call, **more)


ALLOWED: dict[str, tuple[tuple[str, ...], list[Request]]] = {
    "head launches spot workers": (HEAD, requests_of(WORKERS)),
    "head launches on-demand": (HEAD, requests_of(changed(InstanceMarketOptions=None))),
    "head launches in the other zone": (HEAD, requests_of(changed(SubnetId="subnet-b"))),
    "head launches our own image": (HEAD, requests_of(WORKERS, owner=VALUES["account"])),
    "head launches close together": (HEAD, requests_of(changed(Placement={"GroupName": "lab"}))),
    "head launches through an interface": (HEAD, requests_of(through())),
    "head launches, interface untagged": (HEAD, requests_of(untagged("network-interface"))),
    "head launches with two disks": (
        HEAD,
        requests_of(changed(BlockDeviceMappings=WORKERS["BlockDeviceMappings"] * 2)),
    ),
    "head launches a spot fleet": (HEAD, create_fleet(*fleet(), on=OURS)),
    "head launches an on-demand fleet": (HEAD, create_fleet(*fleet("on-demand"), on=OURS)),
    "head launches a fleet of our own image": (
        HEAD,
        create_fleet(*fleet(), on=OURS, owner=VALUES["account"]),
    ),
    "head launches a fleet close together": (HEAD, with_template(Placement={"GroupName": "lab"})),
    "head writes a template": (
        HEAD,
        create_launch_template({"TagSpecifications": [tags("launch-template")]}),
    ),
    "head looks at instances": (HEAD, describe()),
    "head notes a status": (HEAD, create_tags({"ray-node-status": "setting-up"}, on=OURS)),
    "head notes what runs": (
        HEAD,
        create_tags({"ray-runtime-config": "1", "ray-file-mounts-contents": "2"}, on=OURS),
    ),
    "head ends a worker": (HEAD, terminate(on=OURS)),
    "head gives the workers' role": (HEAD, [pass_role(VALUES["worker_role"])]),
    **{
        f"{who} {action}": (role, on_data(action, resource))
        for who, role in (("head", HEAD), ("worker", WORKER))
        for action, resource in (
            ("ListBucket", BUCKET),
            ("GetBucketLocation", BUCKET),
            ("GetObject", f"{BUCKET}/raw/0.parquet"),
            ("PutObject", f"{BUCKET}/clean/0.parquet"),
            ("DeleteObject", f"{BUCKET}/part/x"),
            ("AbortMultipartUpload", f"{BUCKET}/part/x"),
        )
    },
    **{
        f"{who} pulls: {action}": (role, on_images(action, "lab/ray"))
        for who, role in (("head", HEAD), ("worker", WORKER))
        for action in ("BatchGetImage", "GetDownloadUrlForLayer", "BatchCheckLayerAvailability")
    },
    "worker logs in to the registry": (WORKER, [Request("ecr:GetAuthorizationToken", "*")]),
}
DENIED: dict[str, tuple[tuple[str, ...], list[Request]]] = {
    # ---- launching something else than a worker of ours
    "launch without tags": (HEAD, requests_of(changed(TagSpecifications=[]))),
    "launch, instance untagged": (HEAD, requests_of(untagged("instance"))),
    "launch, volume untagged": (HEAD, requests_of(untagged("volume"))),
    "launch, instance of another infra": (HEAD, requests_of(retagged("instance", "other"))),
    "launch, volume of another infra": (HEAD, requests_of(retagged("volume", "other"))),
    "launch, interface of another infra": (
        HEAD,
        requests_of(retagged("network-interface", "other")),
    ),
    "launch in another subnet": (HEAD, requests_of(changed(SubnetId="subnet-c"))),
    "launch in another subnet by interface": (HEAD, requests_of(through(SubnetId="subnet-c"))),
    "launch with another's interface": (HEAD, interface_there("subnet-c")),
    "launch in another group": (HEAD, requests_of(changed(SecurityGroupIds=["sg-open"]))),
    "launch in the head's group": (HEAD, requests_of(changed(SecurityGroupIds=["sg-head"]))),
    "launch in one more group": (
        HEAD,
        requests_of(changed(SecurityGroupIds=["sg-worker", "sg-open"])),
    ),
    "launch without a profile": (HEAD, requests_of(changed(IamInstanceProfile=None))),
    "launch with the head's profile": (
        HEAD,
        requests_of(changed(IamInstanceProfile={"Name": "lab-us-west-2-head"})),
    ),
    "launch with a profile that holds the workers' role": (
        HEAD,
        [
            *[
                each
                for each in requests_of(changed(IamInstanceProfile={"Name": "admin"}))
                if "PassRole" not in each.action
            ],
            pass_role(VALUES["worker_role"]),
        ],
    ),
    "launch with version 1 of metadata": (HEAD, requests_of(changed(MetadataOptions=None))),
    "launch with both versions": (
        HEAD,
        requests_of(changed(MetadataOptions={"HttpTokens": "optional"})),
    ),
    "launch with a plain disk": (HEAD, requests_of(disk(Encrypted=False))),
    "launch, encryption not said": (HEAD, requests_of(disk())),
    "launch with the image's own disk": (HEAD, requests_of(changed(BlockDeviceMappings=None))),
    "launch, second disk plain": (
        HEAD,
        requests_of(
            changed(
                BlockDeviceMappings=[
                    *WORKERS["BlockDeviceMappings"],
                    {"DeviceName": "/dev/xvdb", "Ebs": {"Encrypted": False}},
                ]
            )
        ),
    ),
    "launch a stranger's image": (HEAD, requests_of(WORKERS, owner="999999999999")),
    "launch an image of the market": (HEAD, requests_of(WORKERS, owner="aws-marketplace")),
    # ---- the same by a fleet
    "fleet without a profile": (HEAD, with_template(IamInstanceProfile=None)),
    "fleet with the head's profile": (
        HEAD,
        with_template(IamInstanceProfile={"Name": "lab-us-west-2-head"}),
    ),
    "fleet with version 1 of metadata": (HEAD, with_template(MetadataOptions=None)),
    "fleet with the image's own disk": (HEAD, with_template(BlockDeviceMappings=None)),
    "fleet of a stranger's image": (HEAD, create_fleet(*fleet(), on=OURS, owner="999999999999")),
    "fleet in another group": (HEAD, with_template(SecurityGroupIds=["sg-open"])),
    "fleet in another subnet": (HEAD, asked(subnet="subnet-c")),
    **{
        f"fleet, {kind} untagged": (HEAD, asked(without=kind))
        for kind in ("fleet", "instance", "network-interface", "volume")
    },
    "fleet of a foreign template": (HEAD, asked(on=FOREIGN)),
    "launch from a foreign template": (
        HEAD,
        [Request("ec2:RunInstances", arn("launch-template", "lt-1"), of_resource(FOREIGN))],
    ),
    "write a template without our tag": (
        HEAD,
        [each for each in create_launch_template({}) if "Create" in each.action],
    ),
    "change a template": (
        HEAD,
        [
            Request(
                "ec2:CreateLaunchTemplateVersion",
                arn("launch-template", "lt-1"),
                of_resource(OURS),
            )
        ],
    ),
    "give a template our tag": (
        HEAD,
        create_tags(OURS, on={}, kind="launch-template", name="lt-1"),
    ),
    # ---- rights of others
    "pass the head's role": (HEAD, [pass_role("lab-us-west-2-head")]),
    "pass an administrator's role": (HEAD, [pass_role("admin")]),
    "pass the workers' role to another service": (
        HEAD,
        [pass_role(VALUES["worker_role"], to="lambda.amazonaws.com")],
    ),
    # ---- instances of others
    "end a foreign instance": (HEAD, terminate(on=FOREIGN)),
    "end an instance without tags": (HEAD, terminate(on={})),
    "take an instance over by our tag": (HEAD, create_tags(OURS, on={})),
    "take a volume over by our tag": (HEAD, create_tags(OURS, on={}, kind="volume", name="vol-1")),
    "give an instance away": (HEAD, create_tags(FOREIGN, on=OURS)),
    "give an instance away among others": (
        HEAD,
        create_tags({**FOREIGN, "ray-node-status": "up-to-date"}, on=OURS),
    ),
    "give an instance away, in capitals": (HEAD, create_tags({"Ray-On-Aws": "other"}, on=OURS)),
    "write on a foreign instance": (HEAD, create_tags({"ray-node-status": "x"}, on=FOREIGN)),
    "tag a volume of ours later": (
        HEAD,
        create_tags({"ray-node-status": "x"}, on=OURS, kind="volume", name="vol-1"),
    ),
    "tag nothing": (HEAD, create_tags({}, on=OURS)),
    "look elsewhere": (HEAD, describe(region="eu-west-1")),
    **{
        f"head: {action}": (HEAD, describe(action))
        for action in (
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:DeleteLaunchTemplate",
            "ec2:DeleteTags",
            "ec2:DescribeImages",
            "ec2:GetPasswordData",
            "ec2:ModifyInstanceMetadataOptions",
            "ec2:StopInstances",
            "iam:CreateRole",
            "iam:PutRolePolicy",
            "sts:AssumeRole",
        )
    },
    # ---- workers do not launch, end, look or tag
    "worker launches": (WORKER, requests_of(WORKERS)),
    "worker ends a worker": (WORKER, terminate(on=OURS)),
    "worker looks": (WORKER, describe()),
    "worker tags": (WORKER, create_tags({"ray-node-status": "x"}, on=OURS)),
    "worker passes its role": (WORKER, [pass_role(VALUES["worker_role"])]),
    # ---- data and images
    **{
        f"{action} of {resource}": (WORKER, on_data(action, resource))
        for action, resource in (
            ("GetObject", "another-bucket/x"),
            ("PutObject", f"{BUCKET}-2/x"),
            ("ListBucket", "another-bucket"),
            ("PutBucketPolicy", BUCKET),
            ("DeleteBucket", BUCKET),
            ("PutLifecycleConfiguration", BUCKET),
            ("PutObjectAcl", f"{BUCKET}/x"),
            ("GetObjectVersion", f"{BUCKET}/x"),
        )
    },
    "list in the clear": (WORKER, on_data("ListBucket", BUCKET, secure=False)),
    "read in the clear": (WORKER, on_data("GetObject", f"{BUCKET}/x", secure=False)),
    "head writes in the clear": (HEAD, on_data("PutObject", f"{BUCKET}/x", secure=False)),
    "list all buckets": (WORKER, [Request("s3:ListAllMyBuckets", "*")]),
    "pull another image": (WORKER, on_images("BatchGetImage", "other/ray")),
    "push an image": (HEAD, on_images("PutImage", "lab/ray")),
    "delete an image": (HEAD, on_images("BatchDeleteImage", "lab/ray")),
}
TABLE = [(name, *row, True) for name, row in ALLOWED.items()] + [
    (name, *row, False) for name, row in DENIED.items()
]
