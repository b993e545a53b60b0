"""Some rows of a table, or all in another order, whatever types its columns have."""

from __future__ import annotations

from typing import Any

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
        return _joined(table, edges)


def reordered(table: pa.Table, order: npt.NDArray[np.signedinteger[Any]]) -> pa.Table:
    """The rows of a table in the order in which their positions are given.

    As with `picked`; runs of positions that follow one another are cut in one piece.
    """
    try:
        return table.take(pa.array(order))
    except pa.ArrowNotImplementedError:
        begins = np.flatnonzero(np.diff(order, prepend=order[:1] - 2) != 1)
        sizes = np.diff(begins, append=len(order))
        return _joined(table, np.stack([order[begins], order[begins] + sizes], axis=1))


def _joined(table: pa.Table, edges: npt.NDArray[np.signedinteger[Any]]) -> pa.Table:
    """Pieces of a table, from each first row up to the second, one behind the other."""
    parts = [table.slice(start, stop - start) for start, stop in edges]
    return pa.concat_tables([table.slice(0, 0), *parts])
