"""Arrays whose memory TensorFlow can use without a copy."""

from __future__ import annotations

from math import prod

import numpy as np

ALIGNMENT = 64  # bytes: what TensorFlow's kernels ask of memory that is not their own


def empty(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """As numpy.empty, aligned."""
    size = prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + ALIGNMENT, np.uint8)
    return np.ndarray(shape, dtype, memory, offset=-_address(memory) % ALIGNMENT)


def is_aligned(array: np.ndarray) -> bool:
    """Whether the array is in C order at an aligned address."""
    return array.flags.c_contiguous and _address(array) % ALIGNMENT == 0


def _address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])  # a tenth of the price of .ctypes
