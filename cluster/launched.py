"""The cluster that was launched last, written down for the commands that come after."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from errors import UsageError

RECORD = "cluster.json"


@dataclass(frozen=True, kw_only=True)
class Remote:
    """Where a cluster of EC2 instances is, and what opens it.

    Attributes:
        region: AWS's name of it.
        profile: of the credentials; empty for those of the environment.
        infra: the value of the tag `ray-on-aws`.
        config: the file of its config, filled in.
        key: the file of the private key to its nodes.
        proxy: the ProxyCommand of ssh that leads to them.
        source: the file that `config` was filled in from; empty where an older version launched.
        image: the runtime image that it was filled in with.
        through: the way to nodes that was asked for; empty for the best there is.
    """

    region: str
    profile: str
    infra: str
    config: str
    key: str
    proxy: str
    source: str = ""
    image: str = ""
    through: str = ""


@dataclass(frozen=True)
class Launched:
    """A cluster that was launched, and how to reach it.

    Attributes:
        target: `compose` or `aws`.
        name: of the cluster.
        dashboard: the address of Ray's dashboard and of its jobs, `http://127.0.0.1:8265`, as it is
            on the machine that has it: this one, or the head node of a remote cluster.
        token_file: holds the token that Ray asks for.
        storage: where its workloads may keep data, `s3://bucket`.
        store: the endpoint of its object store as this machine reaches it; empty for AWS's own.
        measured: the label `ray-subcluster` of the nodes that figures are worth something of, as
            emulated ones are many times slower; empty for all.
        remote: where it is, if not on this machine.
    """

    target: str
    name: str
    dashboard: str
    token_file: str
    storage: str
    store: str
    measured: str
    remote: Remote | None = None

    @property
    def token(self) -> str:
        """What Ray asks for."""
        return Path(self.token_file).read_text().strip()

    @property
    def refusal(self) -> str:
        """What to say where the token is not the cluster's."""
        return (
            f"the cluster at {self.dashboard} refuses the token in {self.token_file}: "
            "it belongs to another launch; ./invoke down and launch again"
        )


def remember(state: Path, launched: Launched) -> None:
    """Writes down a cluster."""
    text = json.dumps(asdict(launched), indent=2)
    (state / RECORD).write_text(f"{text}\n")


def recall(state: Path) -> Launched | None:
    """The cluster that was launched last and not taken away since.

    Raises:
        UsageError: what was written down was written by another version, or by hand.
    """
    record = state / RECORD
    if not record.exists():
        return None
    try:
        told: dict[str, Any] = json.loads(record.read_text())
        remote = told.pop("remote", None)
        return Launched(**told, remote=Remote(**remote) if remote else None)
    except (AttributeError, TypeError, ValueError) as error:
        raise UsageError(
            f"{record} is not what launch wrote ({error}): ./invoke down of the version that wrote "
            "it takes its cluster away; then delete the file"
        ) from error


def forget(state: Path) -> None:
    """Takes note that there is none any more."""
    (state / RECORD).unlink(missing_ok=True)
