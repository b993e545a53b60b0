"""Texts by hashes of 128 bits, so long that different texts do not share one.

MurmurHash3_x64_128 (Austin Appleby, https://github.com/aappleby/smhasher), compiled to work on
Arrow's buffers. The chance that any two of n texts share a hash is below n^2 / 2^129: 1.5e-21 for a
million, 1.5e-17 for a hundred million. That holds for texts as they come; the function is no
secret, and who means to can write two texts that share a hash.
"""

# Numba compiles these functions: its decorators have no types.
# mypy: allow-untyped-decorators

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from workloads.text.arrays import Bytes, Offsets, text_type, values_of

Hashes = npt.NDArray[np.uint64]
Buckets = npt.NDArray[np.int64]

_WORD = 8
_FACTOR_1, _FACTOR_2 = np.uint64(0x87C3_7B91_1142_53D5), np.uint64(0x4CF5_AD43_2745_937F)
_ADDED_1, _ADDED_2 = np.uint64(0x52DC_E729), np.uint64(0x3849_5AB5)
_MIX_1, _MIX_2 = np.uint64(0xFF51_AFD7_ED55_8CCD), np.uint64(0xC4CE_B9FE_1A85_EC53)
_FIVE, _BITS_IN_BYTE, _BITS = (np.uint64(n) for n in (5, 8, 64))
_27, _31, _33 = (np.uint64(n) for n in (27, 31, 33))
# What stands for a null, which is no text: any number will do.
OF_NULL = np.array([0x6E75_6C6C_0000_0001, 0x9E37_79B9_7F4A_7C15], np.uint64)


@intrinsic
def load_word(_typing: Any, data: Any, index: Any) -> tuple[Any, Callable[..., Any]]:
    """data[index:index + 8] as a little-endian uint64, wherever it lies; no bounds are checked."""

    def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        array = context.make_array(data)(context, builder, values[0])
        pointer = builder.gep(array.data, [values[1]])
        word = builder.load(builder.bitcast(pointer, ir.IntType(64).as_pointer()))
        word.align = 1
        return word

    return types.uint64(data, index), generate


@numba.njit(nogil=True, inline="always")
def _turned(word: Any, bits: Any) -> Any:
    return (word << bits) | (word >> (_BITS - bits))


@numba.njit(nogil=True)
def mixed(word: Any) -> Any:
    """The word with every bit of it spread over all of them (`fmix64`)."""
    word = (word ^ (word >> _33)) * _MIX_1
    word = (word ^ (word >> _33)) * _MIX_2
    return word ^ (word >> _33)


@numba.njit(nogil=True, inline="always")
def _part_1(word: Any) -> Any:
    return _turned(word * _FACTOR_1, _31) * _FACTOR_2


@numba.njit(nogil=True, inline="always")
def _part_2(word: Any) -> Any:
    return _turned(word * _FACTOR_2, _33) * _FACTOR_1


@numba.njit(nogil=True, inline="always")
def _last_bytes(data: Bytes, start: Any, stop: Any) -> Any:
    """Up to eight bytes as a little-endian word."""
    word = np.uint64(0)
    for at in range(stop - 1, start - 1, -1):
        word = (word << _BITS_IN_BYTE) | np.uint64(data[at])
    return word


@numba.njit(nogil=True)
def murmur(data: Bytes, start: Any, stop: Any, seed: Any) -> Any:
    """The two words of MurmurHash3_x64_128 of data[start:stop]."""
    length = stop - start
    first = second = seed
    at = start
    while at + 2 * _WORD <= stop:
        first ^= _part_1(load_word(data, at))
        first = (_turned(first, _27) + second) * _FIVE + _ADDED_1
        second ^= _part_2(load_word(data, at + _WORD))
        second = (_turned(second, _31) + first) * _FIVE + _ADDED_2
        at += 2 * _WORD
    middle = min(at + _WORD, stop)
    second ^= _part_2(_last_bytes(data, middle, stop))
    first ^= _part_1(_last_bytes(data, at, middle))
    first ^= np.uint64(length)
    second ^= np.uint64(length)
    first += second
    second += first
    first = mixed(first)
    second = mixed(second)
    first += second
    return first, second + first


@numba.njit(nogil=True)
def _hash_values(data: Bytes, offsets: Offsets, seed: Any, out: Hashes) -> None:
    for row in range(offsets.size - 1):
        start, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        out[row, 0], out[row, 1] = murmur(data, start, stop, seed)


def hash_array(array: pa.Array, seed: int = 0) -> Hashes:
    """Hashes of the values of an Arrow array of text, shape (values, 2); a null's is OF_NULL.

    Raises:
        InputError: the array does not hold text.
    """
    kind = text_type(array.type, "array")
    if pa.types.is_null(array.type):
        return np.tile(OF_NULL, (len(array), 1))
    if pa.types.is_dictionary(array.type):
        # Each distinct text is hashed once; a null may be an index, or a value.
        of_values = np.concatenate([hash_array(array.dictionary, seed), OF_NULL[None]])
        indices = array.indices.cast(pa.int64()).fill_null(len(array.dictionary))
        taken: Hashes = of_values[indices.to_numpy()]
        return taken
    if pa.types.is_string_view(array.type):
        array = array.cast(kind)
    hashes = np.empty((len(array), 2), np.uint64)
    _hash_values(*values_of(array), np.uint64(seed), hashes)
    if array.null_count:
        hashes[array.is_null().to_numpy(zero_copy_only=False)] = OF_NULL
    return hashes


def hash_buckets(hashes: Hashes, number: int) -> Buckets:
    """The bucket of each hash, by its upper bits; the lower ones are for `first_of`."""
    upper = hashes[:, -1] >> np.uint64(32)
    return (upper * np.uint64(number) >> np.uint64(32)).astype(np.int64)
