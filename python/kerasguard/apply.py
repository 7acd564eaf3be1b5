"""Plan -> model-ready arrays, and what was measured on the way. The only file that changes values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .measure import Measured, measure_floats, measure_integers
from .observe import Observed
from .plan import InputPlan
from .report import Cells
from .steps import Columns, Reshape, Stack, Step, Transpose


def apply_plan(item: InputPlan) -> tuple[Any, Measured]:
    """Convert one input.

    Returns:
        The array `(samples, *spec.shape[1:])` in C order and in the input's dtype, text as an object array
        (one text a sample) or a string tensor, and what was measured before the axes were moved, so that places
        are those of the user's object.
    """
    observed, steps = item.observed, item.steps
    source = gather(observed, [step for step in steps if isinstance(step, (Columns, Stack))])
    moves = [step for step in steps if isinstance(step, (Reshape, Transpose))]
    if item.dtype == "string":
        return _text(_move(source, moves), item), Measured("string")
    converted, measured = _cast(source, item)
    return np.ascontiguousarray(_move(converted, moves)), _with_names(measured, observed, steps)


def gather(observed: Observed, steps: Sequence[Step]) -> np.ndarray:
    """The numbers of the user's object as one array of their own type, columns chosen and lists stacked."""
    for step in steps:
        if isinstance(step, Stack):
            return np.stack([gather(child, []) for child in observed.children])
        if isinstance(step, Columns):
            return _table(observed, list(step.indices))
    if observed.kind.kind == "frame":
        return _table(observed, list(range(len(observed.kind.columns))))
    return _numbers(observed.data, observed.kind.elements)


def _table(observed: Observed, indices: list[int]) -> np.ndarray:
    data, columns = observed.data, observed.kind.columns
    is_pandas = hasattr(data, "iloc")
    series = [data.iloc[:, j] if is_pandas else data[j] for j in indices]
    if not series:
        return np.empty((observed.rows, 0))
    parts = [_numbers(values, columns[j].elements) for j, values in zip(indices, series, strict=True)]
    return np.column_stack([part.reshape(observed.rows) for part in parts])


def _numbers(values: Any, elements: str) -> np.ndarray:
    """A plain numpy array: objects, nullable and arrow-backed columns become doubles, missing ones NaN."""
    if elements == "text":
        return np.asarray(values, dtype=object)
    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind in "fiubcV":
        return np.asarray(values)
    if hasattr(values, "to_numpy"):
        kind = getattr(dtype, "kind", "")
        if kind and kind in "iu" and not values.isna().any():
            return values.to_numpy(dtype="int64" if kind == "i" else "uint64")
        return values.to_numpy(dtype="float64", na_value=np.nan)
    flat = np.asarray(values, dtype=object).ravel()
    if elements == "number" and all(isinstance(value, int) and not isinstance(value, bool) for value in flat):
        return np.asarray(values).astype("int64") if _in_int64(flat) else np.asarray(values, dtype="float64")
    from pandas import isna

    floats = [np.nan if isna(value) else float(value) for value in flat]
    return np.array(floats, dtype="float64").reshape(np.shape(values))


def _in_int64(values: np.ndarray) -> bool:
    return all(-(2**63) <= value < 2**63 for value in values)


def _cast(source: np.ndarray, item: InputPlan) -> tuple[np.ndarray, Measured]:
    dtype = item.dtype
    if source.dtype.kind == "c":
        return source.astype(dtype), Measured(dtype)
    if dtype.startswith(("int", "uint", "bool")):
        measured = measure_integers(source, dtype)
        with np.errstate(invalid="ignore"):  # values that do not fit were measured, and stop the call
            return source.astype(dtype), measured
    with np.errstate(over="ignore", invalid="ignore"):  # R's NA is a signalling NaN
        converted = source.astype(dtype)
    return converted, measure_floats(source, converted, item.narrow)


def _move(values: np.ndarray, steps: Sequence[Step]) -> np.ndarray:
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
    """Keras takes text as a 1-D object array or a string tensor; an object array `(n, 1)` it refuses."""
    decoded = np.array([v.decode() if isinstance(v, bytes) else str(v) for v in values.ravel()], dtype=object)
    if values.ndim <= 2 and (values.ndim == 1 or values.shape[1] == 1):
        return decoded
    import tensorflow as tf

    return tf.constant(decoded.reshape(values.shape), dtype=tf.string)


def _with_names(measured: Measured, observed: Observed, steps: tuple[Step, ...]) -> Measured:
    """Places found in chosen columns are places of the whole table, and tables name their columns."""
    names = observed.kind.names
    chosen = next((step.indices for step in steps if isinstance(step, Columns)), None)
    if names is None and chosen is None:
        return measured

    def renamed(cells: Cells) -> Cells:
        first = cells.first if chosen is None else tuple((i, chosen[j]) for i, j in cells.first)
        return Cells(cells.count, first, names)

    changes: dict[str, Any] = {}
    for field in ("missing", "infinite", "too_large", "subnormal", "fractions", "outside", "merged"):
        value = getattr(measured, field)
        if isinstance(value, Cells):
            changes[field] = renamed(value)
        elif value is not None:
            changes[field] = replace(value, cells=renamed(value.cells))
    return replace(measured, **changes) if changes else measured
