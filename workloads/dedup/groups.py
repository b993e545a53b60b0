"""Which rows belong together, as they are linked with one another."""

# Numba compiles these functions: its decorators have no types.
# mypy: allow-untyped-decorators

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Parents = npt.NDArray[np.int32] | npt.NDArray[np.int64]


@numba.njit(nogil=True, inline="always")
def _root(parents: Parents, row: Any) -> Any:
    """The first row of a component; paths to it are halved on the way (Tarjan, van Leeuwen)."""
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row


@numba.njit(nogil=True)
def join(parents: Parents, rows: Rows, others: Rows) -> None:
    """Joins the components of each row and its other one; the first row of the two leads both."""
    for index in range(rows.size):
        one, other = _root(parents, rows[index]), _root(parents, others[index])
        if one < other:
            parents[other] = one
        else:
            parents[one] = other


def alone(rows: int) -> Parents:
    """So many rows, each a component of its own: what `join` begins with."""
    if rows < 2**31:
        return np.arange(rows, dtype=np.int32)
    return np.arange(rows, dtype=np.int64)


def followers(parents: Parents) -> Rows:
    """The rows that are not the first one of their component, in order."""
    own = np.arange(parents.size, dtype=parents.dtype)
    return np.flatnonzero(parents != own).astype(np.int64)
