"""Values for tests, none of them of an account."""

from __future__ import annotations

from cluster.boot import user_data
from cluster.configs.fill import Values

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/ray-on-aws/ray:abc"

VALUES = Values(
    cluster_name="ray-on-aws-test",
    region="us-east-1",
    infra="ray-on-aws",
    private_subnet_a="subnet-0a",
    private_subnet_b="subnet-0b",
    head_security_group="sg-0head",
    worker_security_group="sg-0worker",
    head_profile="ray-on-aws-head",
    worker_profile="ray-on-aws-worker",
    ami_amd64="ami-0amd64",
    ami_arm64="ami-0arm64",
    image=IMAGE,
    bucket="ray-on-aws-123456789012-us-east-1",
    key_name="ray-on-aws-test",
    ssh_private_key="/home/me/a folder/ssh-key",
    ssh_proxy_command="env PYTHONPATH='/a folder' python -m cluster.aws.way %h %p --region x",
    user_data=user_data(IMAGE),
    secrets="/home/me/a folder/secrets",
    placement_group="ray-on-aws-test",
)
