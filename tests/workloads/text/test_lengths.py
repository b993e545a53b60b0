"""How many characters texts have."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.text.reference import TEXTS
from workloads.text.lengths import lengths_of


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
@settings(max_examples=150, deadline=None)
@given(texts=TEXTS, start=st.integers(0, 12))
def test_equals_python(kind: pa.DataType, texts: list[str | None], start: int) -> None:
    plain = [text or "" for text in texts]
    assert lengths_of(pa.array(plain, kind)[start:]).tolist() == [
        len(text) for text in plain[start:]
    ]


@pytest.mark.parametrize("character", ["a", "é", "가", "😀"])
def test_every_length(character: str) -> None:
    texts = [character * length for length in range(40)]
    assert lengths_of(pa.array(texts)).tolist() == list(range(40))
