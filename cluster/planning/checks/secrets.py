"""Secrets in the config, and the token that Ray asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cluster.planning.checks.cluster import Cluster
from cluster.planning.checks.registry import Problem, finds
from cluster.planning.checks.values import mapping, placeholder

SECRETS = (
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("an AWS secret key", re.compile(r"aws_secret_access_key\W+[\w/+]{30,}", re.IGNORECASE)),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("Ray's token", re.compile(r"RAY_AUTH_TOKEN=['\"]?[\w-]{8,}")),
)
CREDENTIALS = "aws_credentials"


@finds(
    "secret",
    "error",
    "A key or token stands in the config",
    why="Ray copies the config to the head and into its cache, and Git keeps it: whoever reads one "
    "of them has the account",
    anywhere=True,
)
def secrets(cluster: Cluster) -> Iterator[Problem]:
    """Secrets; what they are is not repeated."""
    own = mapping(cluster.provider.get(CREDENTIALS))
    for key, value in own.items():
        if value and not placeholder(value):
            yield Problem(
                keys=("provider", CREDENTIALS, key),
                what=f"provider.{CREDENTIALS} holds {key}",
                remedy="remove it: AWS's own files, environment and instance profiles are read",
            )
    for keys, text in cluster.strings():
        if keys[:2] == ("provider", CREDENTIALS):
            continue
        for name, pattern in SECRETS:
            if pattern.search(text) or pattern.fullmatch(f"{keys[-1]}={text}"):
                yield Problem(
                    keys=keys,
                    what=f"{name} stands in {'.'.join(map(str, keys))}",
                    remedy="remove it, and end its validity; nodes have rights by their "
                    "IamInstanceProfile, and Ray's token by a file",
                )


@finds(
    "token-missing",
    "warning",
    "Nothing turns token authentication on",
    why="who reaches Ray's ports, from any machine in the network, runs any code on the cluster",
)
def token(cluster: Cluster) -> Iterator[Problem]:
    """A cluster that asks nobody who they are."""
    if cluster.says("RAY_AUTH_MODE", "token"):
        return
    yield Problem(
        keys=("docker", "run_options") if cluster.docked else (),
        what="RAY_AUTH_MODE=token is set nowhere",
        remedy="add --env=RAY_AUTH_MODE=token to docker.run_options, and the token by file_mounts "
        "and RAY_AUTH_TOKEN_PATH"
        if cluster.docked
        else "export RAY_AUTH_MODE=token and RAY_AUTH_TOKEN_PATH before ray start on each node",
    )
