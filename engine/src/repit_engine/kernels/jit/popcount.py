"""The machine's own instructions, as Numba sees none of them: bit counts, prefetch, unaligned vector loads.

In: addresses and words. Out: counts and bit masks. Next: `scan` and `ring`.

Everything is written as target-neutral LLVM IR: on a CPU with AVX-512 VPOPCNTDQ and BITALG each mask is a
handful of instructions, on any other one LLVM expands it into what that CPU has, with the same result.
Addresses are plain integers (`array.ctypes.data`); the caller keeps the arrays alive and every load inside
them, padding included.
"""

# ruff: noqa: ARG001, PLR0917 (the signature of an intrinsic is Numba's)
from typing import Any

from llvmlite import ir
from numba import extending as numba_extending
from numba import types
from numba.core import cgutils as numba_cgutils

intrinsic: Any = numba_extending.intrinsic
cgutils: Any = numba_cgutils

_I1, _I8, _I16, _I32, _I64 = (ir.IntType(bits) for bits in (1, 8, 16, 32, 64))

_WORD_POINTER: Any = types.CPointer(types.uint64)  # type: ignore[no-untyped-call]

WORD_LANES = 64
"""Sixteen-bit lanes that `near_words` compares at once."""


def _call_unary(builder: Any, name: str, value: Any) -> Any:
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(value.type, [value.type]), name)
    return builder.call(function, [value])


def _vector_name(kind: ir.Type) -> str:
    return f"v{kind.count}i{kind.element.width}" if isinstance(kind, ir.VectorType) else f"i{kind.width}"


def _popcount(builder: Any, value: Any) -> Any:
    return _call_unary(builder, f"llvm.ctpop.{_vector_name(value.type)}", value)


def _load(builder: Any, address: Any, kind: ir.Type, align: int) -> Any:
    loaded = builder.load(builder.inttoptr(address, kind.as_pointer()))
    loaded.align = align
    return loaded


def _splat(builder: Any, value: Any, lanes: int) -> Any:
    kind = ir.VectorType(value.type, lanes)
    first = builder.insert_element(ir.Constant(kind, ir.Undefined), value, _I32(0))
    mask = ir.Constant(ir.VectorType(_I32, lanes), [0] * lanes)
    return builder.shuffle_vector(first, ir.Constant(kind, ir.Undefined), mask)


@intrinsic
def popcount(typing_context: Any, value: Any) -> Any:
    """Bits set in an unsigned word, of the word's own type."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _popcount(builder, args[0])

    return value(value), generate


@intrinsic
def trailing_zeros(typing_context: Any, value: Any) -> Any:
    """Index of the lowest set bit of a non-zero uint64."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = args[0].type
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind, [kind, _I1]), f"llvm.cttz.i{kind.width}"
        )
        return builder.call(function, [args[0], _I1(1)])

    return value(value), generate


@intrinsic
def byte_swap(typing_context: Any, value: Any) -> Any:
    """A uint64 with its eight bytes in reverse."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _call_unary(builder, "llvm.bswap.i64", args[0])

    return types.uint64(types.uint64), generate


@intrinsic
def prefetch(typing_context: Any, address: Any) -> Any:
    """Ask for the cache line at an address; never faults."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], _I8.as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [_I8.as_pointer(), _I32, _I32, _I32])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [pointer, _I32(0), _I32(3), _I32(1)])
        return context.get_dummy_value()

    return types.void(address), generate


def _loader(kind: ir.IntType, numba_kind: Any) -> Any:
    @intrinsic
    def load(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return _load(builder, args[0], kind, 1)

        return numba_kind(address), generate

    return load


def _storer(kind: ir.IntType, numba_kind: Any) -> Any:
    @intrinsic
    def store(typing_context: Any, address: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            stored = builder.store(args[1], builder.inttoptr(args[0], kind.as_pointer()))
            stored.align = 1
            return context.get_dummy_value()

        return types.void(address, numba_kind), generate

    return store


store_u8 = _storer(_I8, types.uint8)
store_u16 = _storer(_I16, types.uint16)
store_u64 = _storer(_I64, types.uint64)
load_u16 = _loader(_I16, types.uint16)
load_u32 = _loader(_I32, types.uint32)
load_u64 = _loader(_I64, types.uint64)


@intrinsic
def words_at(typing_context: Any, address: Any) -> Any:
    """An address as a pointer to uint64, for `numba.carray`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], _I64.as_pointer())

    return _WORD_POINTER(types.uint64), generate


@intrinsic
def near_words(typing_context: Any, address: Any, word: Any, limit: Any) -> Any:
    """Bit i is set where the i-th of 64 uint16 at `address` is within `limit` bits of `word`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.VectorType(_I16, WORD_LANES)
        words = _load(builder, args[0], kind, 1)
        apart = _popcount(builder, builder.xor(words, _splat(builder, args[1], WORD_LANES)))
        near = builder.icmp_unsigned("<=", apart, _splat(builder, args[2], WORD_LANES))
        return builder.bitcast(near, _I64)

    return types.uint64(address, types.uint16, types.uint16), generate


@intrinsic
def near_halves(typing_context: Any, address: Any, first: Any, second: Any, limit: Any) -> Any:
    """Bit i is set where the i-th of 32 128-bit rows at `address` is within `limit` of (first, second)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address, first, second, limit = args
        wide = ir.VectorType(_I64, 64)
        pattern = builder.insert_element(ir.Constant(ir.VectorType(_I64, 2), ir.Undefined), first, _I32(0))
        pattern = builder.insert_element(pattern, second, _I32(1))
        repeat = ir.Constant(ir.VectorType(_I32, 64), [0, 1] * 32)
        query = builder.shuffle_vector(pattern, ir.Constant(pattern.type, ir.Undefined), repeat)
        counts = _popcount(builder, builder.xor(_load(builder, address, wide, 1), query))
        even = ir.Constant(ir.VectorType(_I32, 32), list(range(0, 64, 2)))
        odd = ir.Constant(ir.VectorType(_I32, 32), list(range(1, 64, 2)))
        nothing = ir.Constant(wide, ir.Undefined)
        total = builder.add(
            builder.shuffle_vector(counts, nothing, even), builder.shuffle_vector(counts, nothing, odd)
        )
        near = builder.icmp_unsigned("<=", total, _splat(builder, limit, 32))
        return builder.zext(builder.bitcast(near, _I32), _I64)

    return types.uint64(address, types.uint64, types.uint64, types.uint64), generate


@intrinsic
def near_lane(typing_context: Any, address: Any, word: Any, limit: Any) -> Any:
    """Bit i is set where the i-th of 64 uint64 at `address` is within `limit` bits of `word`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        words = _load(builder, args[0], ir.VectorType(_I64, 64), 1)
        apart = _popcount(builder, builder.xor(words, _splat(builder, args[1], 64)))
        near = builder.icmp_unsigned("<=", apart, _splat(builder, args[2], 64))
        return builder.bitcast(near, _I64)

    return types.uint64(address, types.uint64, types.uint64), generate


def _lane_masker(lanes: int) -> Any:
    @intrinsic
    def near_lanes(
        typing_context: Any,
        address: Any,
        stride: Any,
        first: Any,
        second: Any,
        third: Any,
        fourth: Any,
        limit: Any,
    ) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            address, stride, *words, limit = args
            total = None
            for lane in range(lanes):
                here = builder.add(address, builder.mul(stride, _I64(lane)))
                row = _load(builder, here, ir.VectorType(_I64, LANE_ROWS), 1)
                count = _popcount(builder, builder.xor(row, _splat(builder, words[lane], LANE_ROWS)))
                total = count if total is None else builder.add(total, count)
            near = builder.icmp_unsigned("<=", total, _splat(builder, limit, LANE_ROWS))
            return builder.zext(builder.bitcast(near, ir.IntType(LANE_ROWS)), _I64)

        word = types.uint64
        return word(address, stride, word, word, word, word, word), generate

    return near_lanes


LANE_ROWS = 32
"""Rows that the `near_*_lanes` compare at once."""

near_two_lanes = _lane_masker(2)
near_three_lanes = _lane_masker(3)
near_four_lanes = _lane_masker(4)
"""Bit i is set where row i of 32, laid out lane by lane (`stride` bytes apart), is within `limit` in the
first
two, three or four of its 64-bit lanes."""
