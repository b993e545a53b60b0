"""Launching a cluster: its config filled in, its key and placement group made, `ray up`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cluster import launched as record
from cluster.account import Account, explained
from cluster.aws import instances, launcher
from cluster.aws.files import Files, ensure
from cluster.aws.tunnel import DASHBOARD
from cluster.aws.values import look_up
from cluster.configs.fill import fill, wanted
from cluster.infra.values import Infra
from errors import UsageError

TAG = "ray-on-aws"
Adapt = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A cluster that could be launched now; nothing of it is in the account yet.

    Attributes:
        target: `aws` or `rehearsal`.
        account: to launch in.
        infra: of it.
        name: of the cluster, as its config has it.
        filled: the name that was filled in, of its key pair and placement group too.
        files: what it keeps on this machine; `files.config` is filled in.
        config: the same as data.
        proxy: the way to its nodes, from this machine.
        open: what the config had left open.
        source: the config as it was before it was filled in.
        image: the runtime image that it was filled in with.
        through: the way to nodes that was asked for; empty for the best there is.
        store: the endpoint of its object store; empty for AWS's own.
        measured: the label `ray-subcluster` of nodes that are not emulated; empty for all.
    """

    target: str
    account: Account
    infra: Infra
    name: str
    filled: str
    files: Files
    config: dict[str, Any]
    proxy: str
    open: frozenset[str]
    source: Path
    image: str
    through: str
    store: str = ""
    measured: str = ""

    @property
    def launched(self) -> record.Launched:
        """What later commands need to know of it."""
        return record.Launched(
            target=self.target,
            name=self.name,
            dashboard=f"http://127.0.0.1:{DASHBOARD}",
            token_file=str(self.files.token),
            storage=f"s3://{self.infra.bucket}",
            store=self.store,
            measured=self.measured,
            remote=record.Remote(
                region=self.account.region,
                profile=self.account.profile,
                infra=self.infra.name,
                config=str(self.files.config),
                key=str(self.files.key),
                proxy=self.proxy,
                source=str(self.source.absolute()),
                image=self.image,
                through=self.through,
            ),
        )


def prepare(
    account: Account,
    infra: Infra,
    source: Path,
    state: Path,
    *,
    image: str,
    through: str,
    target: str = "aws",
    adapt: Adapt | None = None,
) -> Prepared:
    """Fills in a config.

    Args:
        account: to launch in.
        infra: of it.
        source: the config.
        state: the folder for what is kept from one call to the next.
        image: the runtime image; empty for the newest that was pushed.
        through: the way to nodes; empty for the best there is.
        target: that it is launched on.
        adapt: makes of the config the one for that target.

    Raises:
        UsageError: the config leaves open what no launch fills in, or names another region.
        ServiceError: what it needs is not in the account.
    """
    text = source.read_text()
    name = f"{infra.name}-{source.stem}"
    files = ensure(state, name)
    values = look_up(account, infra, files, cluster=name, image=image, through=through)
    filled = fill(text, values)
    config = yaml.safe_load(filled)
    region = config["provider"].get("region")
    if region != account.region:
        raise UsageError(
            f"{source} is for the region {region}, and the account's is {account.region}: give "
            f"--region {region}, or write ${{region}} in it"
        )
    # A config of the user's may know a way of its own; none is the one from inside the network.
    proxy = config.get("auth", {}).get("ssh_proxy_command", values.ssh_proxy_command)
    if adapt is not None:
        config = adapt(config)
        filled = yaml.safe_dump(config, sort_keys=False)
    files.config.write_text(filled)
    return Prepared(
        target=target,
        account=account,
        infra=infra,
        # A config of the user's may have a name of its own.
        name=config["cluster_name"],
        filled=name,
        files=files,
        config=config,
        proxy=proxy,
        open=frozenset(wanted(text)),
        source=source,
        image=values.image,
        through=through,
    )


def launch(prepared: Prepared, tell: Callable[[str], None], program: Sequence[str] = ()) -> None:
    """Makes the cluster, or goes on with one that is half there.

    Args:
        prepared: what to launch.
        tell: is given a line for each step.
        program: what starts Ray's program; the one of this environment, if empty.

    Raises:
        UsageError: AWS does not take the credentials.
        ServiceError: it failed.
    """
    if "key_name" in prepared.open:
        _import_key(prepared)
    if "placement_group" in prepared.open:
        _make_placement_group(prepared)
    launcher.up(prepared.account, prepared.files, tell, program)


def _tags(prepared: Prepared, kind: str) -> list[dict[str, Any]]:
    tags = [
        {"Key": TAG, "Value": prepared.infra.name},
        {"Key": instances.NAME, "Value": prepared.name},
    ]
    return [{"ResourceType": kind, "Tags": tags}]


def _import_key(prepared: Prepared) -> None:
    """Gives EC2 the public half of the key, in place of one of an earlier launch."""
    ec2 = prepared.account.client("ec2")
    with explained(f"importing the key pair {prepared.filled}"):
        found = ec2.describe_key_pairs(
            Filters=[{"Name": "key-name", "Values": [prepared.filled]}], IncludePublicKey=True
        )["KeyPairs"]
        ours = prepared.files.public_key.read_text().split()[:2]
        if found and found[0].get("PublicKey", "").split()[:2] == ours:
            return
        if found and instances.of_cluster(prepared.account, prepared.name):
            raise UsageError(
                f"{prepared.name} runs, and was launched with a key that is not on this machine: "
                "go on where it was launched, or end it with ./invoke down"
            )
        if found:
            ec2.delete_key_pair(KeyName=prepared.filled)
        ec2.import_key_pair(
            KeyName=prepared.filled,
            PublicKeyMaterial=prepared.files.public_key.read_bytes(),
            TagSpecifications=_tags(prepared, "key-pair"),
        )


def _make_placement_group(prepared: Prepared) -> None:
    ec2 = prepared.account.client("ec2")
    with explained(f"making the placement group {prepared.filled}"):
        found = ec2.describe_placement_groups(
            Filters=[{"Name": "group-name", "Values": [prepared.filled]}]
        )["PlacementGroups"]
        if not found:
            ec2.create_placement_group(
                GroupName=prepared.filled,
                Strategy="cluster",
                TagSpecifications=_tags(prepared, "placement-group"),
            )
