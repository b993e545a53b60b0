"""A data set with duplicates: as many as said, of earlier rows, however it is cut."""

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
from tests.workloads.parquet import contents
from workloads.dedup import DedupSpec
from workloads.files.making import generate
from workloads.files.places import Folder
from workloads.text.generate import KINDS, TextSpec

ROWS = 3000


def texts(spec: TextSpec) -> list[str]:
    found: list[str] = spec.table(range(spec.rows))["text"].to_pylist()
    return found


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(cuts=st.sets(st.integers(1, 399), max_size=6), seed=st.integers(0, 2**63 - 1))
def test_content_does_not_depend_on_how_it_is_cut(kind: str, cuts: set[int], seed: int) -> None:
    spec = DedupSpec(400, kind, seed)
    edges = [0, *sorted(cuts), 400]
    parts = [spec.table(range(*edge)) for edge in itertools.pairwise(edges)]
    whole = spec.table(range(400))
    whole.validate(full=True)
    assert pa.concat_tables(parts).equals(whole)


@pytest.mark.parametrize("kind", KINDS)
def test_as_many_rows_are_copies_and_nearly_so_as_said(kind: str) -> None:
    spec = DedupSpec(ROWS, kind, 5, copies=0.2, near=0.1)
    same, near = spec.originals(range(ROWS))
    own = np.arange(ROWS)
    # Some copies are of near duplicates. Four times what chance allows.
    assert abs((same != own).mean() - 0.2) < 4 * (0.2 * 0.8 / ROWS) ** 0.5
    assert abs(((near != own) & (same == own)).mean() - 0.1) < 4 * (0.1 * 0.9 / ROWS) ** 0.5
    assert (same <= own).all()
    assert (near <= same).all()


@pytest.mark.parametrize("kind", KINDS)
def test_each_row_is_what_is_said_of_it(kind: str) -> None:
    spec = DedupSpec(ROWS, kind, 7)
    found, plain = texts(spec), texts(TextSpec(ROWS, kind, 7))
    same, near = (rows.tolist() for rows in spec.originals(range(ROWS)))
    assert len(set(found)) == sum(row == first for row, first in enumerate(same))
    for row in range(ROWS):
        assert found[row] == found[same[row]]
        if near[row] == row:
            assert found[row] == plain[row]
        elif same[row] == row:
            before, after = found[near[row]].split(), found[row].split()
            changed = sum(a != b for a, b in zip(before, after, strict=True))
            assert 1 <= changed <= max(len(before) // 100, 1)


def test_near_duplicates_of_mixed_text_are_similar_and_the_default_finds_them() -> None:
    spec = DedupSpec(ROWS, "mixed", 1)
    found = texts(spec)
    _, near = spec.originals(range(ROWS))

    def shingles(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}

    pairs = [(shingles(found[row]), shingles(found[near[row]])) for row in range(ROWS)]
    similarities = [len(a & b) / len(a | b) for a, b in pairs if a != b]
    assert len(similarities) > 200
    assert min(similarities) > 0.85
    assert 0.9 < np.mean(similarities) < 0.93


def test_labels_and_ids_are_those_of_the_text() -> None:
    columns = ["id", "label"]
    due = TextSpec(100, "letters", 3).table(range(100)).select(columns)
    assert DedupSpec(100, "letters", 3).table(range(100)).select(columns).equals(due)


def test_a_size_is_so_many_rows_of_a_kilobyte() -> None:
    spec = DedupSpec.sized("smoke", "mixed", 4)
    assert isinstance(spec, DedupSpec)
    assert (spec.rows, spec.size, spec.kind, spec.seed) == (10_000, 10_000_000, "mixed", 4)


def test_without_shares_it_is_the_text_itself() -> None:
    spec = DedupSpec(50, "mixed", 2, copies=0, near=0)
    assert spec.table(range(50)).equals(TextSpec(50, "mixed", 2).table(range(50)))


@pytest.mark.parametrize(("copies", "near"), [(-0.1, 0), (0, -0.1), (0.5, 0.5)])
def test_shares_that_there_cannot_be_are_told(copies: float, near: float) -> None:
    told = f"the shares of copies and near duplicates, {copies} and {near}, must be 0 or more"
    with pytest.raises(UsageError, match=re.escape(told)):
        DedupSpec(10, copies=copies, near=near)


def test_on_ray_it_is_the_table_of_its_spec_and_no_other_text(tmp_path: Path) -> None:
    spec = DedupSpec(1000, "mixed", 4)
    summary = generate(tmp_path / "out", spec, progress=False)
    tables = contents(tmp_path / "out")
    assert len(tables) == 8
    assert pa.concat_tables(tables.values()).equals(spec.table(range(1000)))
    assert generate(tmp_path / "out", spec, progress=False).already_there == 8
    assert summary.rows_out == 1000
    with pytest.raises(OutputError, match=r"workload was 'dedup\.generate' and is now"):
        generate(tmp_path / "out", TextSpec(1000, "mixed", 4), progress=False)


def test_tasks_are_files_of_the_folder(tmp_path: Path) -> None:
    spec = DedupSpec(100, "letters")
    for task in spec.tasks(Folder.of(tmp_path), "none"):
        assert task.run().error is None
    assert pa.concat_tables(contents(tmp_path).values()).equals(spec.table(range(100)))
