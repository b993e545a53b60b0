"""Some rows of a table, whatever types its columns have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def picked(table: pa.Table, rows: npt.NDArray[np.bool_]) -> pa.Table:
    """The rows of a table where an array, as long as it is, says so; not copied where all are.

    Arrow does not pick from columns of every type, string_view among them; but it cuts them all.
    """
    if rows.all():
        return table
    try:
        return table.filter(pa.array(rows))
    except pa.ArrowNotImplementedError:
        edges = np.flatnonzero(np.diff(rows, prepend=False, append=False)).reshape(-1, 2)
        parts = [table.slice(start, stop - start) for start, stop in edges]
        return pa.concat_tables([table.slice(0, 0), *parts])
