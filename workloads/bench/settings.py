"""What a benchmark is to measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workloads.files.places import Folder


@dataclass(frozen=True)
class Settings:
    """What to measure.

    Attributes:
        workloads: names of the catalogue, or functions as `module:function`.
        kinds: of data, where a workload's family has them; empty for all that each has.
        size: of the input, in bytes.
        scale: what the user called this size.
        seed: of the input.
        peers: whether peers take part.
        engines: only these engines, peers or not; empty for all.
        repeats: measured runs, instead of the catalogue's number.
        results: the folder of this machine for what is kept: logs, reports, and local input.
        output: the local folder for output; None for the fastest that has room.
        storage: the folder in S3 for input and output; None for local ones.
        target: what `Case` calls the place where this runs.
        subcluster: of the cluster, for `remote.arguments`; empty for all of it.
    """

    workloads: Sequence[str]
    kinds: Sequence[str]
    size: int
    scale: str
    seed: int
    peers: bool
    engines: Sequence[str]
    repeats: int | None
    results: Path
    output: Path | None
    storage: Folder | None = None
    target: str = "local"
    subcluster: str = ""

    @property
    def kept(self) -> Folder:
        """Where input is kept."""
        return self.storage or Folder.of(self.results)

    @property
    def logs(self) -> Path:
        """Where engines write what they have to say."""
        return self.results / "logs"
