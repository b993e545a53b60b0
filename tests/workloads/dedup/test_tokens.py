"""Words as Python splits texts into, characters as it counts them, and runs of these."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.text.reference import EVERY_CHARACTER, SPACES
from workloads.dedup.tokens import Words, character_spans, shingle, word_spans

WORDS = st.text(st.sampled_from("ab가é😀" + "".join(SPACES)), max_size=40)


def words(text: str) -> list[str]:
    data = np.frombuffer(text.encode(), np.uint8)
    spans = np.empty(((data.size + 1) // 2 + 1, 2), np.int64)
    count = word_spans(data, 0, data.size, spans)
    return [bytes(data[begin:end]).decode() for begin, end in spans[:count]]


def characters(text: str) -> list[str]:
    data = np.frombuffer(text.encode(), np.uint8)
    spans = np.empty((data.size + 1, 2), np.int64)
    count = character_spans(data, 0, data.size, spans)
    return [bytes(data[begin:end]).decode() for begin, end in spans[:count]]


def shingles(text: str, size: int, before: str = "", behind: str = "") -> Words:
    """The shingles of the words of a text that has something before and behind it."""
    data = np.frombuffer((before + text + behind).encode(), np.uint8)
    start = len(before.encode())
    spans = np.empty((data.size + 1, 2), np.int64)
    out = np.empty(data.size + 1, np.uint64)
    count = word_spans(data, start, start + len(text.encode()), spans)
    return out[: shingle(data, spans, count, size, out)]


@settings(max_examples=400, deadline=None)
@given(WORDS)
def test_words_are_those_of_python(text: str) -> None:
    assert words(text) == text.split()


def test_every_character_is_of_a_word_or_between_words() -> None:
    text = "".join(f"a{character}b " for character in EVERY_CHARACTER)
    assert words(text) == text.split()


@pytest.mark.parametrize("byte", [0xC2, 0xE1, 0xE2, 0xE3])
def test_a_space_that_is_cut_off_is_none(byte: int) -> None:
    data = np.array([0x61, byte, 0x80, 0x80], np.uint8)
    spans = np.empty((4, 2), np.int64)
    assert word_spans(data, 0, 2, spans) == 1
    assert spans[0].tolist() == [0, 2]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_characters_are_those_of_python(text: str) -> None:
    assert characters(text) == list(text)


@settings(max_examples=200, deadline=None)
@given(
    text=st.lists(st.sampled_from(["a", "b", "가나다", "long words here", "é"]), max_size=12),
    size=st.integers(1, 6),
    before=st.sampled_from(["", "x ", "가 "]),
    behind=st.sampled_from(["", " y", " 나" * 9]),
)
def test_shingles_are_the_same_where_their_words_are(
    text: list[str], size: int, before: str, behind: str
) -> None:
    all_words = " ".join(text).split()
    length = min(size, len(all_words))
    runs = [
        tuple(all_words[at : at + length]) for at in range(len(all_words) - length + 1) if all_words
    ]
    found = shingles(" \t".join(all_words), size, before, behind).tolist()
    assert len(found) == len(runs)
    assert len(set(zip(runs, found, strict=True))) == len(set(runs)) == len(set(found))
    assert found == shingles(" ".join(all_words), size).tolist()


def test_the_order_of_words_counts_and_where_they_are_cut() -> None:
    texts = ["a b", "b a", "ab", "a b c", "ab c", "a bc"]
    assert len({tuple(shingles(text, 5).tolist()) for text in texts}) == len(texts)


@pytest.mark.parametrize("length", range(1, 20))
def test_words_of_every_length_differ_in_every_byte(length: int) -> None:
    changed = ["x" * at + "y" + "x" * (length - at - 1) for at in range(length)]
    found = [int(shingles(word, 1)[0]) for word in ["x" * length, "x" * (length + 1), *changed]]
    assert len(set(found)) == length + 2
