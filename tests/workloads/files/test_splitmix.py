"""The randomness of made data is SplitMix64's, by NumPy and compiled alike."""

from __future__ import annotations

import numba
import numpy as np

from workloads.files.splitmix import GOLDEN, mixed

# The first numbers of a generator with the seed 0, as in the reference implementation:
# https://prng.di.unimi.it/splitmix64.c
FIRST = [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]


def test_it_is_that_of_the_reference() -> None:
    states = np.arange(1, 4, dtype=np.uint64) * GOLDEN
    compiled = numba.njit(mixed)
    assert mixed(states).tolist() == FIRST
    assert [int(compiled(state)) for state in states] == FIRST
