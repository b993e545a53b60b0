"""Text: rows of about 1 KB, made and cleaned."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from workloads.bench.case import Comparison
from workloads.bench.compare import other_rows, sample_rows
from workloads.files.places import Folder
from workloads.text.clean import CLEANED
from workloads.text.generate import KINDS as MADE
from workloads.text.generate import TextSpec

KINDS = tuple(MADE)
ROWS_EXPLAINED = 200
CHARACTERS_NAMED = 6


def spec(size: int, kind: str, seed: int) -> TextSpec:
    """A data set of about so many bytes."""
    return TextSpec.sized(size, kind, seed)


def sample(folder: Folder) -> pa.Table:
    """The cleaned text of the first rows by `id`, in the order of `id`.

    Columns: id int64, cleaned_text of whatever type of string the engine writes.
    """
    return sample_rows(folder, ["id", CLEANED])


def compare(ours: pa.Table, theirs: pa.Table) -> Comparison:
    """How another engine's sample compares with ours; the same is the same to the character."""
    if found := other_rows(ours, theirs):
        return found
    left, right = (one[CLEANED].cast(pa.large_string()) for one in (ours, theirs))
    differing = pc.fill_null(pc.not_equal(left, right), True)
    both_null = pc.and_(pc.is_null(left), pc.is_null(right))
    mask = pc.and_not(differing, both_null)
    number = pc.sum(mask).as_py() or 0
    return Comparison(len(ours), number, _explanation(left.filter(mask), right.filter(mask)))


def _explanation(ours: pa.ChunkedArray, theirs: pa.ChunkedArray) -> str:
    kept: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    pairs = zip(ours[:ROWS_EXPLAINED].to_pylist(), theirs[:ROWS_EXPLAINED].to_pylist(), strict=True)
    for mine, other in pairs:
        kept += Counter(other or "") - Counter(mine or "")
        dropped += Counter(mine or "") - Counter(other or "")
    found = [("keeps", kept), ("drops", dropped)]
    return "; ".join(f"it {verb} {_named(characters)}" for verb, characters in found if characters)


def _named(characters: Counter[str]) -> str:
    names = [
        f"U+{ord(one):04X} ({unicodedata.name(one, 'a control character')})"
        for one, _ in characters.most_common(CHARACTERS_NAMED)
    ]
    more = len(characters) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
