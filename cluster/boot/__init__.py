"""What a node does at boot, before anybody can log in: the user data of EC2, for cloud-init.

The machine image is the one that AWS makes for ECS: it has Docker and no more, in both arches.
Boot stops what is of ECS, lets Docker log in to ECR with the node's own rights, pulls the runtime
image, takes rsync out of it, which Ray's launcher wants on a node, and mounts the node's own disks.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from errors import UsageError

FOLDER = Path(__file__).parent
# By AWS's documentation of the ECS-optimized images: retrieve-ecs-optimized_AMI.html.
AMI_PARAMETERS = {
    "amd64": "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    "arm64": "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
}
# EC2 takes no more, before it is encoded.
MOST_BYTES = 16 * 1024
# While this file is there, who logs in is let wait, by what sshd runs before a session: Ray's
# launcher asks once, where it would ask again every five seconds.
PREPARING = "/run/ray-on-aws-preparing"
PREPARED = "/var/lib/ray-on-aws-prepared"
BEFORE_SESSIONS = "/etc/ssh/sshrc"
HELPER = "/usr/local/bin/docker-credential-instance-role"
PREPARE = "/usr/local/sbin/ray-on-aws-prepare"


def user_data(image: str) -> str:
    """A `#cloud-config` for a node that is to run an image.

    Raises:
        UsageError: it would be longer than EC2 takes.
    """
    config = {
        # At each boot, before sshd is started; what prepares a node is run at the first alone.
        "bootcmd": [["sh", "-c", f"[ -e {PREPARED} ] || touch {PREPARING}"]],
        "write_files": [
            _file(BEFORE_SESSIONS, "wait"),
            _file(HELPER, "docker-credential-instance-role"),
            _file(PREPARE, "prepare"),
        ],
        # Once, when everything that boots has.
        "runcmd": [[PREPARE, image]],
    }
    text = "#cloud-config\n" + yaml.safe_dump(config, sort_keys=False, width=1000)
    if len(text.encode()) > MOST_BYTES:
        raise UsageError(f"the user data has {len(text)} bytes, and EC2 takes {MOST_BYTES}")
    return text


def _file(path: str, source: str) -> dict[str, str]:
    return {"path": path, "permissions": "0755", "content": (FOLDER / source).read_text()}
