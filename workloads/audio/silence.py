"""Where the sound of a clip begins and ends, and how loud it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workloads.audio.decode import RATE, Samples
from workloads.audio.reasons import ClipError, Reason

# Ten milliseconds: a step of the features too.
BLOCK = RATE // 100
# Left on either side of what is loud, for consonants that begin and end softly.
MARGIN = 5 * BLOCK
# Twenty-five milliseconds: the features look at no less.
SHORTEST = RATE // 40
# A clip none of whose blocks reaches this is silent; in decibels of full scale.
SILENCE_DBFS = -60.0


@dataclass(frozen=True)
class Level:
    """How loud samples are, in decibels of full scale, which is 1.0.

    Attributes:
        rms_dbfs: the root of the mean of their squares.
        peak_dbfs: the largest.
    """

    rms_dbfs: float
    peak_dbfs: float


def trim(samples: Samples, silence_db: float) -> Samples:
    """The samples without the silence at both ends: a view of them.

    Silence is what comes before the first and after the last block of ten milliseconds whose mean
    power is at most `silence_db` below that of the loudest block; 50 ms of it are left.

    Raises:
        ClipError: there is too little of it, or nothing but silence.
    """
    if len(samples) < SHORTEST:
        raise ClipError(Reason.TOO_SHORT, f"{len(samples) / RATE * 1000:.1f} ms")
    blocks = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
    power = np.einsum("ij,ij->i", blocks, blocks) / np.float32(BLOCK)
    loudest = float(power.max())
    if loudest < 10 ** (SILENCE_DBFS / 10):
        raise ClipError(Reason.SILENT, f"it never reaches {SILENCE_DBFS:g} dBFS")
    loud = np.flatnonzero(power >= loudest * 10 ** (-silence_db / 10))
    start, stop = int(loud[0]) * BLOCK - MARGIN, (int(loud[-1]) + 1) * BLOCK + MARGIN
    return samples[max(start, 0) : stop]


def level(samples: Samples) -> Level:
    """How loud samples are that are not all zero."""
    peak = max(float(samples.max()), -float(samples.min()))
    power = float(np.dot(samples, samples)) / len(samples)
    return Level(10 * math.log10(power), 20 * math.log10(peak))
