"""A cluster as the workshop's documents make it: packages installed on every node at boot.

It is measured beside ours, to tell what the runtime image saves.
"""

from __future__ import annotations

import copy
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RAY = "2.60.0"
TOKEN = "/home/ec2-user/ray-token"  # noqa: S105 - a path
CERTIFICATES = "/home/ec2-user/certificates.pem"
# The documents have dnf, of Amazon Linux; instances of the rehearsal are Debian.
INSTALL = (
    "sudo apt-get update -q && "
    "sudo apt-get install -q -y --no-install-recommends python3-pip rsync",
    "python3 -m pip install -q --break-system-packages --no-warn-script-location -U "
    f'"ray[default,data]=={RAY}" pandas pyarrow boto3',
)


def as_documented(
    config: dict[str, Any], inside: Mapping[str, str], certificates: Path | None
) -> dict[str, Any]:
    """The same config without a runtime image, its packages installed by `setup_commands`.

    Args:
        config: for the rehearsal, of one worker type.
        inside: what the environment of Ray's processes says.
        certificates: to trust besides Debian's, for pip; None for no others.
    """
    found = copy.deepcopy(config)
    found["cluster_name"] += "-documents"
    del found["docker"]
    (token,) = found["file_mounts"].values()
    found["file_mounts"] = {TOKEN: f"{token}/ray-token"}
    variables = {**inside, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": TOKEN}
    variables["PATH"] = "/home/ec2-user/.local/bin:/usr/local/bin:/usr/bin:/bin"
    if certificates is not None:
        found["file_mounts"][CERTIFICATES] = str(certificates)
        variables["PIP_CERT"] = CERTIFICATES
    said = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    found["setup_commands"] = [f"export {said}; {one}" for one in INSTALL]
    for starting in ("head_start_ray_commands", "worker_start_ray_commands"):
        found[starting] = [f"export {said}; {one}" for one in found[starting]]
    return found
