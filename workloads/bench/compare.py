"""What is looked at of a result, whatever family it is of."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from workloads.bench.case import Comparison
from workloads.bench.places import dataset
from workloads.files.failures import explained
from workloads.files.places import Folder

SAMPLE_ROWS = 65_536


def sample_rows(folder: Folder, columns: Sequence[str], most: int = SAMPLE_ROWS) -> pa.Table:
    """Columns, `id` among them, of the first rows by `id`, in the order of `id`."""
    with explained(folder.uri):
        rows = dataset(folder).to_table(columns=list(columns), filter=pc.field("id") < most)
    return rows.sort_by("id")


def row_count(folder: Folder) -> int:
    """All rows of the Parquet files of a folder."""
    with explained(folder.uri):
        return int(dataset(folder).count_rows())


def other_rows(ours: pa.Table, theirs: pa.Table) -> Comparison | None:
    """How two samples compare that have not the same ids; None where they have."""
    if ours["id"].equals(theirs["id"]):
        return None
    why = f": {len(theirs)}, where ours has {len(ours)}"
    if len(theirs) == len(ours):
        why = ", as their ids are not the same"
    return Comparison(len(ours), len(ours), f"it has other rows{why}")
