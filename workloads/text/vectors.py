"""Sixty-four bytes at a time, in LLVM's portable vectors.

Numba compiles these for whatever vector unit the machine has (AVX-512, AVX2, NEON), so one source
serves amd64 and arm64. A mask is a uint64 in which bit k speaks of byte k of the block.

Callers keep 66 readable bytes behind every block that they name; nothing here checks bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

BLOCK = 64
STORE = 16
_BYTE = ir.IntType(8)
_WORD = ir.IntType(64)


class Bytes:
    """A vector of bytes being compared in LLVM's IR; a condition is a vector of bits."""

    def __init__(self, builder: ir.IRBuilder, value: ir.Value) -> None:
        self.builder = builder
        self.value = value

    def splat(self, byte: int) -> ir.Constant:
        """A vector of the same width that holds one byte everywhere."""
        return ir.Constant(self.value.type, [byte] * self.value.type.count)

    def within(self, low: int, high: int) -> ir.Value:
        """Where low <= byte <= high, by one subtraction and one unsigned comparison."""
        from_low = self.builder.sub(self.value, self.splat(low))
        return self.builder.icmp_unsigned("<=", from_low, self.splat(high - low))

    def equal(self, byte: int) -> ir.Value:
        """Where the byte is this one."""
        return self.builder.icmp_unsigned("==", self.value, self.splat(byte))


def _load(context: Any, builder: Any, arguments: tuple[Any, Any, Any], width: int, at: int) -> Any:
    """`width` bytes of an array (type, value, index) from its index plus `at`, unaligned."""
    pointer = builder.gep(_pointer(context, builder, arguments), [ir.Constant(_WORD, at)])
    vector = builder.load(builder.bitcast(pointer, ir.VectorType(_BYTE, width).as_pointer()))
    vector.align = 1
    return Bytes(builder, vector)


def _pointer(context: Any, builder: Any, arguments: tuple[Any, Any, Any]) -> Any:
    kind, array, index = arguments
    return builder.gep(context.make_array(kind)(context, builder, array).data, [index])


def _pair(context: Any, builder: Any, signature: Any, first: Any, second: Any) -> Any:
    masks = [builder.bitcast(condition, _WORD) for condition in (first, second)]
    return context.make_tuple(builder, signature.return_type, masks)


def _any(builder: Any, *conditions: Any) -> Any:
    return reduce(builder.or_, conditions)


def _all(builder: Any, *conditions: Any) -> Any:
    return reduce(builder.and_, conditions)


@intrinsic
def ascii_masks(_typing: Any, data: Any, index: Any) -> tuple[Any, Callable[..., Any]]:
    """Masks of data[index:index + 64]: the ASCII bytes to keep; the bytes that are not ASCII."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        block = _load(context, builder, (data, *values), BLOCK, 0)
        folded = Bytes(builder, builder.or_(block.value, block.splat(0x20)))
        kept = _any(
            builder,
            folded.within(ord("a"), ord("z")),
            block.within(ord("0"), ord("9")),
            block.equal(ord(" ")),
            block.within(0x09, 0x0D),
            block.within(0x1C, 0x1F),
        )
        return _pair(context, builder, signature, kept, block.within(0x80, 0xFF))

    return types.UniTuple(types.uint64, 2)(data, index), generate


@intrinsic
def lead_masks(_typing: Any, data: Any, index: Any) -> tuple[Any, Callable[..., Any]]:
    """Masks of data[index:index + 64]: first bytes of the characters to keep that have 3 and 2.

    Three bytes: Hangul syllables, EA B0 80 to ED 9E A3, and the spaces U+1680, U+2000 to U+200A,
    U+2028, U+2029, U+202F, U+205F and U+3000. Two bytes: U+0085 and U+00A0.
    """

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        first, second, third = (
            _load(context, builder, (data, *values), BLOCK, at) for at in range(3)
        )
        hangul = _any(
            builder,
            first.within(0xEB, 0xEC),
            _all(builder, first.equal(0xEA), second.within(0xB0, 0xBF)),
            _all(builder, first.equal(0xED), second.within(0x80, 0x9D)),
            _all(builder, first.equal(0xED), second.equal(0x9E), third.within(0x80, 0xA3)),
        )
        general_punctuation = _any(
            builder,
            _all(builder, second.equal(0x80), third.within(0x80, 0x8A)),
            _all(builder, second.equal(0x80), third.within(0xA8, 0xA9)),
            _all(builder, second.equal(0x80), third.equal(0xAF)),
            _all(builder, second.equal(0x81), third.equal(0x9F)),
        )
        spaces = _any(
            builder,
            _all(builder, first.equal(0xE1), second.equal(0x9A), third.equal(0x80)),
            _all(builder, first.equal(0xE2), general_punctuation),
            _all(builder, first.equal(0xE3), second.equal(0x80), third.equal(0x80)),
        )
        three = _all(
            builder,
            second.within(0x80, 0xBF),
            third.within(0x80, 0xBF),
            _any(builder, hangul, spaces),
        )
        next_line_or_no_break = _any(builder, second.equal(0x85), second.equal(0xA0))
        two = _all(builder, first.equal(0xC2), next_line_or_no_break)
        return _pair(context, builder, signature, three, two)

    return types.UniTuple(types.uint64, 2)(data, index), generate


def _copier(width: int) -> Any:
    @intrinsic
    def copy_lowered(
        _typing: Any, data: Any, index: Any, out: Any, at: Any
    ) -> tuple[Any, Callable[..., Any]]:
        """Writes data[index:index + width], ASCII capitals lowered, to out[at:at + width]."""

        def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            block = _load(context, builder, (data, values[0], values[1]), width, 0)
            bit = builder.select(
                block.within(ord("A"), ord("Z")), block.splat(0x20), block.splat(0)
            )
            pointer = _pointer(context, builder, (out, values[2], values[3]))
            where = builder.bitcast(pointer, block.value.type.as_pointer())
            builder.store(builder.or_(block.value, bit), where, align=1)
            return context.get_dummy_value()

        return types.void(data, index, out, at), generate

    return copy_lowered


copy_block = _copier(BLOCK)
copy_short = _copier(STORE)


@intrinsic
def trailing_zeros(_typing: Any, word: Any) -> tuple[Any, Callable[..., Any]]:
    """The number of zero bits below the lowest one of a uint64; 64 for 0."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.cttz(values[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(word), generate
