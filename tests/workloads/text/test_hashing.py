"""Hashes of texts: MurmurHash3 as published, for every type of text, and buckets from them."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import InputError
from tests.workloads.text.reference import TEXTS
from workloads.text.hashing import OF_NULL, hash_array, hash_buckets

MASK = 2**64 - 1
TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]


def turned(word: int, bits: int) -> int:
    return (word << bits | word >> (64 - bits)) & MASK


def finished(word: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        word = (word ^ word >> 33) * factor & MASK
    return word ^ word >> 33


def murmur3_x64_128(data: bytes, seed: int) -> tuple[int, int]:
    """The algorithm as https://github.com/aappleby/smhasher has it, a step after the other."""
    c1, c2 = 0x87C37B91114253D5, 0x4CF5AD432745937F
    h1 = h2 = seed
    whole = len(data) // 16 * 16
    for at in range(0, whole, 16):
        k1 = int.from_bytes(data[at : at + 8], "little")
        k2 = int.from_bytes(data[at + 8 : at + 16], "little")
        h1 ^= turned(k1 * c1 & MASK, 31) * c2 & MASK
        h1 = ((turned(h1, 27) + h2) * 5 + 0x52DCE729) & MASK
        h2 ^= turned(k2 * c2 & MASK, 33) * c1 & MASK
        h2 = ((turned(h2, 31) + h1) * 5 + 0x38495AB5) & MASK
    tail = data[whole:]
    h2 ^= turned(int.from_bytes(tail[8:], "little") * c2 & MASK, 33) * c1 & MASK
    h1 ^= turned(int.from_bytes(tail[:8], "little") * c1 & MASK, 31) * c2 & MASK
    h1, h2 = h1 ^ len(data), h2 ^ len(data)
    h1 = (h1 + h2) & MASK
    h2 = (h2 + h1) & MASK
    h1, h2 = finished(h1), finished(h2)
    h1 = (h1 + h2) & MASK
    return h1, (h2 + h1) & MASK


def due(texts: list[str | None], seed: int) -> list[list[int]]:
    null = [int(word) for word in OF_NULL]
    return [null if text is None else list(murmur3_x64_128(text.encode(), seed)) for text in texts]


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("", "00000000000000000000000000000000"),
        ("hello", "cbd8a7b341bd9b025b1e906a48ae1d19"),
        (
            "The quick brown fox jumps over the lazy dog",
            "e34bbc7bbc071b6c7a433ca9c49a9347",
        ),
    ],
)
def test_hashes_are_those_that_others_publish(text: str, published: str) -> None:
    first, second = hash_array(pa.array([text]))[0]
    assert f"{int(first):016x}{int(second):016x}" == published


@pytest.mark.parametrize("kind", TYPES, ids=str)
@settings(max_examples=100, deadline=None)
@given(
    texts=TEXTS,
    bounds=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    seed=st.integers(0, 2**64 - 1),
)
def test_equals_the_algorithm(
    kind: pa.DataType, texts: list[str | None], bounds: tuple[int, int], seed: int
) -> None:
    cut = slice(*bounds)
    array = pa.array(texts, pa.string()).cast(kind)[cut]
    assert hash_array(array, seed).tolist() == due(texts[cut], seed)


def test_every_length_of_a_text() -> None:
    texts: list[str | None] = ["x" * length for length in range(70)]
    assert hash_array(pa.array(texts)).tolist() == due(texts, 0)


def test_a_null_is_the_same_wherever_it_stands() -> None:
    in_values = pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), ["a", None])
    for array in (pa.nulls(3), in_values):
        assert hash_array(array)[1:].tolist() == [OF_NULL.tolist()] * 2
    buffers = [b"\1", np.array([0, 1, 2], np.int32), b"ab"]
    behind = pa.Array.from_buffers(pa.string(), 2, [pa.py_buffer(one) for one in buffers])
    assert hash_array(behind).tolist() == due(["a", None], 0)


def test_what_is_no_text_is_told() -> None:
    with pytest.raises(InputError, match=re.escape("'array' is of type int64, not text")):
        hash_array(pa.array([1]))


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 2**20))
def test_buckets_are_as_many_as_there_should_be(number: int) -> None:
    hashes = np.array([[0, 0], [0, MASK], [7, MASK // 2]], np.uint64)
    assert hash_buckets(hashes, number).tolist() == [0, number - 1, (number - 1) // 2]


def test_buckets_are_of_one_size() -> None:
    texts = pa.array([f"text {index}" for index in range(20_000)])
    sizes = np.bincount(hash_buckets(hash_array(texts), 10), minlength=10)
    # Seven times the spread that chance gives.
    assert abs(sizes - 2000).max() < 7 * 2000**0.5
