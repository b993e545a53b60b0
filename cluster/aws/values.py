"""What a cluster config leaves open, looked up in the account."""

from __future__ import annotations

from pathlib import Path

from cluster.account import Account, explained
from cluster.aws import way
from cluster.aws.files import Files
from cluster.boot import AMI_PARAMETERS, user_data
from cluster.configs.fill import Values
from cluster.infra.values import Infra
from errors import ServiceError, UsageError

WAYS = (way.ENDPOINT, way.BASTION, way.DIRECT)
# Media types of a list over several platforms; an image of one platform has neither.
LISTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)


def look_up(
    account: Account, infra: Infra, files: Files, *, cluster: str, image: str, through: str
) -> Values:
    """Everything that a config may leave open.

    Args:
        account: to launch in.
        infra: of it.
        files: of the cluster.
        cluster: its name.
        image: the runtime image to run; empty for the newest that was pushed.
        through: the way to nodes; empty for the best there is.

    Raises:
        UsageError: no such way, or credentials that will not do.
        ServiceError: no image was pushed, or AWS refuses.
    """
    image = image or newest_image(account, infra)
    return Values(
        cluster_name=cluster,
        region=account.region,
        infra=infra.name,
        private_subnet_a=infra.private_subnets[0],
        private_subnet_b=infra.private_subnets[-1],
        head_security_group=infra.head_security_group,
        worker_security_group=infra.worker_security_group,
        head_profile=infra.head_profile,
        worker_profile=infra.worker_profile,
        ami_amd64=ami(account, "amd64"),
        ami_arm64=ami(account, "arm64"),
        image=image,
        bucket=infra.bucket,
        key_name=cluster,
        ssh_private_key=str(files.key),
        ssh_proxy_command=proxy_command(account, infra, files.key, through),
        user_data=user_data(image),
        secrets=str(files.token.parent),
        placement_group=cluster,
    )


def ami(account: Account, arch: str) -> str:
    """The newest machine image with Docker for an arch, by the parameter that AWS keeps for it."""
    name = AMI_PARAMETERS[arch]
    with explained(f"asking for the machine image of {arch} ({name})"):
        told = account.client("ssm").get_parameter(Name=name)
    return str(told["Parameter"]["Value"])


def newest_image(account: Account, infra: Infra) -> str:
    """The list over both arches that was pushed last, with its tag.

    Raises:
        ServiceError: nothing was pushed yet.
    """
    registry, _, repository = infra.image_repository.partition("/")
    with explained(f"looking for the image in {infra.image_repository}"):
        pages = account.client("ecr").get_paginator("describe_images")
        told = pages.paginate(repositoryName=repository, filter={"tagStatus": "TAGGED"})
        found = [
            one
            for page in told
            for one in page["imageDetails"]
            if one.get("imageManifestMediaType") in LISTS
        ]
    if not found:
        raise ServiceError(
            f"no image for both arches was pushed to {infra.image_repository}: ./invoke build "
            "--arch amd64,arm64 --image ray and ./invoke push --image ray --registry "
            f"{registry}/{repository.rpartition('/')[0]}"
        )
    newest = max(found, key=lambda one: one["imagePushedAt"])
    return f"{infra.image_repository}:{min(newest['imageTags'])}"


def proxy_command(account: Account, infra: Infra, key: Path, through: str) -> str:
    """The way to nodes, for ssh.

    Raises:
        UsageError: there is no such way here.
    """
    if not through:
        through = way.BASTION if infra.bastion and not infra.endpoint else way.ENDPOINT
    if through not in WAYS:
        raise UsageError(f"'{through}' is no way to the nodes: choose {', '.join(WAYS)}")
    if through == way.ENDPOINT and not infra.endpoint:
        raise UsageError(
            f"{infra.name} has no EC2 Instance Connect Endpoint: give --through bastion, or "
            "--through direct on a machine inside its network"
        )
    if through == way.BASTION and not infra.bastion:
        raise UsageError(
            f"{infra.name} has no bastion: ./invoke infra.up --bastion-from YOUR-ADDRESS/32"
        )
    bastion = infra.bastion if through == way.BASTION else ""
    return way.command(account, through, bastion=bastion, key=key)
