"""How a threshold becomes bands of hashes."""

from __future__ import annotations

import pytest

from errors import UsageError
from workloads.dedup.banding import Bands, bands_for


def test_the_default_is_eleven_bands_of_eleven_hashes() -> None:
    bands = bands_for(0.8, 128)
    assert bands == Bands(11, 11)
    # Worked out by hand, from 1 - (1 - s^r)^b.
    assert bands.chance(0.5) == pytest.approx(0.00536, abs=1e-5)
    assert bands.chance(0.8) == pytest.approx(0.62766, abs=1e-5)
    assert bands.chance(0.9) == pytest.approx(0.98412, abs=1e-5)
    assert bands.chance(1) == 1


@pytest.mark.parametrize("permutations", [1, 16, 64, 128, 256, 1024])
@pytest.mark.parametrize("threshold", [0.01, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_no_more_hashes_than_allowed_and_none_steeper_as_near(
    threshold: float, permutations: int
) -> None:
    found = bands_for(threshold, permutations)
    assert found.bands * found.hashes <= permutations
    others = [
        Bands(b, r) for r in range(1, permutations + 1) for b in range(1, permutations // r + 1)
    ]
    distance = abs(found.threshold - threshold)
    assert distance <= max(0.01, min(abs(one.threshold - threshold) for one in others))
    steeper = [one for one in others if one.bands * one.hashes > found.bands * found.hashes]
    assert all(abs(one.threshold - threshold) > min(distance, 0.01) for one in steeper)


@pytest.mark.parametrize(
    ("threshold", "permutations", "told"),
    [
        (0.0, 128, "the threshold must lie between 0 and 1, not be 0"),
        (1.0, 128, "the threshold must lie between 0 and 1, not be 1"),
        (float("nan"), 128, "the threshold must lie between 0 and 1, not be nan"),
        (0.8, 0, "there must be 1 to 1024 permutations, not 0"),
        (0.8, 1025, "there must be 1 to 1024 permutations, not 1025"),
    ],
)
def test_what_there_cannot_be_is_told(threshold: float, permutations: int, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        bands_for(threshold, permutations)
