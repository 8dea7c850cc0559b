"""Products of 128 bits and leading zeros, an instruction of the processor each; plain Python without numba."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.extending import intrinsic

from spark.kernels.accelerate import COMPILED

_INT64, _INT128 = ir.IntType(64), ir.IntType(128)


@intrinsic
def _native_multiply_high(context: Any, a: Any, b: Any) -> Any:
    """The high 64 bits of the product of two uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b = (builder.zext(argument, _INT128) for argument in arguments)
        return builder.trunc(builder.lshr(builder.mul(a, b), ir.Constant(_INT128, 64)), _INT64)

    return numba.types.uint64(numba.types.uint64, numba.types.uint64), generate


@intrinsic
def _native_leading_zeros(context: Any, x: Any) -> Any:
    """How many of the 64 bits above the highest that is set are 0, of a uint64 that is not zero."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(_INT64, [_INT64, ir.IntType(1)])
        count = builder.module.declare_intrinsic("llvm.ctlz", [_INT64], kind)
        return builder.call(count, [arguments[0], ir.Constant(ir.IntType(1), 1)])

    return numba.types.uint64(numba.types.uint64), generate


def _plain_multiply_high(a, b):
    return np.uint64(int(a) * int(b) >> 64)


def _plain_leading_zeros(x):
    return np.uint64(64 - int(x).bit_length())


multiply_high: Any = _native_multiply_high if COMPILED else _plain_multiply_high
leading_zeros: Any = _native_leading_zeros if COMPILED else _plain_leading_zeros
