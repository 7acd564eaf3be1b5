"""Numpy arrays and numbers."""

from __future__ import annotations

import decimal
import numbers
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from ..report import MAX_CELLS, Cells, Given
from . import observed as make
from .observed import Column, Elements, Observed


def read_array(x: Any, arg: str) -> Observed:
    """Describe an array; structured arrays are tables of their fields."""
    # a matrix would keep its two axes for ever
    data = x if isinstance(x, np.ndarray) and not isinstance(x, np.matrix) else np.asarray(x)
    cls = _name_of_class(type(x)) if hasattr(x, "shape") else type(x).__name__  # type: ignore[arg-type]
    dtype = _name_of_dtype(data.dtype)
    given = Given(dtype, cls, data.shape)
    if data.dtype.names:
        return _read_fields(data, arg, given)
    if data.dtype.kind == "O":
        elements, cells = _look_into(data)
    else:
        elements, cells = elements_of(data.dtype), None
    if isinstance(data, np.ma.MaskedArray) and np.ma.is_masked(data):
        cells = locate(np.ma.getmaskarray(data))
    return make.array(data, arg, elements=elements, dtype=dtype, given=given, cells=cells)


ELEMENTS: dict[str, Elements] = {
    "f": "number", "i": "number", "u": "number", "b": "boolean", "c": "complex", "U": "text", "S": "text",
    "T": "text", "M": "date", "m": "duration",
}  # fmt: skip
# ml_dtypes registers its numbers as void types
SMALL_NUMBER = re.compile(r"(bfloat|float|u?int)\d")


@lru_cache(maxsize=256)
def elements_of(dtype: np.dtype) -> Elements:
    """What the elements of a plain numpy dtype are."""
    if dtype.kind == "V" and dtype.names is None and SMALL_NUMBER.match(dtype.name):
        return "number"
    return ELEMENTS.get(dtype.kind, "other")


@lru_cache(maxsize=256)
def _name_of_dtype(dtype: np.dtype) -> str:
    return str(dtype)


@lru_cache(maxsize=256)
def _name_of_class(cls: Any) -> str:
    return f"{cls.__module__.split('.')[0]}.{cls.__name__}"


def look_into_objects(values: np.ndarray) -> Elements:
    """What the elements of an object array are; missing ones tell nothing."""
    from pandas.api.types import infer_dtype

    found = infer_dtype(values.ravel(), skipna=True)
    kinds: dict[str, Elements] = {
        "integer": "number", "floating": "number", "mixed-integer-float": "number", "decimal": "number",
        "boolean": "boolean", "string": "text", "bytes": "text", "complex": "complex", "empty": "missing",
        "categorical": "category", "datetime64": "date", "datetime": "date", "date": "date", "time": "date",
        "period": "date", "timedelta64": "duration", "timedelta": "duration", "interval": "other",
    }  # fmt: skip
    if found in kinds:
        return kinds[found]
    present = [value for value in values.ravel() if value is not None]
    if all(isinstance(value, (numbers.Real, decimal.Decimal, np.bool_)) for value in present):
        return "number"
    if any(isinstance(value, (list, tuple, np.ndarray, dict)) for value in present):
        return "list"
    return "mixed"


def _look_into(data: np.ndarray) -> tuple[Elements, Cells | None]:
    from pandas import isna

    elements = look_into_objects(data)
    if elements in ("list", "mixed", "other"):
        return elements, None
    missing = isna(data)
    return elements, locate(missing) if missing.any() else None


def _read_fields(data: np.ndarray, arg: str, given: Given) -> Observed:
    names = data.dtype.names or ()
    if data.ndim > 1 and data.size > len(data) and all(data.dtype[name].kind in "fiub" for name in names):
        whole = _field_axis(data)  # records in two axes: the fields are a third
        return replace(read_array(whole, arg), given=Given("structured", given.cls, whole.shape))
    columns, holes = [], {}
    for j, name in enumerate(names):
        field = data[name]
        cells = _look_into(field)[1] if field.dtype.kind == "O" else None
        if np.ma.is_masked(field):
            cells = locate(np.ma.getmaskarray(field))
        if cells:
            holes[j] = (cells.count, [(*place, 0)[0] for place in cells.first])
        is_column = field.ndim == data.ndim
        elements = look_into_objects(field) if field.dtype.kind == "O" else elements_of(field.dtype)
        columns.append(Column(name, elements if is_column else "list", str(field.dtype)))
    given = Given("structured", given.cls, (data.size, len(names)), tuple(names))
    return make.frame([data[name].reshape(-1) for name in names], arg, tuple(columns), data.size, given, holes)


def _field_axis(data: np.ndarray) -> np.ndarray:
    from numpy.lib.recfunctions import structured_to_unstructured

    whole = structured_to_unstructured(np.asarray(data))
    if not isinstance(data, np.ma.MaskedArray):
        return whole
    return np.ma.MaskedArray(whole, mask=structured_to_unstructured(np.ma.getmaskarray(data)))


def locate(mask: np.ndarray, names: tuple[str, ...] | None = None) -> Cells:
    """The first places where `mask` holds, and how many there are."""
    places = np.argwhere(mask)
    first = tuple(tuple(int(i) for i in place) for place in places[:MAX_CELLS])
    return Cells(len(places), first, names)


def put_together(how: str, parts: Sequence[np.ndarray], **options: Any) -> np.ndarray:
    """numpy's function `how` of several arrays; its own forgets masks."""
    module = np.ma if any(isinstance(part, np.ma.MaskedArray) for part in parts) else np
    return np.asanyarray(getattr(module, how)(parts, **options))
