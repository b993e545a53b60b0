"""How many hashes are compared together, so that texts are found from a given similarity on.

Of two texts, each hash of a signature is the same with a chance of s, their Jaccard similarity.
With signatures cut into b bands of r hashes, at least one band is the same with a chance of
1 - (1 - s^r)^b, which rises steeply about s = (1/b)^(1/r): see Leskovec, Rajaraman and Ullman,
"Mining of Massive Datasets", third edition, section 3.4.2 (http://www.mmds.org).
"""

from __future__ import annotations

from dataclasses import dataclass

from errors import UsageError

# Thresholds that differ by no more than this are the same to anybody.
NEAR = 0.01
MOST_PERMUTATIONS = 1024


@dataclass(frozen=True)
class Bands:
    """How signatures are compared.

    Attributes:
        bands: how many pieces a signature is cut into, of which one must be the same.
        hashes: in each of them.
    """

    bands: int
    hashes: int

    @property
    def threshold(self) -> float:
        """The similarity about which the chance to be found rises steeply."""
        return float((1 / self.bands) ** (1 / self.hashes))

    def chance(self, similarity: float) -> float:
        """The chance that two texts of this similarity are found."""
        return float(1 - (1 - similarity**self.hashes) ** self.bands)


def bands_for(threshold: float, permutations: int) -> Bands:
    """The bands for a threshold: of those that come near it, the steepest, with the most hashes.

    Args:
        threshold: the similarity from which on texts are to be found, between 0 and 1.
        permutations: the most hashes that a signature may have.

    Raises:
        UsageError: one of them is out of range.
    """
    if not 0 < threshold < 1:
        raise UsageError(f"the threshold must lie between 0 and 1, not be {threshold:g}")
    if not 1 <= permutations <= MOST_PERMUTATIONS:
        raise UsageError(f"there must be 1 to {MOST_PERMUTATIONS} permutations, not {permutations}")
    possible = [
        Bands(bands, hashes)
        for hashes in range(1, permutations + 1)
        for bands in range(1, permutations // hashes + 1)
    ]

    def distance(bands: Bands) -> float:
        return abs(bands.threshold - threshold)

    near = max(min(map(distance, possible)), NEAR)
    return max(
        (one for one in possible if distance(one) <= near),
        key=lambda one: (one.bands * one.hashes, -distance(one)),
    )
