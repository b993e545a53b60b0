"""Each row has its vector, or is rejected with the reason; none is lost and none is doubled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import InputError, UsageError
from tests.workloads.embed.tiny import LIMIT, WIDTH
from workloads.embed import sentences
from workloads.embed.encoder import Encoder, encoder
from workloads.files.functions import Parted

LONG = "the " * LIMIT
WHAT = st.one_of(
    st.none(),
    st.sampled_from(["", " ", "\t\n", "\x00", "\u200b", "the", "of the house", LONG]),
    st.text(max_size=30),
)
TEXTS = pa.array(["the house", None, "", "of the garden", "the house", " "], pa.string())
KEPT = ["the house", "of the garden", "the house"]


def embed(texts: pa.Array, tiny: Path, **options: Any) -> Parted:
    table = pa.table({"id": pa.array(range(len(texts)), pa.int64()), "text": texts})
    return sentences(table, model=str(tiny), **options)


def matrix(table: pa.Table, column: str = "vector") -> Any:
    return np.array(table[column].to_pylist(), np.float32).reshape(-1, WIDTH)


def one_by_one(texts: list[str], tiny: Path) -> Any:
    """The vectors of texts that were encoded alone."""
    ready = encoder(str(tiny), "float32", 1)
    return np.concatenate([ready.encode([ready.tokeniser.tokens(text).numbers]) for text in texts])


@pytest.mark.parametrize(
    ("value", "reason", "detail"),
    [
        (None, "null", None),
        (b"", "empty", None),
        (b" ", "only whitespace", "1 characters"),
        (b" \t\r\n", "only whitespace", "4 characters"),
        ("\u3000\u2003\xa0".encode(), "only whitespace", "3 characters"),
        (b"\xff", "not UTF-8", "byte 0 is 0xff"),
        (b"half a letter: \xea\xb0", "not UTF-8", "byte 15 is 0xea"),
        (b"\xed\xa0\x80", "not UTF-8", "byte 0 is 0xed"),
        (b"\x00\x01", "no tokens", "2 characters"),
        ("\u200b\u2060".encode(), "no tokens", "2 characters"),
    ],
)
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
def test_what_is_no_sentence_is_rejected(
    tiny: Path, kind: pa.DataType, value: bytes | None, reason: str, detail: str | None
) -> None:
    # Between two sentences, to be looked for.
    bytes_ = pa.array([b"the house", value, b"of"], pa.binary())
    wide = pa.large_binary() if kind == pa.large_string() else pa.binary()
    texts = pa.Array.from_buffers(kind, 3, bytes_.cast(wide).buffers())
    made = embed(texts, tiny)
    assert made.kept["id"].to_pylist() == [0, 2]
    rejected = made.rejected.select(["id", "reason", "detail"]).to_pylist()
    assert rejected == [{"id": 1, "reason": reason, "detail": detail}]


def test_a_long_text_is_cut_and_said_to_be(tiny: Path) -> None:
    exact = "the " * (LIMIT - 2)
    made = embed(pa.array([LONG, exact, exact + "of"]), tiny)
    assert made.rejected.num_rows == 0
    assert made.kept["truncated"].to_pylist() == [True, False, True]
    np.testing.assert_allclose(matrix(made.kept)[0], matrix(made.kept)[2], atol=1e-6)


def test_a_long_text_may_be_rejected_instead(tiny: Path) -> None:
    made = embed(pa.array(["the", LONG]), tiny, too_long="reject")
    assert made.kept["id"].to_pylist() == [0]
    assert made.rejected.select(["id", "reason", "detail"]).to_pylist() == [
        {"id": 1, "reason": "too long", "detail": f"{len(LONG):,} characters"}
    ]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(WHAT, max_size=25), st.sampled_from(["truncate", "reject"]))
def test_each_row_is_kept_or_rejected_in_order(
    tiny: Path, texts: list[str | None], too_long: str
) -> None:
    made = embed(pa.array(texts, pa.string()), tiny, too_long=too_long)
    kept, rejected = made.kept["id"].to_pylist(), made.rejected["id"].to_pylist()
    assert sorted(kept + rejected) == list(range(len(texts)))
    assert kept == sorted(kept)
    assert rejected == sorted(rejected)
    assert made.kept["text"].to_pylist() == [texts[row] for row in kept]
    assert made.rejected["text"].to_pylist() == [texts[row] for row in rejected]
    assert None not in made.rejected["reason"].to_pylist()
    found = matrix(made.kept)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    if kept:
        due = one_by_one([str(texts[row]) for row in kept], tiny)
        np.testing.assert_allclose(found, due, atol=1e-5)


@pytest.mark.parametrize(
    "texts",
    [
        TEXTS,
        TEXTS.cast(pa.large_string()),
        TEXTS.cast(pa.string_view()),
        TEXTS.dictionary_encode(),
        TEXTS.dictionary_encode("encode"),
        TEXTS.cast(pa.large_string()).dictionary_encode(),
        pa.concat_arrays([pa.array(["of"]), TEXTS])[1:],
    ],
    ids=lambda texts: str(texts.type)[:30],
)
def test_columns_of_text_are_taken_in_any_form(tiny: Path, texts: pa.Array) -> None:
    made = embed(texts, tiny)
    assert made.kept["text"].to_pylist() == KEPT
    assert made.kept.schema.field("text").type == texts.type
    np.testing.assert_allclose(matrix(made.kept), one_by_one(KEPT, tiny), atol=1e-5)
    assert made.rejected["reason"].to_pylist() == ["null", "empty", "only whitespace"]


def test_a_column_of_nulls_is_one_of_text(tiny: Path) -> None:
    made = embed(pa.nulls(3), tiny)
    assert (made.kept.num_rows, made.rejected["reason"].to_pylist()) == (0, ["null"] * 3)


def test_a_table_in_several_chunks_is_one_table(tiny: Path) -> None:
    table = pa.table({"id": range(6), "text": TEXTS})
    chunks = pa.concat_tables([table[:1], table[1:1], table[1:4], table[4:]])
    made, whole = (sentences(one, model=str(tiny)) for one in (chunks, table))
    assert made.kept.equals(whole.kept)
    assert made.rejected.equals(whole.rejected)


@pytest.mark.parametrize(
    "texts", [[], ["the"], [None], ["the", None, LONG]], ids=["empty", "kept", "rejected", "both"]
)
def test_the_schema_is_always_the_same(tiny: Path, texts: list[str | None]) -> None:
    schema = pa.schema({"id": pa.int64(), "text": pa.string()}, {"made": "by hand"})
    made = sentences(pa.table([list(range(len(texts))), texts], schema=schema), model=str(tiny))
    kept = schema.append(pa.field("vector", pa.list_(pa.float32(), WIDTH)))
    kept = kept.append(pa.field("truncated", pa.bool_()))
    rejected = schema.append(pa.field("reason", pa.string())).append(
        pa.field("detail", pa.string())
    )
    assert made.kept.schema.equals(kept, check_metadata=True)
    assert made.rejected.schema.equals(rejected, check_metadata=True)


def test_what_repeats_is_encoded_once(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []
    encode = Encoder.encode

    def counted(self: Encoder, texts: list[list[int]]) -> Any:
        counts.append(len(texts))
        return encode(self, texts)

    monkeypatch.setattr(Encoder, "encode", counted)
    made = embed(pa.array(["the", "of", "the", None, "the"]), tiny)
    assert counts == [2]
    assert made.kept["id"].to_pylist() == [0, 1, 2, 4]
    assert len({tuple(vector) for vector in made.kept["vector"].to_pylist()}) == 2


def test_columns_may_have_other_names(tiny: Path) -> None:
    table = pa.table({"body": ["the house"], "vector": [1]})
    made = sentences(table, column="body", output="meaning", model=str(tiny))
    assert made.kept.column_names == ["body", "vector", "meaning", "truncated"]
    np.testing.assert_allclose(
        matrix(made.kept, "meaning"), one_by_one(["the house"], tiny), atol=1e-6
    )


@pytest.mark.parametrize(
    ("columns", "options", "told"),
    [
        ({"body": ["x"]}, {}, "there is no column 'text': the columns are body; name the one with"),
        ({"text": [1]}, {}, "column 'text' is of type int64, not text: name a column of strings"),
        ({"text": [b"x"]}, {}, "column 'text' is of type binary, not text"),
        ({"text": [["x"]]}, {}, "column 'text' is of type list<item: string>, not text"),
        ({"text": ["x"], "vector": [1]}, {}, "there is a column 'vector' already: name another"),
        ({"text": ["x"], "reason": [1]}, {}, "a column 'reason' is to be added, and there is one"),
        ({"text": ["x"], "detail": [1]}, {}, "a column 'detail' is to be added, and there is one"),
        ({"text": ["x"], "truncated": [1]}, {}, "a column 'truncated' is to be added, and there"),
        ({"text": ["x"]}, {"output": "truncated"}, "a column 'truncated' is to be added, and ther"),
    ],
)
def test_wrong_columns_are_told(
    tiny: Path, columns: dict[str, Any], options: dict[str, str], told: str
) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        sentences(pa.table(columns), model=str(tiny), **options)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"too_long": "split"}, "'split' is nothing to do: choose one of truncate, reject"),
        ({"precision": "int4"}, "'int4' is no precision: choose one of float32, bfloat16, int8"),
        ({"model": "nowhere"}, "'nowhere' is no folder here: name a folder with a model"),
    ],
)
def test_misuse_is_told(tiny: Path, options: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        sentences(pa.table({"text": ["x"]}), **{"model": str(tiny), **options})
