"""Texts of like length put together, so that few of them are filled up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

# One part in so many of what a batch holds may be padding. Another batch costs about as much as
# ten tokens, since all weights are read for it again.
PADDING = 20

Places = npt.NDArray[np.int64]


def by_length(lengths: Sequence[int], tokens: int) -> list[Places]:
    """Which texts go together; each is in one batch, and the longest are in the first.

    Args:
        lengths: how many tokens each text has, 1 or more.
        tokens: how many a batch may hold, padding included; more where one text has more.

    Returns:
        The places of the texts of each batch, the longest first.
    """
    order = np.argsort(-np.asarray(lengths, np.int64), kind="stable")
    batches: list[Places] = []
    first, real = 0, 0
    for at, place in enumerate(order):
        held = (at + 1 - first) * lengths[order[first]]
        if at > first and (held > tokens or (held - real - lengths[place]) * PADDING > held):
            batches.append(order[first:at])
            first, real = at, 0
        real += lengths[place]
    return [*batches, order[first:]] if len(order) else []


def filled(texts: Sequence[Sequence[int]], padding: int) -> tuple[Any, Any]:
    """The numbers of the tokens of some texts, filled up to the longest, and which are real.

    Returns:
        Two arrays of int64 and of shape (texts, tokens of the longest).
    """
    shape = len(texts), max(len(text) for text in texts)
    numbers, real = np.full(shape, padding, np.int64), np.zeros(shape, np.int64)
    for row, text in enumerate(texts):
        numbers[row, : len(text)] = text
        real[row, : len(text)] = 1
    return numbers, real
