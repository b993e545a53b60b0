"""The compiled cleaning of bytes: every character, every alignment, any bytes, no room behind."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.programs import run
from tests.workloads.text.reference import EVERY_CHARACTER, cleaned
from workloads.text.kernel import READ_AHEAD, Bytes, Offsets, clean_buffers
from workloads.text.vectors import BLOCK

# Characters that stand beside every other: kept and dropped ones, of one to four bytes.
NEIGHBOURS = [
    "",
    "A",
    "!",
    "\u00a0",
    "\u00e9",
    "\uac00",
    "\ud7a3",
    "\u3000",
    "\uffff",
    "\U0001f600",
]
# First bytes of all that is kept in several bytes, those beside them, and such as begin nothing.
FIRST_BYTES = [0x41, 0x80, 0xC0, 0xC1, 0xC2, 0xC3, 0xE0, 0xE1, 0xE2, 0xE3, 0xEA, 0xEB, 0xEC, 0xED]
FIRST_BYTES += [0xEE, 0xF0, 0xF4, 0xFF]
# What invalid text is made of: characters whole and in parts.
FRAGMENTS = [
    bytes([byte]) for byte in (*FIRST_BYTES, 0x20, 0x5A, 0x85, 0x9A, 0x9E, 0xA0, 0xA3, 0xB0)
]
FRAGMENTS += [
    "가".encode(),
    "힣".encode(),
    "\u3000".encode(),
    "\u2028".encode(),
    b"aB 1",
    b"x" * 61,
]
# Cleans values that end where the readable memory ends: one byte more ends the process.
AT_THE_EDGE = """
import ctypes, mmap
import numpy as np
from workloads.text.kernel import clean_buffers

NO_ACCESS = 0
page = mmap.PAGESIZE
memory = mmap.mmap(-1, 2 * page)
begin = ctypes.addressof(ctypes.c_char.from_buffer(memory))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.mprotect(ctypes.c_void_p(begin + page), page, NO_ACCESS) == 0
text = ("A b가c!" * 40).encode()
for size in range(1, len(text)):
    memory[page - size : page] = text[:size]
    data = np.frombuffer(memory, np.uint8, count=size, offset=page - size)
    for cut in {0, 1, size // 2, size}:
        out, ends = clean_buffers(data, np.array([0, cut, size], np.int32))
        halves = [text[:cut], text[cut:size]]
        wanted = [h.decode(errors="ignore").lower().replace("!", "").encode() for h in halves]
        assert out.to_pybytes() == b"".join(wanted), (size, cut)
print("fine")
"""


def clean_bytes(values: Sequence[bytes]) -> list[bytes]:
    """Cleans values that lie behind one another in a buffer which ends with the last of them."""
    offsets = np.cumsum([0, *map(len, values)], dtype=np.int64)
    out, ends = clean_buffers(np.frombuffer(b"".join(values), np.uint8), offsets)
    whole = out.to_pybytes()
    return [whole[start:stop] for start, stop in itertools.pairwise(ends.tolist())]


@cache
def cleaned_characters() -> list[str]:
    return [cleaned(character) for character in EVERY_CHARACTER]


def test_the_reference_looks_at_one_character_at_a_time() -> None:
    whole = "".join(EVERY_CHARACTER)
    assert cleaned(whole) == "".join(cleaned_characters())


@pytest.mark.parametrize("length", [0, 61, 62, 63])
def test_every_character_at_the_end_of_a_value(length: int) -> None:
    values = [("x" * length + character).encode() for character in EVERY_CHARACTER]
    wanted = [("x" * length + character).encode() for character in cleaned_characters()]
    assert clean_bytes(values) == wanted


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_every_character_beside_others_at_every_alignment(neighbour: str) -> None:
    text = neighbour.join(EVERY_CHARACTER).encode()
    wanted = cleaned(neighbour).join(cleaned_characters()).encode()
    for shift in range(BLOCK):
        before = b"x" * shift
        assert clean_bytes([before + text]) == [before + wanted], shift


@pytest.mark.parametrize("first", FIRST_BYTES)
def test_all_three_bytes_that_begin_with(first: int) -> None:
    values = [bytes([first, *rest]) for rest in itertools.product(range(256), repeat=2)]
    assert clean_bytes(values) == [
        cleaned(value.decode(errors="ignore")).encode() for value in values
    ]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(b"".join), max_size=8))
def test_bytes_that_are_no_text_are_dropped(values: list[bytes]) -> None:
    assert clean_bytes(values) == [
        cleaned(value.decode(errors="ignore")).encode() for value in values
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=8))
def test_any_bytes(values: list[bytes]) -> None:
    assert clean_bytes(values) == [
        cleaned(value.decode(errors="ignore")).encode() for value in values
    ]


@pytest.mark.parametrize("text", ["가", "\u3000", "\u00a0", "\u2028"])
@pytest.mark.parametrize("before", [*range(3), *range(BLOCK - 3, BLOCK + 1)])
def test_a_character_cut_off_by_its_value_is_not_completed_from_the_next(
    text: str, before: int
) -> None:
    whole = b"x" * before + text.encode()
    for cut in range(before + 1, len(whole)):
        values = [whole[:cut], whole[cut:], b"y" * READ_AHEAD]
        assert clean_bytes(values) == [b"x" * before, b"", b"y" * READ_AHEAD]


@pytest.mark.parametrize("bits", [32, 64])
def test_offsets_keep_their_type_and_begin_at_zero(bits: int) -> None:
    data: Bytes = np.frombuffer(b"left out, A?B and C", np.uint8)
    offsets: Offsets = np.array([10, 13, 17, 17, 19], f"int{bits}")
    out, ends = clean_buffers(data, offsets)
    assert (out.to_pybytes(), ends.tolist()) == (b"ab and c", [0, 2, 6, 6, 8])
    assert ends.dtype == offsets.dtype


def test_nothing_is_read_behind_the_buffer() -> None:
    done = run("-c", AT_THE_EDGE)
    assert (done.returncode, done.stdout) == (0, "fine\n"), done.stderr
