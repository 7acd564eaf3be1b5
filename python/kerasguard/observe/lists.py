"""Lists, tuples and dicts: of numbers, of samples, of inputs, of columns."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..report import Given
from . import observed as make
from .arrays import read_array
from .observed import Observed
from .records import are_single, columns_of

Observe = Callable[[Any, str], Observed]
# a longer list is no list of inputs, and looking at each element would cost
MOST_INPUTS = 1024
SCALARS = (numbers.Number, int, float, complex, str, bytes, bool, np.generic)


def read_list(x: list | tuple, arg: str, observe: Observe) -> Observed:
    """A list of numbers nested to one depth is an array, of records a table; anything else is a list of objects."""
    columns = columns_of(x)
    if columns is not None:
        return _read_records(x, columns, arg, observe)
    if not any(_is_object(item) for item in x):
        data = _as_array(x)
        if data is not None:
            seen = read_array(data, arg)
            return make.Observed(
                arg, seen.kind, seen.shape, data, Given(str(data.dtype), "nested list" if data.ndim > 1 else "list",
                seen.shape), seen.cells, _items(x, arg, observe) if data.ndim > 1 and len(x) <= MOST_INPUTS else (),
            )  # fmt: skip
    return make.container(arg, _items(x, arg, observe), Given("", type(x).__name__, (len(x),)))


def read_mapping(x: Mapping, arg: str, observe: Observe) -> Observed:
    """A dict of columns (numbers, or vectors of one length) is a table; otherwise a dict of inputs."""
    keys = tuple(str(key) for key in x)
    children = tuple(observe(value, f"{arg}[{str(key)!r}]") for key, value in x.items())
    given = Given("", type(x).__name__, (len(x),), keys)
    return make.container(arg, children, given, keys) if keys else make.other(x, arg, given)


def _read_records(x: list | tuple, columns: dict[Any, list[Any]], arg: str, observe: Observe) -> Observed:
    """Records of single values are a table; of arrays they may also be one array per input, samples first."""
    keys = tuple(str(key) for key in columns)
    given = Given("", "list of records", (len(x), len(keys)), keys)
    if all(map(are_single, columns.values())):
        children = [read_array(_as_column(values), key) for key, values in zip(keys, columns.values(), strict=True)]
        return make.table(arg, children, keys, given)
    items = _items(x, arg, observe) if len(x) <= MOST_INPUTS else ()
    listed = make.container(arg, items, Given("", type(x).__name__, (len(x),)))
    return replace(listed, table=read_mapping(columns, arg, observe))


def _as_column(values: list[Any]) -> np.ndarray:
    data = _as_array(values)
    if data is not None and data.ndim == 1:
        return data
    data = np.empty(len(values), dtype=object)
    data[:] = values
    return data


def _is_object(item: Any) -> bool:
    """Whether an element is a whole object of its own rather than a number or a list of numbers."""
    return not (
        item is None or isinstance(item, (*SCALARS, list, tuple)) or type(item).__name__ in ("NAType", "Decimal")
    )


def _as_array(x: list | tuple) -> np.ndarray | None:
    """The array that a nested list spells out, or None when its lengths differ or it holds other objects."""
    if _holds_objects(x):
        return None
    try:
        data = np.asarray(x)
    except ValueError:  # numpy: "inhomogeneous shape"
        return None
    if data.dtype.kind == "O" or (data.dtype.kind in "US" and not _only_text(x)):
        # numpy turns [1, "a"] into text and keeps None: look at the objects themselves
        data = np.array(x, dtype=object)
    return data


def _holds_objects(x: list | tuple) -> bool:
    return any(_holds_objects(item) if isinstance(item, (list, tuple)) else _is_object(item) for item in x)


def _only_text(x: Any) -> bool:
    return all(_only_text(item) if isinstance(item, (list, tuple)) else isinstance(item, (str, bytes)) for item in x)


def _items(x: list | tuple, arg: str, observe: Observe) -> tuple[Observed, ...]:
    return tuple(observe(item, f"{arg}[{i}]") for i, item in enumerate(x))
