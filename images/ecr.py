"""Logging in to Amazon's registry, which takes a password of twelve hours for AWS credentials."""

from __future__ import annotations

import base64
import re

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from errors import ServiceError
from images.engine import run

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
HOST = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?(?=/|$)"
)


def log_in(registry: str) -> bool:
    """Logs Docker in where the registry is one of ECR's; gives whether it is.

    Args:
        registry: `host/namespace`.

    Raises:
        ServiceError: AWS gives no password.
    """
    found = HOST.match(registry)
    if found is None:
        return False
    try:
        client = boto3.client("ecr", region_name=found["region"])
        answer = client.get_authorization_token(registryIds=[found["account"]])
    except (BotoCoreError, ClientError) as error:
        raise ServiceError(
            f"AWS gives no password for {found[0]} ({error}): give credentials that may call "
            "ecr:GetAuthorizationToken, by AWS_PROFILE or an instance's role"
        ) from error
    secret = base64.b64decode(answer["authorizationData"][0]["authorizationToken"]).decode()
    user, _, password = secret.partition(":")
    # On standard input, so that it is in no list of processes.
    run(["docker", "login", "--username", user, "--password-stdin", found[0]], input=password)
    return True
