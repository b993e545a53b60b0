"""The way to a node that has no public address: what ssh runs as its ProxyCommand.

`python -m cluster.aws.way INSTANCE PORT --region REGION --through endpoint` carries stdin and
stdout to a port of the instance: through the EC2 Instance Connect Endpoint, through a bastion, or,
from inside the network, directly.
"""

from __future__ import annotations

import argparse
import os
import shlex
import socket
import sys
import threading
import time
from pathlib import Path

from cluster.account import Account, explained
from errors import RayOnAwsError, ServiceError

ENDPOINT, BASTION, DIRECT = "endpoint", "bastion", "direct"
SECONDS_TO_CONNECT = 8.0
SECONDS_BETWEEN_TRIES = 0.1
USER = "ec2-user"


def command(
    account: Account,
    through: str,
    *,
    bastion: str = "",
    key: Path | None = None,
    python: str = sys.executable,
) -> str:
    """A ProxyCommand for ssh, with `%h` for the instance's id and `%p` for the port.

    Args:
        account: that the instance is of.
        through: `endpoint`, `bastion` or `direct`.
        bastion: its public address.
        key: the private key that the bastion is opened with; its public half lies beside it.
        python: that runs it.
    """
    root = Path(__file__).parents[2]
    words = ["env", f"PYTHONPATH={root}", python, "-m", "cluster.aws.way"]
    options = ["--region", account.region, "--through", through]
    if account.profile:
        options += ["--profile", account.profile]
    if bastion:
        options += ["--bastion", bastion, "--key", str(key)]
    return f"{shlex.join(words)} %h %p {shlex.join(options)}"


def main() -> None:
    """Go there; a failure is one sentence on stderr, which ssh shows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instance")
    parser.add_argument("port", type=int)
    parser.add_argument("--region", required=True)
    parser.add_argument("--profile", default="")
    parser.add_argument("--through", required=True, choices=[ENDPOINT, BASTION, DIRECT])
    parser.add_argument("--bastion", default="")
    parser.add_argument("--key", type=Path)
    told = parser.parse_args()
    account = Account(told.region, told.profile)
    try:
        if told.through == ENDPOINT:
            _endpoint(account, told.instance, told.port)
        elif told.through == BASTION:
            _bastion(account, told.instance, told.port, told.bastion, told.key)
        else:
            _direct(account, told.instance, told.port)
    except RayOnAwsError as error:
        sys.exit(f"error: {error}")


def _endpoint(account: Account, instance: str, port: int) -> None:
    """AWS's own program carries it, through a WebSocket that it signs."""
    words = ["aws", "ec2-instance-connect", "open-tunnel", "--instance-id", instance]
    words += ["--remote-port", str(port), "--region", account.region]
    if account.profile:
        words += ["--profile", account.profile]
    _become(words, "the AWS CLI, version 2, which opens the tunnel")


def _bastion(account: Account, instance: str, port: int, bastion: str, key: Path) -> None:
    """The bastion takes a key for a minute, by AWS's word, and keeps none."""
    public = key.with_name(f"{key.name}.pub").read_text()
    with explained(f"opening the bastion {bastion}"):
        told = account.client("ec2").describe_instances(
            Filters=[{"Name": "ip-address", "Values": [bastion]}]
        )["Reservations"]
        if not told:
            raise ServiceError(
                f"no instance has the bastion's address {bastion}: ./invoke infra.up"
            )
        account.client("ec2-instance-connect").send_ssh_public_key(
            InstanceId=told[0]["Instances"][0]["InstanceId"],
            InstanceOSUser=USER,
            SSHPublicKey=public,
        )
    words = ["ssh", "-i", str(key), "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=15"]
    words += ["-o", "StrictHostKeyChecking=accept-new"]
    # Quoted, as ssh takes several files here, with spaces between.
    known_hosts = shlex.quote(str(key.with_name("known-hosts")))
    words += ["-o", f"UserKnownHostsFile={known_hosts}"]
    words += ["-W", f"{_address(account, instance)}:{port}"]
    words += [f"{USER}@{bastion}"]
    _become(words, "an OpenSSH client")


def _become(words: list[str], what: str) -> None:
    try:
        os.execvp(words[0], words)  # noqa: S606 - a list of words, no shell
    except FileNotFoundError as error:
        raise ServiceError(
            f"'{words[0]}' is not on PATH: install {what}; see ./invoke doctor"
        ) from error


def _address(account: Account, instance: str) -> str:
    with explained(f"looking up {instance}"):
        told = account.client("ec2").describe_instances(InstanceIds=[instance])
    address = told["Reservations"][0]["Instances"][0].get("PrivateIpAddress")
    if not address:
        raise ServiceError(f"the instance {instance} has no address: it is ended or not yet there")
    return str(address)


def _direct(account: Account, instance: str, port: int) -> None:
    joined = _connected(_address(account, instance), port, instance)
    joined.settimeout(None)
    threading.Thread(target=_send, args=(joined,), daemon=True).start()
    while received := joined.recv(65536):
        sys.stdout.buffer.write(received)
        sys.stdout.buffer.flush()


def _connected(address: str, port: int, instance: str) -> socket.socket:
    """A connection; a machine that boots is given some seconds to take one."""
    give_up = time.monotonic() + SECONDS_TO_CONNECT
    while True:
        try:
            return socket.create_connection((address, port), timeout=SECONDS_TO_CONNECT)
        except OSError as error:
            if time.monotonic() > give_up:
                raise ServiceError(
                    f"{instance} does not answer at {address}:{port} ({error}): it is not up yet, "
                    "or this machine is not in its network"
                ) from error
            time.sleep(SECONDS_BETWEEN_TRIES)


def _send(joined: socket.socket) -> None:
    while typed := os.read(sys.stdin.fileno(), 65536):
        joined.sendall(typed)
    joined.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    main()
