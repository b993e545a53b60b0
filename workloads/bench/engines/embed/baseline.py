"""Sentences by Ray Data, as its documentation has inference done: by a pool of actors."""

from __future__ import annotations

from typing import Any

from workloads.bench.engines.baseline import read, write
from workloads.bench.engines.embed.usual import BATCH_ROWS, Usual


class Actor(Usual):
    """An actor that has loaded the model."""

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Adds the vectors of a batch."""
        batch["vector"] = self.encode(list(batch["text"]))
        return batch


def sentences(source: str, destination: str) -> None:
    """Makes vectors of the sentences of every row of the source, with an actor for each core."""
    import ray
    from ray.data import ActorPoolStrategy

    cores = int(ray.cluster_resources()["CPU"])  # type: ignore[no-untyped-call]
    embedded = read(source).map_batches(
        Actor,
        batch_size=BATCH_ROWS,
        num_cpus=1,
        compute=ActorPoolStrategy(min_size=1, max_size=cores),
    )
    write(embedded, destination)
