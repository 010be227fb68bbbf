"""A block of 16 × 16 float32 turned over its diagonal in registers.

In: addresses and row lengths in bytes. Out: nothing; the other block is written. Next: `pdq_samples`.

Target-neutral LLVM IR: four rounds of shuffles on any CPU, on AVX-512 one vector a row.
"""

# ruff: noqa: ARG001 (the signature of an intrinsic is Numba's)
from typing import Any

from llvmlite import ir
from numba import extending as numba_extending
from numba import types

intrinsic: Any = numba_extending.intrinsic

_LANES = 16
_ROW = ir.VectorType(ir.FloatType(), _LANES)
_I32, _I64 = ir.IntType(32), ir.IntType(64)


def _shuffle(builder: Any, a: Any, b: Any, lanes: list[int]) -> Any:
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(_I32, _LANES), lanes))


def _rounds(builder: Any, rows: list[Any]) -> list[Any]:
    """Exchange, for each power of two, the off-diagonal squares of that size."""
    for size in (1, 2, 4, 8):
        low = [lane if not lane & size else lane - size + _LANES for lane in range(_LANES)]
        high = [lane + size if not lane & size else lane + _LANES for lane in range(_LANES)]
        for row in range(_LANES):
            if not row & size:
                a, b = rows[row], rows[row + size]
                rows[row], rows[row + size] = _shuffle(builder, a, b, low), _shuffle(builder, a, b, high)
    return rows


@intrinsic
def turn_block(typing_context: Any, source: Any, source_row: Any, target: Any, target_row: Any) -> Any:
    """target[j][i] = source[i][j] for 16 × 16 float32; rows lie `source_row`, `target_row` bytes apart."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, source_row, target, target_row = args

        def place(base: Any, stride: Any, index: int) -> Any:
            address = builder.add(base, builder.mul(stride, _I64(index)))
            return builder.inttoptr(address, _ROW.as_pointer())

        rows = []
        for index in range(_LANES):
            rows.append(builder.load(place(source, source_row, index)))
            rows[-1].align = 4
        for index, row in enumerate(_rounds(builder, rows)):
            builder.store(row, place(target, target_row, index)).align = 4
        return context.get_dummy_value()

    return types.void(types.uint64, types.uint64, types.uint64, types.uint64), generate
