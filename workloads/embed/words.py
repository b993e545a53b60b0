"""Sentences made of common English words, the same for a seed and a row on any machine.

They mean nothing, but a tokenizer and an encoder have as much to do with them as with what people
write.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from workloads.files.splitmix import GOLDEN, mixed

_WORDS = (
    "the of and to in is that for it as was with on be by at this from have or had not are but "
    "which one we were all you there she been their has when who will more no if out so what up "
    "said its about into than them can only other time new some could these two may first then do "
    "any like my now over such our man me even most made after also well did many before must "
    "through years where much your way down should because long each just state those people too "
    "little good world make very year still see own work men day get here between both life being "
    "under three never know same last another while us off might great go come since against right "
    "came take used himself few house use during without again place around however home small "
    "found thought went say part once general high upon school every number system water question "
    "family company market history government language mountain morning evening window kitchen "
    "engineer teacher doctor student neighbour customer weather station railway airport harbour "
    "library university laboratory experiment measurement temperature pressure electricity "
    "magnificent extraordinary complicated independent international responsibility "
    "understanding communication transportation architecture photograph restaurant breakfast "
    "yesterday tomorrow sometimes perhaps nevertheless approximately particularly immediately "
    "seven twelve hundred thousand million percent river forest island garden summer winter "
    "colour letter paper music story answer reason problem service project machine network "
    "computer programme database algorithm parliament treaty election economy inflation"
)
WORDS = tuple(_WORDS.split())
ENDS = (".", ".", ".", ".", ".", ".", "?", "!")

Counts = npt.NDArray[np.int64]

_52, _16 = np.uint64(52), np.uint64(16)
# Words and lengths are drawn from tables of this size, by as many bits.
_DRAWS = 4096
_COMMA_AFTER = 12


@dataclass(frozen=True)
class Lengths:
    """How many words sentences have: a logarithmic normal distribution, cut at both ends.

    Attributes:
        median: of the distribution.
        spread: the standard deviation of its logarithm.
        fewest, most: words of any sentence.
    """

    median: float
    spread: float
    fewest: int
    most: int

    @cache  # noqa: B019 - there are as few as there are kinds
    def table(self) -> Counts:
        """The lengths at equal steps of probability, shape (4096,)."""
        normal = NormalDist(np.log(self.median), self.spread)
        steps = [(index + 0.5) / _DRAWS for index in range(_DRAWS)]
        lengths = np.exp([normal.inv_cdf(step) for step in steps])
        return np.clip(np.rint(lengths), self.fewest, self.most).astype(np.int64)


def sentences(seed: int, first: int, number: int, lengths: Lengths) -> list[str]:
    """The sentences of so many rows from the first one on."""
    states = mixed(
        mixed(np.array([seed], np.uint64))
        + np.arange(first, first + number, dtype=np.uint64) * GOLDEN
    )
    words_of = lengths.table()[(states >> _52).astype(np.int64)]
    rows = np.repeat(np.arange(number), words_of)
    ends = np.cumsum(words_of)
    places = np.arange(rows.size) - np.repeat(ends - words_of, words_of)
    bits = mixed(states[rows] + (places + 1).astype(np.uint64) * GOLDEN)
    words = [WORDS[index] for index in _ranks()[(bits >> _52).astype(np.int64)]]
    commas = (bits >> _16).astype(np.int64) % _COMMA_AFTER == 0
    for place in np.flatnonzero(commas & (np.diff(rows, append=-1) == 0)):
        words[place] += ","
    marks = (states >> _16).astype(np.int64) % len(ENDS)
    return [
        " ".join(words[end - count : end]).capitalize() + ENDS[mark]
        for end, count, mark in zip(ends, words_of, marks, strict=True)
    ]


def mean_bytes(lengths: Lengths) -> int:
    """About how many bytes a sentence has."""
    letters = sum(len(WORDS[rank]) for rank in _ranks()) / _DRAWS
    # Behind each word is a blank, or what ends the sentence; and every now and then a comma.
    return round(float(lengths.table().mean()) * (letters + 1 + 1 / _COMMA_AFTER))


@cache
def _ranks() -> Counts:
    """Words by their number, each as often as its rank has it by Zipf's law; shape (4096,)."""
    shares = np.cumsum([1 / (rank + 3) for rank in range(len(WORDS))])
    steps = (np.arange(_DRAWS) + 0.5) / _DRAWS * shares[-1]
    ranks: Counts = np.searchsorted(shares, steps).astype(np.int64)
    return ranks
