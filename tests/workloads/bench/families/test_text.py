from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workloads.bench.compare import sample_rows
from workloads.bench.families.text import KINDS, compare, sample, spec
from workloads.files.places import Folder
from workloads.text.generate import TextSpec


def cleaned(*texts: str | None, kind: pa.DataType | None = None) -> pa.Table:
    return pa.table({"id": range(len(texts)), "cleaned_text": pa.array(texts, kind or pa.string())})


def test_the_same_rows_are_the_same_whatever_type_of_string() -> None:
    ours = cleaned("a", None, "")
    for kind in (pa.string(), pa.large_string(), pa.string_view()):
        found = compare(ours, cleaned("a", None, "", kind=kind))
        assert (found.rows_compared, found.rows_differing, found.explanation) == (3, 0, "")


def test_what_is_kept_and_what_is_dropped_is_named() -> None:
    found = compare(cleaned("a b", "한글", "same"), cleaned("a b́", "한", "same"))
    assert (found.rows_compared, found.rows_differing) == (3, 2)
    assert found.explanation == (
        "it keeps U+0301 (COMBINING ACUTE ACCENT); it drops U+AE00 (HANGUL SYLLABLE GEUL)"
    )


def test_the_commonest_characters_are_named_and_the_others_counted() -> None:
    found = compare(cleaned("", ""), cleaned("zzabcdefgh", "z"))
    assert found.explanation.startswith("it keeps U+007A (LATIN SMALL LETTER Z), U+0061")
    assert found.explanation.endswith(" and 3 more")


def test_a_null_is_not_an_empty_text() -> None:
    assert compare(cleaned(None, "a"), cleaned("", "a")).rows_differing == 1
    assert compare(cleaned("", "a"), cleaned(None, "a")).rows_differing == 1


def test_another_order_of_characters_differs_without_explanation() -> None:
    found = compare(cleaned("ab"), cleaned("ba"))
    assert (found.rows_differing, found.explanation) == (1, "")


@pytest.mark.parametrize(
    ("theirs", "explanation"),
    [
        (cleaned("a"), "it has other rows: 1, where ours has 2"),
        (cleaned("a", "b", "c"), "it has other rows: 3, where ours has 2"),
        (cleaned("a", "b", "c").slice(1), "it has other rows, as their ids are not the same"),
    ],
)
def test_other_rows_are_not_compared(theirs: pa.Table, explanation: str) -> None:
    found = compare(cleaned("a", "b"), theirs)
    assert (found.rows_compared, found.rows_differing) == (2, 2)
    assert found.explanation == explanation


def test_a_sample_is_the_first_rows_by_id_whatever_file_they_are_in(tmp_path: Path) -> None:
    table = cleaned("a", "b", "c", "d").append_column("text", [["A", "B", "C", "D"]])
    pq.write_table(table.take([3, 1]), tmp_path / "0.parquet")
    pq.write_table(table.take([2, 0]), tmp_path / "1.parquet")
    (tmp_path / "_run.json").write_text("{}")
    folder = Folder.of(tmp_path)
    assert sample(folder) == cleaned("a", "b", "c", "d")
    assert sample_rows(folder, ["id", "cleaned_text"], 3) == cleaned("a", "b", "c")


def test_there_are_data_sets_of_each_kind() -> None:
    assert KINDS == ("letters", "mixed")
    assert [spec(5000, kind, 3) for kind in KINDS] == [TextSpec(5, kind, 3) for kind in KINDS]
