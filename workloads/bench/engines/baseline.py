"""The documents' own way, and so what plain Ray Data does: over rows, with Ray's own settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workloads.bench.engines.ours import spilled_bytes
from workloads.files.distribute import keep_to_subcluster, start_ray
from workloads.files.places import Folder

if TYPE_CHECKING:
    from ray.data import Dataset

__all__ = ["read", "spilled_bytes", "start", "write"]


def start() -> None:
    """Starts the embedded Ray, or connects to the cluster.

    Where the cluster's store is not AWS's own, its nodes are to have the variable
    AWS_REQUEST_CHECKSUM_CALCULATION=WHEN_REQUIRED, as docker-compose.yml gives it to them. Arrow's
    uploads otherwise come in chunks with a checksum behind, which rclone for one does not take.
    (A runtime environment could give it to the workers. Ray then starts them through a shell, and
    not where there is a space in the path of its Python.)
    """
    start_ray()
    from ray.data import DataContext

    keep_to_subcluster(DataContext.get_current())


def read(source: str) -> Dataset:
    """The rows of a folder of Parquet files."""
    import ray.data

    origin = Folder.of(source)
    return ray.data.read_parquet(origin.path(), filesystem=origin.filesystem())


def write(dataset: Dataset, destination: str) -> None:
    """Writes rows as Parquet files."""
    folder = Folder.of(destination)
    dataset.write_parquet(
        folder.path(),
        filesystem=folder.filesystem(),
        # S3 has no folders: Arrow would write empty objects there, which not every store takes.
        try_create_dir=not folder.in_s3,
    )
