"""The bands of the mel scale, as in Slaney's "Auditory Toolbox" (Interval Research, 1998).

The scale is linear up to 1,000 Hz, 200 / 3 Hz to a mel, and logarithmic from there, a factor of 6.4
in 27 mels. Each band is a triangle between the middles of its neighbours, of area 1 in hertz.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BANDS = 80
RATE, SIZE = 16_000, 400
LINEAR_HZ, LINEAR_HZ_PER_MEL = 1000.0, 200 / 3
LINEAR_MELS = LINEAR_HZ / LINEAR_HZ_PER_MEL
LOG_STEP = np.log(6.4) / 27

Values = npt.NDArray[np.float64]


def mels_of(hz: Values) -> Values:
    """Frequencies on the mel scale."""
    above = LINEAR_MELS + np.log(np.maximum(hz, LINEAR_HZ) / LINEAR_HZ) / LOG_STEP
    return np.where(hz < LINEAR_HZ, hz / LINEAR_HZ_PER_MEL, above)


def hz_of(mels: Values) -> Values:
    """What frequencies places on the mel scale are."""
    above = LINEAR_HZ * np.exp(LOG_STEP * (mels - LINEAR_MELS))
    return np.where(mels < LINEAR_MELS, mels * LINEAR_HZ_PER_MEL, above)


def bank() -> Values:
    """The weight of each frequency of the transform in each band: shape (BANDS, SIZE / 2 + 1)."""
    frequencies = np.arange(SIZE // 2 + 1) * (RATE / SIZE)
    highest = mels_of(np.array(RATE / 2))
    edges = hz_of(np.linspace(0, highest, BANDS + 2))[:, np.newaxis]
    lower, middle, upper = edges[:-2], edges[1:-1], edges[2:]
    rising = (frequencies - lower) / (middle - lower)
    falling = (upper - frequencies) / (upper - middle)
    return np.maximum(np.minimum(rising, falling), 0) * 2 / (upper - lower)


BANK = bank()
