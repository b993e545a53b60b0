"""Features of audio by Daft: a function of ours over batches of clips, a clip at a time in each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from workloads.bench.engines.audio.by_clip import features_of

ROWS_PER_BATCH = 64


def features(source: str, destination: str) -> None:
    """Makes features of every clip of the source.

    In Daft's own threads: with `use_process`, what goes between processes takes more than is won.
    """
    import daft
    from daft import DataType

    mel = DataType.list(DataType.fixed_size_list(DataType.float16(), 80))
    floats = ("seconds", "trimmed_seconds", "rms_dbfs", "peak_dbfs")
    made = dict.fromkeys(floats, DataType.float64()) | {
        "sample_rate": DataType.int64(),
        "channels": DataType.int64(),
        "log_mel": mel,
    }
    batches: Any = daft.func.batch(
        return_dtype=DataType.struct(made), unnest=True, batch_size=ROWS_PER_BATCH
    )
    featured: Any = batches(_features)
    frame = daft.read_parquet(f"{source}/*.parquet")
    others = [name for name in frame.column_names if name != "audio"]
    clips = daft.col("audio").get("bytes")
    frame.select(*others, featured(clips)).write_parquet(destination, compression="snappy")


def _features(clips: Any) -> pa.Array:
    done = [features_of(content) for content in clips.to_pylist()]
    mels = [one.pop("log_mel") for one in done]
    ends = pa.array(np.cumsum([0, *map(len, mels)], dtype=np.int32))
    bands = pa.FixedSizeListArray.from_arrays(pa.array(np.concatenate(mels).reshape(-1)), 80)
    columns = {name: pa.array([one[name] for one in done]) for name in done[0]}
    columns["log_mel"] = pa.ListArray.from_arrays(ends, bands)
    return pa.StructArray.from_arrays([*columns.values()], [*columns])
