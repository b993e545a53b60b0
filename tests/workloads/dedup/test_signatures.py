"""MinHash: as many hashes are the same as the texts are similar, and as many are found as due."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from workloads.dedup.banding import Bands
from workloads.dedup.signatures import MinHash

ONE_BY_ONE = Bands(128, 1)
PAIRS = 400


def pairs(shared: int, own: int, seed: int) -> tuple[pa.Array, pa.Array]:
    """Texts of words, two and two of which have some in common."""
    dice = np.random.default_rng(seed)
    drawn = dice.permuted(np.tile(np.arange(5000), (PAIRS, 1)), axis=1)[:, : shared + 2 * own]
    left = [" ".join(map(str, row[: shared + own])) for row in drawn]
    right = [" ".join(map(str, [*row[:shared], *row[shared + own :]])) for row in drawn]
    return pa.array(left), pa.array(right)


@pytest.mark.parametrize(("shared", "own"), [(20, 40), (50, 25), (80, 10), (95, 3)])
def test_hashes_are_the_same_as_often_as_texts_are_similar(shared: int, own: int) -> None:
    similarity = shared / (shared + 2 * own)
    hashes = MinHash(ONE_BY_ONE, size=1)
    left, right = (hashes.of(texts).reshape(PAIRS, -1) for texts in pairs(shared, own, seed=1))
    estimates = (left == right).mean(axis=1)
    spread = (similarity * (1 - similarity) / 128) ** 0.5
    # Four times what chance allows the mean and the spread of so many estimates to be off by.
    assert abs(estimates.mean() - similarity) < 4 * spread / PAIRS**0.5
    assert abs(estimates.std() / spread - 1) < 4 / (2 * PAIRS) ** 0.5


@pytest.mark.parametrize(("shared", "own"), [(70, 15), (80, 10), (90, 5)])
def test_pairs_are_found_as_often_as_the_bands_say(shared: int, own: int) -> None:
    bands = Bands(11, 11)
    hashes = MinHash(bands, size=1)
    left, right = (hashes.of(texts).reshape(PAIRS, -1) for texts in pairs(shared, own, seed=2))
    found = (left == right).any(axis=1).mean()
    due = bands.chance(shared / (shared + 2 * own))
    assert abs(found - due) < 4 * (due * (1 - due) / PAIRS) ** 0.5


def test_the_same_band_of_another_text_is_not_another_band_of_the_same() -> None:
    keys = MinHash(Bands(4, 1), size=1).of(pa.array(["a"])).ravel()
    assert len(set(keys.tolist())) == 4


def keys(texts: list[str | None], **options: bool | int) -> list[tuple[int, ...]]:
    hashes = MinHash(Bands(8, 2), **{"size": 2, **options})  # type: ignore[arg-type]
    return [tuple(row) for row in hashes.of(pa.array(texts, pa.string())).reshape(-1, 8).tolist()]


def test_what_is_compared_is_words_or_characters_as_they_are_or_cleaned() -> None:
    texts: list[str | None] = ["A b, c", "a  b c", "a b c", "ab c"]
    plain = keys(texts)
    assert plain[1] == plain[2]
    assert len(set(plain)) == 3
    assert len(set(keys(texts, cleaned=True))) == 2
    as_characters = keys(texts, characters=True)
    assert len(set(as_characters)) == 4
    # A text is similar to one that has the same pairs of characters, however often.
    assert keys(["aaa", "aaaaa"], characters=True)[0] == keys(["aa"], characters=True)[0]


def test_texts_without_words_are_all_the_same_and_short_ones_are_not() -> None:
    found = keys([None, "", " \t\u3000", "a", "b", "a b", "a"])
    assert found[0] == found[1] == found[2]
    assert found[3] == found[6]
    assert len(set(found)) == 4


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()], ids=str)
def test_any_type_of_text_and_slices_of_it(kind: pa.DataType) -> None:
    texts = ["x y", "a b c d", None, "가 나 다"]
    hashes = MinHash(Bands(3, 2), size=2)
    due = hashes.of(pa.array(texts))
    assert (hashes.of(pa.array(texts).cast(kind)) == due).all()
    assert (hashes.of(pa.array(texts).dictionary_encode()) == due).all()
    assert (hashes.of(pa.array(texts).cast(kind)[1:]) == due[3:]).all()


def test_another_seed_is_other_hashes() -> None:
    texts = pa.array(["a b c d e f"])
    found = {int(MinHash(Bands(1, 2), size=2, seed=seed).of(texts)[0, 0]) for seed in range(5)}
    assert len(found) == 5
