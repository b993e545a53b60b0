"""Filling in what a cluster config leaves open.

A scalar `${name}`, or a part of one, stands for what only the launch knows. The names are the
fields of `Values`; a YAML of the user's may hold any of them, or none.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

import yaml

from errors import UsageError

# Of lower case alone, so that $RAY_HEAD_IP and a shell's ${HOME} stay what they are.
PLACEHOLDER = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")
# What YAML takes as it stands, where it is no number, date or the like.
PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./:@-]*")


@dataclass(frozen=True, kw_only=True)
class Values:
    """What a launch fills in.

    Attributes:
        cluster_name: of the cluster, unique among those of the region.
        region: AWS's name of it.
        infra: the value of the tag `ray-on-aws`, which everything of ours carries.
        private_subnet_a: in the first zone.
        private_subnet_b: in the second zone.
        head_security_group: of the head node.
        worker_security_group: of the workers.
        head_profile: the instance profile of the head node.
        worker_profile: the instance profile of the workers.
        ami_amd64: a machine image with Docker, for Intel and AMD.
        ami_arm64: the same, for Graviton.
        image: the runtime image, a list over both arches.
        bucket: where jobs keep data.
        key_name: of the key pair in EC2.
        ssh_private_key: the file of its private half.
        ssh_proxy_command: the way to a node, with `%h` for its id and `%p` for the port.
        user_data: what cloud-init does at boot.
        secrets: the folder with the token that Ray asks for, `ray-token`, and nothing else.
        placement_group: the cluster's own.
    """

    cluster_name: str
    region: str
    infra: str
    private_subnet_a: str
    private_subnet_b: str
    head_security_group: str
    worker_security_group: str
    head_profile: str
    worker_profile: str
    ami_amd64: str
    ami_arm64: str
    image: str
    bucket: str
    key_name: str
    ssh_private_key: str
    ssh_proxy_command: str
    user_data: str
    secrets: str
    placement_group: str


def wanted(text: str) -> set[str]:
    """The names that a config leaves open; comments do not count."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return {name for line in lines for name in PLACEHOLDER.findall(line)}


def fill(text: str, values: Values) -> str:
    """A config with everything filled in, its comments as they were.

    Raises:
        UsageError: it leaves open what no launch fills in.
    """
    known = asdict(values)
    if unknown := wanted(text) - set(known):
        names = ", ".join(f"${{{name}}}" for name in sorted(unknown))
        raise UsageError(
            f"the cluster config leaves {names} open, which no launch fills in: write the value "
            f"there. What can be filled in: {', '.join(sorted(known))}"
        )
    return "\n".join(_filled(line, known) for line in text.splitlines()) + "\n"


def _filled(line: str, known: dict[str, str]) -> str:
    if line.lstrip().startswith("#"):
        return line
    # Alone after a colon or a dash, the value may need quotes; inside other text it has them.
    whole = re.sub(
        r"(?<=[:\-] )" + PLACEHOLDER.pattern + r"(?=\s*$)",
        lambda found: _scalar(known[found.group(1)]),
        line,
    )
    return PLACEHOLDER.sub(lambda found: known[found.group(1)], whole)


def _scalar(value: str) -> str:
    if PLAIN.fullmatch(value) and yaml.safe_load(value) == value:
        return value
    return str(yaml.safe_dump(value, default_style='"', width=float("inf"))).rstrip()
