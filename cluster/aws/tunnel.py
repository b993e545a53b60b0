"""A tunnel of ssh from this machine to the dashboard on a head node."""

from __future__ import annotations

import shlex
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cluster.account import Account
from cluster.aws import instances
from cluster.aws.way import USER
from cluster.launched import Remote
from errors import ServiceError

DASHBOARD = 8265
SECONDS_TO_OPEN = 60.0
SECONDS_BETWEEN_LOOKS = 0.1


def command(remote: Remote, head: str, port: int) -> list[str]:
    """The ssh that carries a port of this machine to the dashboard of a head node."""
    known_hosts = Path(remote.key).with_name("known-hosts")
    options = [
        "IdentitiesOnly=yes",
        f"ProxyCommand={remote.proxy}",
        # An instance's id names one machine for ever, so a key that changes is a warning.
        "StrictHostKeyChecking=accept-new",
        f"UserKnownHostsFile={shlex.quote(str(known_hosts))}",
        "ExitOnForwardFailure=yes",
        "ServerAliveInterval=15",
        "BatchMode=yes",
        "LogLevel=ERROR",
    ]
    words = ["ssh", "-N", "-i", remote.key, "-L", f"127.0.0.1:{port}:127.0.0.1:{DASHBOARD}"]
    return [*words, *(word for option in options for word in ("-o", option)), f"{USER}@{head}"]


@contextmanager
def opened(cluster: str, remote: Remote) -> Iterator[int]:
    """A port of this machine that leads to the dashboard, while the context lasts.

    Raises:
        ServiceError: there is no head node, or no way to it.
    """
    head = head_of(cluster, remote)
    port = _free_port()
    with tempfile.TemporaryFile("w+") as said:
        words = command(remote, head, port)
        try:
            # Ctrl-C is not for it: who is told to stop has to tell the cluster first.
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stderr=said, start_new_session=True
            )
        except FileNotFoundError as error:
            raise ServiceError(
                "there is no ssh on PATH: install an OpenSSH client; see ./invoke doctor"
            ) from error
        try:
            if not _answers(process, port):
                said.seek(0)
                lines = said.read().strip().splitlines() or ["ssh said nothing"]
                raise ServiceError(
                    f"there is no way to the head node {head}: {lines[-1]}: see ./invoke status, "
                    "and ./invoke infra.status for what leads there"
                )
            yield port
        finally:
            process.terminate()
            process.wait()


def head_of(cluster: str, remote: Remote) -> str:
    """The instance id of a cluster's head node.

    Raises:
        ServiceError: none is running.
    """
    found = instances.of_cluster(Account(remote.region, remote.profile), cluster, ["running"])
    heads = [one.number for one in found if one.head]
    if not heads:
        raise ServiceError(
            f"the cluster {cluster} has no head node that runs in {remote.region}: ./invoke launch "
            "starts it again, and takes its workers over; ./invoke down clears up"
        )
    return heads[0]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the tunnel is open; false when ssh has given up, or time has."""
    give_up = time.monotonic() + SECONDS_TO_OPEN
    while process.poll() is None and time.monotonic() < give_up:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        else:
            return True
    return False
