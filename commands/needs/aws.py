"""What the target aws needs of this machine: credentials, Terraform, and a way to the nodes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence

from commands.needs import Found, Need

# From here on a configuration may say what is to be imported, and providers are as ours expects.
TERRAFORM = (1, 5)
# Version 2 of the AWS command line opens tunnels through the EC2 Instance Connect Endpoint.
TUNNELS = (2, 12)
LOOKED_UP = "variables, files and profiles were looked at, the metadata service was not"


def credentials() -> Found:
    """Whether there are any on this machine; AWS is not asked what they are worth."""
    from botocore.credentials import create_credential_resolver
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    session = Session()
    try:
        resolver = create_credential_resolver(session)
        # These ask over the network, and take seconds to say no.
        for remote in ("container-role", "iam-role"):
            resolver.remove(remote)
        found = resolver.load_credentials()
    except BotoCoreError as error:
        return Found(False, str(error))
    if found is None:
        return Found(False, f"none: {LOOKED_UP}")
    return Found(True, f"by {found.method}")


def region() -> Found:
    """Whether a region is named on this machine."""
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        found = os.environ.get("AWS_REGION") or Session().get_config_variable("region")
    except BotoCoreError as error:
        return Found(False, str(error))
    return Found(bool(found), found or "none is named")


def terraform() -> Found:
    """What makes rights and storage."""
    said = _said(["terraform", "version", "-json"])
    if said is None:
        return Found(False, "not on PATH")
    start = said.find("{")
    if start < 0:
        return Found(False, "it does not say its version")
    version = str(json.loads(said[start:])["terraform_version"])
    return _new_enough(version, TERRAFORM)


def ssh() -> Found:
    """What Ray's launcher reaches nodes by."""
    return _on_path("ssh")


def rsync() -> Found:
    """What Ray's launcher copies files by."""
    return _on_path("rsync")


def aws() -> Found:
    """What opens a tunnel to a node without a public address."""
    said = _said(["aws", "--version"])
    found = re.search(r"aws-cli/([\d.]+)", said or "")
    if found is None:
        return Found(False, "not on PATH")
    return _new_enough(found[1], TUNNELS)


def _on_path(name: str) -> Found:
    # Not the environment's own programs: those who use these look on PATH alone.
    path = shutil.which(name)
    return Found(path is not None, path or "not on PATH")


def _new_enough(version: str, least: tuple[int, ...]) -> Found:
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[: len(least)])
    return Found(numbers >= least, f"{version}, {'.'.join(map(str, least))} or newer is needed")


def _said(argv: Sequence[str]) -> str | None:
    """What a program prints; None where there is no such program."""
    path = shutil.which(argv[0])
    if path is None:
        return None
    done = subprocess.run([path, *argv[1:]], capture_output=True, text=True, check=False)
    return done.stdout


NEEDS = (
    Need(
        name="credentials",
        look=credentials,
        remedy="aws configure or aws sso login; on an instance its role serves, and this may be "
        "left as it is",
    ),
    Need(
        name="region",
        look=region,
        required=False,
        remedy="set AWS_REGION, or give --region to each command",
    ),
    Need(
        name="terraform",
        look=terraform,
        remedy="1.5 or newer from developer.hashicorp.com/terraform/install; for infra.up and "
        "infra.down",
    ),
    Need(name="ssh", look=ssh, remedy="Debian: apt-get install openssh-client"),
    Need(
        name="rsync", look=rsync, remedy="Debian: apt-get install rsync; macOS: brew install rsync"
    ),
    Need(
        name="aws",
        look=aws,
        required=False,
        remedy="version 2 from docs.aws.amazon.com/cli, for tunnels through the EC2 Instance "
        "Connect Endpoint; without it the way in is a bastion",
    ),
)
