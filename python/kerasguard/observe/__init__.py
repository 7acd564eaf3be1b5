"""User's object -> `Observed`: one reader per kind of data, chosen here."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..report import Given
from . import observed as make
from .arrays import read_array
from .frames import as_series, is_pandas, read_frame
from .lists import read_list, read_mapping
from .observed import Column, Kind, Observed
from .records import fields_of
from .sparse import is_sparse, read_sparse
from .streams import read_stream
from .tables import is_foreign, read_table
from .tensors import read_convertible, read_tensor

__all__ = ["Column", "Kind", "Observed", "observe"]


def observe(x: Any, arg: str = "x") -> Observed:
    """Describe `x` without changing it.

    Numpy arrays, tensors and anything else that numpy can read, numbers, nested lists, tables and columns of pandas,
    polars and pyarrow, scipy's sparse matrices, records (dicts, dataclasses), lists and dicts of these, and streams
    of batches, of which nothing is drawn. Everything else is kind "other".
    """
    if type(x) is np.ndarray:
        return read_array(x, arg) if not x.dtype.hasobject else _read_objects(x, arg)
    if x is None:
        return make.null(arg, Given("", "None", ()))
    if is_pandas(x):
        return read_frame(as_series(x), arg)
    if is_sparse(x):
        return read_sparse(x, arg)
    if isinstance(x, (np.ndarray, np.generic, int, float, complex, str, bytes, bool)):
        return read_array(x, arg)
    try:
        found = _read_collection(x, arg)
    except RecursionError:  # it holds itself
        return make.other(x, arg, Given("", type(x).__name__, ()))
    if found is None and not isinstance(x, type):
        found = read_convertible(x, arg)
        if found is None and is_foreign(type(x)):  # type: ignore[arg-type]
            found = read_table(x, arg)
        if found is None:
            found = read_tensor(x, arg, observe)
        if found is None:
            found = read_stream(x, arg)
    return found or make.other(x, arg, Given("", type(x).__name__, ()))


def _read_objects(x: np.ndarray, arg: str) -> Observed:
    """An array of lists is a list of samples: numpy makes one of series of unlike lengths."""
    if x.ndim == 1 and len(x) and all(isinstance(item, (list, tuple, np.ndarray)) for item in x):
        return replace(read_list(list(x), arg, observe), given=Given("object", "numpy.ndarray", x.shape))
    return read_array(x, arg)


def _read_collection(x: Any, arg: str) -> Observed | None:
    if isinstance(x, (list, tuple)):
        return read_list(x, arg, observe)
    if isinstance(x, array):  # numbers in one piece of memory
        return read_array(np.asarray(x), arg) if x.typecode not in "uw" else read_list(list(x), arg, observe)
    if isinstance(x, (Sequence, deque)) and not isinstance(x, (str, bytes, bytearray, memoryview)):
        return None if is_foreign(type(x)) else read_list(list(x), arg, observe)
    if isinstance(x, Mapping):
        return read_mapping(x, arg, observe)
    fields = fields_of(x)
    return None if fields is None else read_mapping(fields, arg, observe)
