"""Families of workloads: a module for each, with the data they are done on and how to compare.

The workloads of a family are named after it, as `text.clean` is of `text`; who does them is in
`workloads.bench.engines`, and what is measured in `catalogue.yaml`.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import pyarrow as pa

    from workloads.bench.case import Comparison
    from workloads.files.places import Folder
    from workloads.files.tasks import Task


class Spec(Protocol):
    """A data set, the same for its fields on any machine; a frozen dataclass.

    Attributes:
        rows: how many.
        kind: one of the family's kinds.
        seed: of all randomness.
        size: about how many bytes it has.
    """

    @property
    def rows(self) -> int: ...  # noqa: D102 - see above

    @property
    def kind(self) -> str: ...  # noqa: D102

    @property
    def seed(self) -> int: ...  # noqa: D102

    @property
    def size(self) -> int: ...  # noqa: D102

    def tasks(self, folder: Folder, codec: str) -> Sequence[Task]:
        """What writes it as Parquet files, a task a file."""


class Family(Protocol):
    """What a module of this package has.

    Attributes:
        KINDS: the kinds of data that there are.
    """

    KINDS: tuple[str, ...]

    def spec(self, size: int, kind: str, seed: int) -> Spec:
        """A data set of about so many bytes."""

    def sample(self, folder: Folder) -> pa.Table:
        """Some rows of a result, the same ones whoever made it, in the order of `id`."""

    def compare(self, ours: pa.Table, theirs: pa.Table) -> Comparison:
        """How another engine's sample compares with that of `ours`.

        A workload that is less exact than its family has a `compare_VERB` of its own.
        """


def find(name: str) -> Family:
    """The family of this name."""
    return cast(Family, importlib.import_module(f"{__name__}.{name}"))


def compare(workload: str, ours: pa.Table, theirs: pa.Table) -> Comparison:
    """How another engine's sample of what a workload makes compares with that of `ours`."""
    name, _, verb = workload.partition(".")
    family = find(name)
    found: Comparison = getattr(family, f"compare_{verb}", family.compare)(ours, theirs)
    return found
