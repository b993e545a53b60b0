"""MinHash signatures (Broder, "On the resemblance and containment of documents", 1997), by bands.

A signature holds the least value that each of some permutations gives to any shingle of a text. A
permutation of the numbers of 32 bits is x -> a x + b with an odd a; x is the upper half of a
shingle's hash. What the next stage compares is one hash for each band of the signature.
"""

# Numba compiles these functions: its decorators have no types.
# mypy: allow-untyped-decorators

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workloads.dedup.banding import Bands
from workloads.dedup.tokens import Words, character_spans, shingle, word_spans
from workloads.text.arrays import Bytes, Offsets, text_type, values_of
from workloads.text.clean import clean_array
from workloads.text.hashing import mixed
from workloads.text.repeats import Keys

Values = npt.NDArray[np.uint32]

_GREATEST = np.uint32(0xFFFF_FFFF)
_UPPER = np.uint64(32)
_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)
# Numba's vectors are this wide at the most, so a signature is a multiple of it.
_LANES = 16


@numba.njit(nogil=True)
def _sign(shingles: Words, count: int, factors: Values, terms: Values, signature: Values) -> None:
    """The signature of a text with these shingles; all _GREATEST where there are none."""
    for index in range(signature.size):
        signature[index] = _GREATEST
    for number in range(count):
        value = np.uint32(shingles[number] >> _UPPER)
        for index in range(signature.size):
            # Numba counts with 64 bits unless told otherwise.
            moved = np.uint32(np.uint32(factors[index] * value) + terms[index])
            signature[index] = min(signature[index], moved)


@numba.njit(nogil=True)
def _key_values(
    data: Bytes,
    offsets: Offsets,
    characters: bool,
    size: int,
    factors: Values,
    terms: Values,
    bands: int,
    hashes: int,
    keys: Keys,
) -> None:
    """The keys of all bands of each text; see `MinHash`."""
    longest = np.int64(0)
    for row in range(offsets.size - 1):
        longest = max(longest, np.int64(offsets[row + 1]) - np.int64(offsets[row]))
    spans = np.empty((longest + 1, 2), np.int64)
    shingles = np.empty(longest + 1, np.uint64)
    signature = np.empty(factors.size, np.uint32)
    for row in range(offsets.size - 1):
        start, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        if characters:
            count = character_spans(data, start, stop, spans)
        else:
            count = word_spans(data, start, stop, spans)
        count = shingle(data, spans, count, size, shingles)
        _sign(shingles, count, factors, terms, signature)
        for band in range(bands):
            key = np.uint64(band + 1) * _GOLDEN
            for index in range(band * hashes, (band + 1) * hashes):
                key = mixed(key ^ np.uint64(signature[index]))
            keys[row * bands + band, 0] = key


@lru_cache(maxsize=1)
def _permutations(number: int, seed: int) -> tuple[Values, Values]:
    """The factors and terms of so many permutations; the first ones are the same for any number."""
    random = np.random.Generator(np.random.PCG64(seed))
    drawn = random.integers(0, 2**32, (number, 2), np.uint32)
    return drawn[:, 0] | np.uint32(1), drawn[:, 1].copy()


@dataclass(frozen=True)
class MinHash:
    """Texts whose sets of shingles are similar have a key in common, with the chance of the bands.

    A text of fewer tokens than a shingle has is one shingle. Texts with none are all the same, and
    so is null.

    Attributes:
        bands: how signatures are compared.
        size: of a shingle, in tokens.
        characters: whether tokens are characters rather than words.
        cleaned: look at the cleaned text rather than the text.
        seed: of the permutations.
        words: of a key.
    """

    bands: Bands
    size: int
    characters: bool = False
    cleaned: bool = False
    seed: int = 0
    words: int = 1

    @property
    def keys(self) -> int:
        """How many each text has: one for each band."""
        return self.bands.bands

    def of(self, texts: pa.Array) -> Keys:
        """See `Keyer`."""
        kind = text_type(texts.type, "array")
        # Empty in place of null, whose bytes may be anything.
        plain = texts.cast(kind).fill_null("")
        if self.cleaned:
            plain = clean_array(plain)
        number = self.bands.bands * self.bands.hashes
        factors, terms = _permutations(-(-number // _LANES) * _LANES, self.seed)
        keys = np.empty((len(plain) * self.keys, 1), np.uint64)
        _key_values(
            *values_of(plain),
            self.characters,
            self.size,
            factors,
            terms,
            self.bands.bands,
            self.bands.hashes,
            keys,
        )
        return keys
