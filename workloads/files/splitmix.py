"""The randomness of data that are made: the same for a seed and a row, on any machine.

SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014):
states are `GOLDEN` apart, and each is mixed into 64 bits that look random. Seeded for each row by
(seed, row number), a row is the same whichever file, machine or core makes it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)
MIX_1, MIX_2 = np.uint64(0xBF58_476D_1CE4_E5B9), np.uint64(0x94D0_49BB_1331_11EB)
_30, _27, _31 = (np.uint64(n) for n in (30, 27, 31))


def mixed(states: Any) -> Any:
    """The bits of states: of an array of uint64; or of one, where Numba compiles this."""
    bits = (states ^ (states >> _30)) * MIX_1
    bits = (bits ^ (bits >> _27)) * MIX_2
    return bits ^ (bits >> _31)
