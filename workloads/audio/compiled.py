"""Loops compiled by Numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Compiled = TypeVar("Compiled", bound=Callable[..., None])
# What may be done to sums and products so that they are fast, none of which loses precision:
# multiply and add in one step, take -0 for 0, divide by multiplying.
LIBERTIES = {"contract", "nsz", "arcp"}


def compiled(function: Compiled) -> Compiled:
    """The function, compiled when it is first called, for whatever vector unit there is."""
    return cast(Compiled, numba.njit(nogil=True, fastmath=LIBERTIES)(function))
