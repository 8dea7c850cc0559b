"""What numba has no words for, in LLVM's: 16 draws at once, of ties or of worlds, bits, prefetch; or plain Python."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.extending import intrinsic

from spark.kernels.accelerate import COMPILED
from spark.kernels.draw import tie_draw, u32, u64

LANES = 16

_INT16, _INT32, _INT64 = ir.IntType(16), ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_INT32, 16)


def _constant(value: int | list[int]) -> ir.Constant:
    return ir.Constant(_VECTOR, value if isinstance(value, list) else [value] * 16)


def _spread(builder: Any, value: Any) -> Any:
    first = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, ir.Constant(_INT32, 0))
    return builder.shuffle_vector(first, ir.Constant(_VECTOR, ir.Undefined), _constant(0))


def _draws(builder: Any, tie: Any, k0: Any, k1: Any) -> Any:
    """`tie_draw` of 16 ties one after the other."""
    golden = 0x9E3779B1
    x = _spread(builder, builder.mul(tie, ir.Constant(_INT32, golden)))
    x = builder.add(x, _constant([i * golden & 0xFFFFFFFF for i in range(16)]))
    x = builder.xor(x, _spread(builder, k0))
    x = builder.xor(x, builder.lshr(x, _constant(16)))
    x = builder.mul(x, _constant(0x7FEB352D))
    x = builder.xor(x, builder.lshr(x, _constant(15)))
    x = builder.xor(x, _spread(builder, k1))
    x = builder.mul(x, _constant(0x846CA68B))
    return builder.xor(x, builder.lshr(x, _constant(16)))


def _mask(builder: Any, draws: Any, threshold: Any) -> Any:
    return builder.zext(builder.bitcast(builder.icmp_unsigned("<=", draws, threshold), _INT16), _INT64)


@intrinsic
def _vector_live_mask(context: Any, tie: Any, k0: Any, k1: Any, live: Any, start: Any) -> Any:
    """Bit i is set iff tie ``tie + i`` is live, for 16 ties with thresholds live[start:start+16]."""
    uint32 = numba.types.uint32
    signature = numba.types.uint64(uint32, uint32, uint32, live, numba.types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        tie, k0, k1, live, start = arguments
        data = context.make_array(signature.args[3])(context, builder, live).data
        threshold = builder.load(builder.bitcast(builder.gep(data, [start]), _VECTOR.as_pointer()), typ=_VECTOR)
        threshold.align = 4
        return _mask(builder, _draws(builder, tie, k0, k1), threshold)

    return signature, generate


@intrinsic
def _vector_worlds_mask(context: Any, tie: Any, high: Any, low: Any, live: Any, start: Any) -> Any:
    """Bit i is set iff a tie of threshold `live` is live in the world whose key has the halves high[start + i] and
    low[start + i]: 16 worlds.
    """
    uint32 = numba.types.uint32
    signature = numba.types.uint64(uint32, high, low, uint32, numba.types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        tie, high, low, live, start = arguments
        halves = []
        for array, kind in ((high, signature.args[1]), (low, signature.args[2])):
            data = context.make_array(kind)(context, builder, array).data
            half = builder.load(builder.bitcast(builder.gep(data, [start]), _VECTOR.as_pointer()), typ=_VECTOR)
            half.align = 4
            halves.append(half)
        x = builder.xor(_spread(builder, builder.mul(tie, ir.Constant(_INT32, 0x9E3779B1))), halves[0])
        x = builder.xor(x, builder.lshr(x, _constant(16)))
        x = builder.mul(x, _constant(0x7FEB352D))
        x = builder.xor(x, builder.lshr(x, _constant(15)))
        x = builder.xor(x, halves[1])
        x = builder.mul(x, _constant(0x846CA68B))
        x = builder.xor(x, builder.lshr(x, _constant(16)))
        below = builder.icmp_unsigned("<=", x, _spread(builder, live))
        return builder.zext(builder.bitcast(below, _INT16), _INT64)

    return signature, generate


@intrinsic
def _vector_alike_mask(context: Any, tie: Any, k0: Any, k1: Any, live: Any) -> Any:
    """Bit i is set iff tie ``tie + i`` is live, for 16 ties with the same threshold."""
    uint32 = numba.types.uint32

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        tie, k0, k1, live = arguments
        return _mask(builder, _draws(builder, tie, k0, k1), _spread(builder, live))

    return numba.types.uint64(uint32, uint32, uint32, uint32), generate


@intrinsic
def _vector_lowest_bit(context: Any, mask: Any) -> Any:
    """Position of the lowest bit that is set, of a mask that is not zero."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(_INT64, [_INT64, ir.IntType(1)])
        count = builder.module.declare_intrinsic("llvm.cttz", [_INT64], kind)
        return builder.call(count, [arguments[0], ir.Constant(ir.IntType(1), 1)])

    return numba.types.int64(numba.types.uint64), generate


@intrinsic
def _vector_prefetch(context: Any, array: Any, place: Any) -> Any:
    """Ask for the cache line of array[place] before it is needed."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, _INT32, _INT32, _INT32])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        options = [ir.Constant(_INT32, option) for option in (0, 3, 1)]  # for reading, keep close, data
        builder.call(fetch, [builder.bitcast(builder.gep(data, [arguments[1]]), byte), *options])
        return context.get_dummy_value()

    return numba.types.void(array, numba.types.int64), generate


def _plain_live_mask(tie, k0, k1, live, start):
    mask = 0
    for i in range(LANES):
        if tie_draw(u32((int(tie) + i) & 0xFFFFFFFF), k0, k1) <= live[start + i]:
            mask |= 1 << i
    return u64(mask)


def _plain_worlds_mask(tie, high, low, live, start):
    mask = 0
    for i in range(LANES):
        if tie_draw(u32(tie), high[start + i], low[start + i]) <= live:
            mask |= 1 << i
    return u64(mask)


def _plain_alike_mask(tie, k0, k1, live):
    return _plain_live_mask(tie, k0, k1, [live] * LANES, 0)


def _plain_lowest_bit(mask):
    return np.int64((int(mask) & -int(mask)).bit_length() - 1)


def _plain_prefetch(array, place):
    return None


live_mask: Any = _vector_live_mask if COMPILED else _plain_live_mask
worlds_mask: Any = _vector_worlds_mask if COMPILED else _plain_worlds_mask
alike_mask: Any = _vector_alike_mask if COMPILED else _plain_alike_mask
lowest_bit: Any = _vector_lowest_bit if COMPILED else _plain_lowest_bit
prefetch: Any = _vector_prefetch if COMPILED else _plain_prefetch
