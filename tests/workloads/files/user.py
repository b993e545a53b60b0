"""Functions as users write them, for jobs to apply; and ways in which these go wrong."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errors import InputError
from workloads.files.functions import Parted
from workloads.text import clean

NAME = __name__
NOT_A_FUNCTION = 3


def same(table: pa.Table) -> pa.Table:
    """Every row as it is."""
    return table


def tagged(table: pa.Table, tag: str = "none") -> pa.Table:
    """A column more, that holds an option."""
    return table.append_column("tag", pa.array([tag] * table.num_rows))


def with_the_number_of_rows(table: pa.Table) -> pa.Table:
    """A column more, that holds how many rows were given at a time."""
    rows = pa.array([table.num_rows] * table.num_rows, pa.int64())
    return table.append_column("rows", rows)


def even(table: pa.Table) -> pa.Table:
    """Fewer rows."""
    return table.filter(pc.equal(pc.bit_wise_and(table["id"], 1), 0))


def rejects_odd(table: pa.Table, reason: str = "odd") -> Parted:
    """Takes the rows with an even id, and rejects the others."""
    odd = table.filter(pc.equal(pc.bit_wise_and(table["id"], 1), 1)).select(["id"])
    return Parted(even(table), odd.append_column("reason", pa.array([reason] * odd.num_rows)))


def rejects_all(table: pa.Table, fail_at: int = -1) -> Parted:
    """Rejects all rows, with all that they have; fails at the row with an id."""
    if fail_at in table["id"].to_pylist():
        raise ValueError("this row is not to be had")
    return Parted(table.slice(0, 0), table.append_column("reason", pa.array(["x"] * len(table))))


def rejects_without_reason(table: pa.Table) -> Parted:
    """Rejects all rows, and does not say why."""
    return Parted(table.slice(0, 0), table)


def measured(table: pa.Table) -> pa.Table:
    """How many bytes each of some encoded files has."""
    return pa.table([table["path"], pc.binary_length(table["bytes"])], names=["path", "size"])


def twice(table: pa.Table) -> pa.Table:
    """More rows."""
    return table.take(np.repeat(np.arange(table.num_rows), 2))


def raises(table: pa.Table) -> pa.Table:
    """Fails on the row with id 7."""
    if 7 in table["id"].to_pylist():
        raise ValueError("seven is not to be had")
    return table


def raises_or_is_slow(table: pa.Table) -> pa.Table:
    """Fails on the row with id 7, and takes its time for others."""
    time.sleep(0.3)
    return raises(table)


def complains(_table: pa.Table) -> pa.Table:
    """Finds the input to be wrong."""
    raise InputError("a row lacks its date")


def gives_a_dict(table: pa.Table) -> Any:
    """Gives back no table."""
    return table.to_pydict()


def makes_a_union(table: pa.Table) -> pa.Table:
    """A column of a type that Parquet does not have."""
    kinds, values = pa.array([0] * len(table), pa.int8()), pa.array(range(len(table)))
    return table.append_column("union", pa.UnionArray.from_sparse(kinds, [values]))


def slow(table: pa.Table, seconds: float = 0.25) -> pa.Table:
    """Cleans the text, taking its time."""
    time.sleep(seconds)
    return clean(table)


def dies_once(table: pa.Table, marker: str = "") -> pa.Table:
    """Kills the process that it runs in, the first time that it meets the row with id 25."""
    if 25 in table["id"].to_pylist():
        try:
            Path(marker).touch(exist_ok=False)
        except FileExistsError:
            return table
        os.kill(os.getpid(), signal.SIGKILL)
    return table
