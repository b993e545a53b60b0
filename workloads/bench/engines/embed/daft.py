"""Sentences by Daft: a class that has loaded the model, called with batches."""

from __future__ import annotations

from typing import Any

from workloads.bench.engines.embed.usual import BATCH_ROWS, WIDTH, Usual


def sentences(source: str, destination: str) -> None:
    """Makes vectors of the sentences of every row of the source.

    How many instances there are, and in what processes, is left to Daft: of what can be said about
    that, nothing made it faster.
    """
    import daft

    vector = daft.DataType.fixed_size_list(daft.DataType.float32(), WIDTH)

    class Model(Usual):
        @daft.method.batch(return_dtype=vector, batch_size=BATCH_ROWS)
        def vectors(self, texts: Any) -> Any:
            return self.encode(texts.to_pylist())

    model = daft.cls(Model)()
    frame = daft.read_parquet(f"{source}/*.parquet")
    embedded = frame.with_column("vector", model.vectors(daft.col("text")))
    embedded.write_parquet(destination, compression="snappy")
