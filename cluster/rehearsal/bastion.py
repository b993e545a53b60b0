"""A bastion: a container in the rehearsal's network, from which `ray up` is run as from inside.

It has the runtime image, which has Ray's launcher, ssh and rsync; the sources and the cluster's
files are where they are on this machine, and nothing of it stays.
"""

from __future__ import annotations

import os
from pathlib import Path

from cluster.account import Account
from cluster.aws import way
from cluster.aws.files import Files
from cluster.rehearsal.world import World

ROOT = Path(__file__).parents[2]


def proxy_command(account: Account) -> str:
    """The way to nodes from there."""
    return way.command(account, way.DIRECT, python="python")


def program(world: World, files: Files, image: str) -> list[str]:
    """What runs Ray's program in a bastion.

    Args:
        world: the rehearsal.
        files: of the cluster that it is to launch.
        image: the runtime image.
    """
    words = ["docker", "run", "--rm", f"--network={world.name}", f"--name={world.name}-bastion"]
    words += [f"--label={name}={value}" for name, value in world.labels.items()]
    # As who owns the files, or the token and the key could not be read.
    words += [f"--user={os.getuid()}:{os.getgid()}", "--env=HOME=/tmp", "--entrypoint=ray"]
    words += [f"--volume={ROOT}:{ROOT}:ro", f"--volume={files.folder}:{files.folder}"]
    words += [f"--env={name}={value}" for name, value in world.variables.items()]
    return [*words, "--env=RAY_USAGE_STATS_ENABLED=0", image]
