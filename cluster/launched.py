"""The cluster that was launched last, written down for the commands that come after."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

RECORD = "cluster.json"


@dataclass(frozen=True)
class Launched:
    """A cluster that was launched, and how to reach it.

    Attributes:
        target: `compose`.
        name: of the cluster.
        dashboard: the address of Ray's dashboard and of its jobs, `http://127.0.0.1:8265`.
        token_file: holds the token that Ray asks for.
        storage: where its workloads may keep data, `s3://bucket`.
        store: the endpoint of its object store as this machine reaches it; empty for AWS's own.
        measured: the label `ray-subcluster` of the nodes that figures are worth something of, as
            emulated ones are many times slower; empty for all.
    """

    target: str
    name: str
    dashboard: str
    token_file: str
    storage: str
    store: str
    measured: str

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
    """The cluster that was launched last and not taken away since."""
    record = state / RECORD
    return Launched(**json.loads(record.read_text())) if record.exists() else None


def forget(state: Path) -> None:
    """Takes note that there is none any more."""
    (state / RECORD).unlink(missing_ok=True)
