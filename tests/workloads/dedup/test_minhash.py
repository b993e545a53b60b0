"""Near deduplication, held against the similarity of every pair of texts."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from errors import UsageError
from tests.workloads.dedup.texts import write_texts
from tests.workloads.parquet import all_ids, everything_in, ids
from workloads.dedup import Similarity, keys, minhash
from workloads.files.record import RECORD

# Each several times, with more and more words changed, in words of which there are few.
ORIGINALS, VERSIONS, WORDS = 40, 6, 100
SIZE = 3
STEEP = Similarity(threshold=0.6, permutations=1024, size=SIZE)
# So steep that above the one and below the other nothing is left to chance.
HIGH, LOW = 0.8, 0.2


def versions(seed: int) -> list[str]:
    """Texts, and the same with from one to a dozen words changed, in any order."""
    dice = random.Random(seed)
    texts = []
    for _ in range(ORIGINALS):
        words = [f"w{dice.randrange(3000)}" for _ in range(WORDS)]
        for version in range(VERSIONS):
            changed = list(words)
            for at in dice.sample(range(WORDS), version * 2):
                changed[at] = f"v{dice.randrange(10**6)}"
            texts.append(" ".join(changed))
    dice.shuffle(texts)
    return texts


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = text.split()
    return frozenset(tuple(words[at : at + SIZE]) for at in range(len(words) - SIZE + 1))


def firsts(texts: list[str], threshold: float) -> set[int]:
    """The first of each group of texts, each of which is as similar as that to another of them."""
    sets = [shingles(text) for text in texts]
    leader = list(range(len(texts)))
    for row in range(len(texts)):
        for other in range(row):
            shared = len(sets[row] & sets[other])
            if shared >= threshold * (len(sets[row]) + len(sets[other]) - shared):
                one, another = sorted((leader[row], leader[other]))
                leader = [one if at == another else at for at in leader]
    return {row for row, first in enumerate(leader) if row == first}


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize("seed", range(3))
def test_all_that_is_clearly_similar_goes_and_nothing_that_is_clearly_not(
    tmp_path: Path, seed: int
) -> None:
    texts = versions(seed)
    source = write_texts(tmp_path / "in", [texts[:50], texts[50:51], texts[51:]])
    minhash(source, tmp_path / "out", similarity=STEEP, progress=False)
    kept = set(all_ids(tmp_path / "out"))
    bands = STEEP.keyer().bands
    assert bands.chance(HIGH) > 1 - 1e-6
    assert bands.chance(LOW) < 1e-4
    assert firsts(texts, HIGH) >= kept >= firsts(texts, LOW)
    # There is enough on either side for that to mean something.
    assert len(firsts(texts, LOW)) == ORIGINALS < len(kept) < len(texts) * 2 / 3


@pytest.mark.parametrize("keys_per_bucket", [keys.KEYS_PER_BUCKET, 300])
def test_on_ray_in_however_many_buckets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys_per_bucket: int
) -> None:
    monkeypatch.setattr(keys, "KEYS_PER_BUCKET", keys_per_bucket)
    texts = versions(3)
    source = write_texts(tmp_path / "in", [texts[:100], [], texts[100:]])
    summary = minhash(source, tmp_path / "out", similarity=STEEP, progress=False)
    kept = all_ids(tmp_path / "out")
    assert firsts(texts, HIGH) >= set(kept) >= firsts(texts, LOW)
    assert kept == sorted(kept)
    assert everything_in(tmp_path / "out") == {RECORD, *ids(source)}
    assert (summary.written, summary.rows_in) == (3, len(texts))
    assert summary.rows_out == len(kept)


@pytest.mark.usefixtures("without_ray")
def test_similar_to_the_same_is_together_though_not_similar_to_one_another(tmp_path: Path) -> None:
    words = [f"w{at}" for at in range(60)]
    # The last has 22 words in common with each of the others, of 38; these have 14, of 46.
    chain = [" ".join(words[at : at + 30]) for at in (16, 0, 8)]
    similarity = Similarity(threshold=0.45, permutations=1024, size=1)
    source = write_texts(tmp_path / "in", [chain, ["of another kind"]])
    minhash(source, tmp_path / "out", similarity=similarity, progress=False)
    assert ids(tmp_path / "out") == {"0.parquet": [0], "1.parquet": [3]}
    alone = write_texts(tmp_path / "ends", [chain[:2]])
    minhash(alone, tmp_path / "both", similarity=similarity, progress=False)
    assert all_ids(tmp_path / "both") == [0, 1]


@pytest.mark.usefixtures("without_ray")
def test_what_is_the_same_goes_and_so_do_texts_without_words(tmp_path: Path) -> None:
    files: list[list[str | None]] = [["a b", None, "a\tb", ""], [" ", "a b c", "b a", "a b"]]
    source = write_texts(tmp_path / "in", files)
    minhash(source, tmp_path / "out", progress=False)
    assert all_ids(tmp_path / "out") == [0, 1, 5, 6]


@pytest.mark.usefixtures("without_ray")
def test_options_reach_the_texts(tmp_path: Path) -> None:
    source = write_texts(tmp_path / "in", [["Ab, c!", "ab c", "abc"]])
    for number, (similarity, due) in enumerate(
        [
            (Similarity(), [0, 1, 2]),
            (Similarity(cleaned=True), [0, 2]),
            (Similarity(characters=True, size=1, cleaned=True, threshold=0.5), [0]),
        ]
    ):
        minhash(source, tmp_path / str(number), similarity=similarity, progress=False)
        assert all_ids(tmp_path / str(number)) == due


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"size": 0}, "a shingle must have at least 1 word or character, not 0"),
        ({"seed": -1}, "the seed must be 0 or more, not -1"),
        ({"threshold": 1.5}, "the threshold must lie between 0 and 1, not be 1.5"),
        ({"permutations": 5000}, "there must be 1 to 1024 permutations, not 5000"),
    ],
)
def test_what_there_cannot_be_is_told(tmp_path: Path, options: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        minhash(tmp_path, tmp_path / "out", similarity=Similarity(**options))
    assert not (tmp_path / "out").exists()
