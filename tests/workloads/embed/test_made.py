"""A data set of sentences: the same for a seed, of the lengths that are promised."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import OutputError, UsageError
from tests.workloads.parquet import contents, everything_in
from workloads.embed import SentenceSpec
from workloads.embed.made import KINDS
from workloads.embed.words import WORDS, mean_bytes, sentences
from workloads.files.making import generate
from workloads.files.places import Folder
from workloads.files.record import RECORD


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(cuts=st.sets(st.integers(1, 399), max_size=6), seed=st.integers(0, 2**63 - 1))
def test_content_does_not_depend_on_how_it_is_cut(kind: str, cuts: set[int], seed: int) -> None:
    spec = SentenceSpec(400, kind, seed)
    edges = [0, *sorted(cuts), 400]
    parts = [spec.table(range(*edge)) for edge in itertools.pairwise(edges)]
    assert pa.concat_tables(reversed(parts)).sort_by("id").equals(spec.table(range(400)))


def test_it_is_the_same_on_any_machine() -> None:
    assert sentences(7, 2, 2, KINDS["mixed"]) == [
        "Your water had is which say one and against from in.",
        "She of were of us no through our parliament letter who for too have this other inflation "
        "will be know the had great over around just off it the the in was, the now did had long "
        "one in and of for on this see as the work it government with thought see experiment may "
        "service.",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_as_promised(kind: str) -> None:
    table = SentenceSpec(5000, kind).table(range(1000, 5000))
    assert table.schema.equals(pa.schema({"id": pa.int64(), "text": pa.string()}))
    assert table["id"].to_pylist() == list(range(1000, 5000))
    words = [re.findall(r"[a-z]+", text.lower()) for text in table["text"].to_pylist()]
    assert {word for text in words for word in text} <= set(WORDS)
    lengths = [len(text) for text in words]
    promised = KINDS[kind]
    assert (min(lengths), max(lengths)) == (promised.fewest, promised.most)
    assert 0.9 < np.median(lengths) / promised.median < 1.1
    assert all(re.fullmatch(r"[A-Z][a-z, ]*[a-z][.?!]", text) for text in table["text"].to_pylist())


def test_lengths_of_mixed_sentences_vary_widely() -> None:
    texts = SentenceSpec(5000, "mixed").table(range(5000))["text"].to_pylist()
    lengths = np.array([text.count(" ") + 1 for text in texts])
    assert np.quantile(lengths, 0.05) < 6
    assert np.quantile(lengths, 0.99) > 90


def test_seeds_differ_in_every_row() -> None:
    tables = [SentenceSpec(100, "mixed", seed).table(range(100)) for seed in (0, 1, 2**63 - 1)]
    texts = [text for table in tables for text in table["text"].to_pylist()]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("kind", KINDS)
def test_a_size_is_about_so_many_bytes(kind: str) -> None:
    spec = SentenceSpec.sized(200_000, kind)
    size = spec.table(range(spec.rows))["text"].nbytes - 4 * spec.rows
    assert 0.95 < size / 200_000 < 1.05
    assert 200_000 <= spec.size < 200_000 + mean_bytes(KINDS[kind])
    assert SentenceSpec.sized(1, kind).rows == 1


@given(st.integers(1, 10**9))
def test_files_hold_every_row_once_and_are_of_one_size(rows: int) -> None:
    parts = SentenceSpec(rows).files()
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert parts[-1].stop == rows
    sizes = {len(part) for part in parts}
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 1
    assert len(parts) >= min(8, rows)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((10, "poems", 0), "'poems' is no kind of sentences: choose one of short, mixed"),
        ((0, "mixed", 0), "there must be at least 1 row, not 0"),
        ((10, "mixed", -1), "the seed must be from 0 to 2^63 - 1, not -1"),
        ((10, "mixed", 2**63), f"the seed must be from 0 to 2^63 - 1, not {2**63}"),
    ],
)
def test_what_there_cannot_be_is_told(arguments: tuple[int, str, int], told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        SentenceSpec(*arguments)


def test_its_tasks_write_it(tmp_path: Path) -> None:
    spec = SentenceSpec(5000, "short", 3)
    outcomes = [task.run() for task in spec.tasks(Folder.of(tmp_path), "zstd")]
    assert [one.error for one in outcomes] == [None] * 8
    assert sum(one.rows_out for one in outcomes) == 5000
    assert sum(one.weight for one in outcomes) == spec.size
    tables = contents(tmp_path)
    assert list(tables) == [f"part-{index:05d}-of-00008.parquet" for index in range(8)]
    assert pa.concat_tables(tables.values()).equals(spec.table(range(5000)))


def test_a_data_set_on_ray_is_completed_and_not_begun_anew(tmp_path: Path) -> None:
    spec = SentenceSpec(80)
    assert generate(tmp_path, spec, progress=False).written == 8
    lost = tmp_path / "part-00005-of-00008.parquet"
    content = lost.read_bytes()
    lost.unlink()
    summary = generate(tmp_path, spec, progress=False)
    assert (summary.written, summary.already_there) == (1, 7)
    assert lost.read_bytes() == content
    assert everything_in(tmp_path) == {*contents(tmp_path), RECORD}
    with pytest.raises(OutputError, match=r"seed was 0 and is now 1"):
        generate(tmp_path, SentenceSpec(80, seed=1), progress=False)
