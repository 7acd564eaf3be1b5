"""Plan -> model-ready arrays, and what was measured on the way. The only file that changes values."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from functools import partial
from math import prod
from typing import Any

import numpy as np

from .measure import Measured, measure_floats, measure_integers
from .observe import Observed
from .observe.arrays import locate
from .plan import InputPlan
from .report import Cells
from .steps import Columns, Reshape, Stack, Step, Transpose


def apply_plan(item: InputPlan, observed: Observed) -> tuple[Any, Measured]:
    """Convert one input as a whole.

    Returns:
        The array `(samples, *spec.shape[1:])` in C order and in the input's dtype, text as a string
        tensor, and what was measured before the axes were moved, so that places
        are those of the user's object.
    """
    steps = item.steps
    moves = [step for step in steps if isinstance(step, (Reshape, Transpose))]
    if item.dtype == "string":
        return _text(move(gather(observed, steps), moves), item), Measured("string")
    if is_integer(item.dtype) and observed.kind.kind == "frame":
        converted, measured = _integer_columns(observed, steps, item.dtype)
    else:
        converted, measured = _cast(gather(observed, steps), item)
    return np.ascontiguousarray(move(converted, moves)), _with_names(measured, observed, steps)


def is_integer(dtype: str) -> bool:
    """Whether values are cast to whole numbers."""
    return dtype.startswith(("int", "uint", "bool"))


def gather(observed: Observed, steps: Sequence[Step]) -> np.ndarray:
    """The numbers of the user's object as one array of their own type, columns chosen and lists stacked."""
    if any(isinstance(step, Stack) for step in steps):
        return np.stack([gather(child, ()) for child in observed.children])
    if observed.kind.kind != "frame":
        return _numbers(observed.data, observed.kind.elements)
    parts = table_columns(observed, steps)
    return np.column_stack(parts) if parts else np.empty((observed.rows, 0))


def as_matrix(observed: Observed, steps: Sequence[Step]) -> np.ndarray | None:
    """A table as one matrix, where that is a view of its memory: all columns, of one plain type."""
    types = {column.dtype for column in observed.kind.columns}
    if len(types) != 1 or not hasattr(observed.data, "iloc") or any(isinstance(step, Columns) for step in steps):
        return None
    dtype = observed.data.dtypes.iloc[0]
    return observed.data.to_numpy() if isinstance(dtype, np.dtype) and dtype.kind in "fiub" else None


def table_columns(observed: Observed, steps: Sequence[Step]) -> list[np.ndarray]:
    """The chosen columns of a table, each an array of its own type."""
    data, columns = observed.data, observed.kind.columns
    chosen = next((step.indices for step in steps if isinstance(step, Columns)), range(len(columns)))
    series = [data.iloc[:, j] if hasattr(data, "iloc") else data[j] for j in chosen]
    parts = [_numbers(values, columns[j].elements) for j, values in zip(chosen, series, strict=True)]
    return [part.reshape(observed.rows) for part in parts]


def _integer_columns(observed: Observed, steps: Sequence[Step], dtype: str) -> tuple[np.ndarray, Measured]:
    """Each column is cast on its own: beside a column of doubles a 64-bit integer would lose digits."""
    parts = table_columns(observed, steps)
    measured = Measured(dtype)
    for j, part in enumerate(parts):
        found = measure_integers(part, dtype)
        if found.has_fault:
            measured = found.placed(partial(_in_column, j))
            break
    with np.errstate(invalid="ignore"):  # values that do not fit were measured, and stop the call
        return np.column_stack([part.astype(dtype) for part in parts]), measured


def _in_column(j: int, cells: Cells) -> Cells:
    return Cells(cells.count, tuple((i, j) for (i,) in cells.first))


def _numbers(values: Any, elements: str) -> np.ndarray:
    """A plain numpy array: objects, nullable and arrow-backed columns become doubles, missing ones NaN."""
    if elements == "text":
        return np.asarray(values, dtype=object)
    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind in "fiubcV":
        return np.asarray(values)
    if hasattr(values, "to_numpy") and not isinstance(dtype, np.dtype):
        kind = getattr(dtype, "kind", "")
        if kind and kind in "iu" and not values.isna().any():
            return values.to_numpy(dtype="int64" if kind == "i" else "uint64")
        return values.to_numpy(dtype="float64", na_value=np.nan)
    return _objects(np.asarray(values, dtype=object))


def _objects(values: np.ndarray) -> np.ndarray:
    flat = values.ravel()
    if all(isinstance(value, numbers.Integral) for value in flat):
        for dtype in ("int64", "uint64"):
            limits = np.iinfo(dtype)
            if all(limits.min <= int(value) <= limits.max for value in flat):
                return values.astype(dtype)
    from pandas import isna

    return np.array([np.nan if isna(value) else _double(value) for value in flat]).reshape(values.shape)


def _double(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number beyond every double
        return np.inf if value > 0 else -np.inf
    except (ValueError, ArithmeticError):  # a signalling Decimal NaN
        return np.nan


def _cast(source: np.ndarray, item: InputPlan) -> tuple[np.ndarray, Measured]:
    dtype = item.dtype
    if source.dtype.kind == "c":
        return source.astype(dtype), Measured(dtype)
    # invalid: values that do not fit, which were measured and stop the call, and R's NA, a signalling NaN
    with np.errstate(over="ignore", invalid="ignore"):
        converted = source.astype(dtype)
    if is_integer(dtype):
        return converted, measure_integers(source, dtype)
    return converted, measure_floats(source, converted, item.narrow)


def move(values: np.ndarray, steps: Sequence[Step]) -> np.ndarray:
    """Transpose and reshape."""
    for step in steps:
        if isinstance(step, Transpose):
            values = values.transpose(step.axes)
        elif isinstance(step, Reshape):
            rows = values.shape[0] if step.samples is None else step.samples
            if step.order == "F":
                # each sample is filled on its own: numpy's "F" over the whole would mix the samples
                inner = values.transpose(0, *range(values.ndim - 1, 0, -1)) if values.ndim > 2 else values
                turned = inner.reshape((rows, *reversed(step.tail)))
                values = turned.transpose(0, *range(len(step.tail), 0, -1))
            else:
                values = values.reshape((rows, *step.tail))
    return values


def _text(values: np.ndarray, item: InputPlan) -> Any:
    """A string tensor of the declared rank: one of another rank would leave predict()'s graph bound to that."""
    import tensorflow as tf

    texts = [v if isinstance(v, bytes) else str(v).encode("utf-8", "surrogatepass") for v in values.ravel()]
    return tf.constant(texts, dtype=tf.string, shape=values.shape)


def _with_names(measured: Measured, observed: Observed, steps: tuple[Step, ...]) -> Measured:
    """Places found in chosen columns are places of the whole table, and tables name their columns."""
    return measured.placed(lambda cells: _named(cells, observed, steps))


def _named(cells: Cells, observed: Observed, steps: tuple[Step, ...]) -> Cells:
    names = observed.kind.names
    chosen = next((step.indices for step in steps if isinstance(step, Columns)), None)
    if names is None and chosen is None:
        return cells
    first = cells.first if chosen is None else tuple((i, chosen[j]) for i, j in cells.first)
    return Cells(cells.count, first, names)


def places_of(item: InputPlan, observed: Observed, mask: np.ndarray) -> Cells:
    """Where the user's object has the values that stand at `mask` in the model-ready array."""
    sizes = gather(observed, item.steps).shape
    numbers = np.arange(prod(sizes)).reshape(sizes)
    moves = [step for step in item.steps if isinstance(step, (Reshape, Transpose))]
    found = np.zeros(numbers.size, bool)
    found[move(numbers, moves)[mask]] = True
    return _named(locate(found.reshape(sizes)), observed, item.steps)
