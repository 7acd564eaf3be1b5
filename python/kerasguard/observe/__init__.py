"""User's object -> `Observed`: one reader per kind of data, chosen here."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..report import Given
from . import observed as make
from .arrays import read_array
from .frames import is_pandas, read_frame
from .lists import read_list, read_mapping
from .observed import Column, Kind, Observed
from .streams import read_stream

__all__ = ["Column", "Kind", "Observed", "observe"]


def observe(x: Any, arg: str = "x") -> Observed:
    """Describe `x` without changing it.

    Numpy arrays, anything with `__array__` (tensors), numbers, nested lists, pandas frames and series,
    lists and dicts of these, and streams of batches, of which nothing is drawn. Everything else is kind "other".
    """
    if type(x) is np.ndarray:
        return read_array(x, arg)
    if x is None:
        return make.null(arg, Given("", "None", ()))
    if is_pandas(x):
        return read_frame(x, arg)
    if isinstance(x, (np.ndarray, np.generic, int, float, complex, str, bytes, bool)):
        return read_array(x, arg)
    try:
        if isinstance(x, (list, tuple)):
            return read_list(x, arg, observe)
        if isinstance(x, (Sequence, deque, array)) and not isinstance(x, (str, bytes, bytearray, memoryview)):
            return read_list(list(x), arg, observe)
        if isinstance(x, Mapping):
            return read_mapping(x, arg, observe)
    except RecursionError:  # it holds itself
        return make.other(x, arg, Given("", type(x).__name__, ()))
    if hasattr(x, "__array__") and hasattr(x, "shape") and not isinstance(x, type):
        try:
            return read_array(x, arg)
        except (TypeError, ValueError):  # a symbolic tensor has no values
            pass
    return read_stream(x, arg) or make.other(x, arg, Given("", type(x).__name__, ()))
