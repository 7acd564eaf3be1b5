"""Plan -> model-ready arrays, and what was measured on the way. The only file that changes values."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import numpy as np

from .measure import Measured, in_column, measure_floats, measure_integers, measure_sparse_columns
from .observe import Observed
from .observe.arrays import locate, put_together
from .observe.sparse import SparseRows
from .observe.tables import column_array, is_foreign
from .plan import InputPlan
from .report import Cells
from .steps import Reshape, Stack, Step, Transpose, chosen_columns, moves_of, moves_samples

BLOCK_CELLS = 2**20  # of a sparse matrix, made dense at a time to be looked at


def apply_plan(item: InputPlan, observed: Observed, keep: np.ndarray | None = None) -> tuple[Any, Measured]:
    """Convert one input as a whole.

    Args:
        item: What to do with it.
        observed: The object itself.
        keep: The numbers of the samples to take, where those with missing values are left out.

    Returns:
        The array `(samples, *spec.shape[1:])` in C order and in the input's dtype, text as a string
        tensor, and what was measured before the axes were moved, so that places
        are those of the user's object.
    """
    steps = item.steps
    moves = moves_of(steps)
    if item.dtype == "string":
        texts = move(gather(observed, steps), moves)
        return _text(texts if keep is None else texts[keep]), Measured("string")
    if is_integer(item.dtype) and observed.kind.kind == "frame":
        parts = [_to_look_at(part, keep, moves) for part in table_columns(observed, steps)]
        converted, measured = _integer_columns(parts, item.dtype)
    else:
        converted, measured = _cast(_to_look_at(gather(observed, steps), keep, moves), item)
    ready = move(converted, moves)
    return np.ascontiguousarray(ready if keep is None else ready[keep]), _with_names(measured, observed, steps)


def measure(item: InputPlan, observed: Observed, keep: np.ndarray | None = None) -> Measured:
    """What a look at all values tells; of a sparse matrix a few rows are made dense at a time."""
    data = observed.data
    if not isinstance(data, SparseRows) or any(map(moves_samples, item.steps)):
        return apply_plan(item, observed, keep)[1]
    size = max(BLOCK_CELLS // max(data.shape[1], 1), 1)
    measured = Measured(item.dtype)
    for start in range(0, max(observed.rows, 1), size):
        rows = data.part(start, min(start + size, observed.rows))
        block = replace(observed, data=rows, shape=rows.shape)
        kept = None if keep is None else keep[(keep >= start) & (keep < start + size)] - start
        found = apply_plan(item, block, kept)[1]
        measured = measured.joined(found.placed(partial(_further_down, start)))
    return replace(measured, **_whole_columns(item, observed, keep))


def _whole_columns(item: InputPlan, observed: Observed, keep: np.ndarray | None) -> dict[str, Any]:
    """What blocks of rows can't tell of a sparse matrix."""
    data = sparse_rows(observed.data, item.steps)
    rows = np.repeat(np.arange(observed.rows), np.diff(data.indptr))
    known = np.isfinite(data.data) if keep is None else np.isin(rows, keep)
    values, columns, rows = data.data[known], data.indices[known], rows[known]

    def at(cells: Cells) -> Cells:
        places = Cells(cells.count, tuple((int(rows[i]), int(columns[i])) for (i,) in cells.first))
        return _named(places, observed, item.steps)

    found = measure_sparse_columns(values, columns, item.dtype)
    return {name: value and value.placed(at) for name, value in found.items()}


def _further_down(start: int, cells: Cells) -> Cells:
    return Cells(cells.count, tuple((place[0] + start, *place[1:]) for place in cells.first), cells.names)


def as_floats(values: np.ndarray) -> np.ndarray:
    """Missing whole numbers as NaN; everything else as it is."""
    return np.ma.filled(values.astype("float64"), np.nan) if isinstance(values, np.ma.MaskedArray) else values


def _to_look_at(values: np.ndarray, keep: np.ndarray | None, moves: Sequence[Step]) -> np.ndarray:
    """The values to cast and measure: zeros stand for those of samples that are not kept."""
    if keep is None:
        return as_floats(values)
    left_out = missing_in(values)
    if not any(map(moves_samples, moves)):
        left_out[np.setdiff1d(np.arange(len(values)), keep)] = True
    return np.where(left_out, values.dtype.type(0), np.ma.getdata(values))


def missing_in(values: np.ndarray) -> np.ndarray:
    """Where values are missing: masked, NaN, or objects that stand for it."""
    if values.dtype.kind == "O":
        from pandas import isna

        return np.asarray(isna(values))
    # a masked array whose data is a float may hold NaN beside its mask
    absent = np.isnan(np.ma.getdata(values)) if values.dtype.kind in "fcV" else np.zeros(values.shape, bool)
    return absent | np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else absent


def are_complete(objects: Sequence[tuple[InputPlan, Observed]]) -> np.ndarray:
    """Whether each sample has no missing value in any input."""
    complete: Any = True
    for item, observed in objects:
        moves = moves_of(item.steps)
        complete = complete & ~_incomplete(item, observed, moves)
    return np.asarray(complete)


def _incomplete(item: InputPlan, observed: Observed, moves: Sequence[Step]) -> np.ndarray:
    """Whether a value of each sample is missing."""
    if isinstance(observed.data, SparseRows) and not any(map(moves_samples, moves)):
        data = sparse_rows(observed.data, item.steps)
        rows = np.repeat(np.arange(observed.rows), np.diff(data.indptr))
        return np.bincount(rows, missing_in(data.data), observed.rows) > 0
    if observed.kind.kind == "frame" and not moves:
        none = np.zeros(observed.rows, bool)
        return np.any([none, *map(missing_in, table_columns(observed, item.steps))], axis=0)
    missing = move(missing_in(gather(observed, item.steps)), moves)
    return missing.any(axis=tuple(range(1, missing.ndim)))


def is_integer(dtype: str) -> bool:
    """Whether values are cast to whole numbers."""
    return dtype.startswith(("int", "uint", "bool"))


def gather(observed: Observed, steps: Sequence[Step]) -> np.ndarray:
    """The numbers of the user's object as one array of their own type, columns chosen and lists stacked."""
    if any(isinstance(step, Stack) for step in steps):
        return put_together("stack", [gather(child, ()) for child in observed.children])
    if isinstance(observed.data, SparseRows):
        return sparse_rows(observed.data, steps)[:]
    if observed.kind.kind != "frame":
        values = _numbers(observed.data, observed.kind.elements)
        chosen = chosen_columns(steps)
        return values if chosen is None else values[:, list(chosen)]
    parts = table_columns(observed, steps)
    return put_together("column_stack", parts) if parts else np.empty((observed.rows, 0))


def sparse_rows(data: SparseRows, steps: Sequence[Step]) -> SparseRows:
    """A sparse matrix, its columns chosen."""
    chosen = chosen_columns(steps)
    return data if chosen is None else data.take_columns(chosen)


def as_matrix(observed: Observed, steps: Sequence[Step]) -> np.ndarray | None:
    """A table as one matrix, where that is a view of its memory: all columns, of one plain type."""
    types = {column.dtype for column in observed.kind.columns}
    if len(types) != 1 or not hasattr(observed.data, "iloc") or chosen_columns(steps) is not None:
        return None
    dtype = observed.data.dtypes.iloc[0]
    return observed.data.to_numpy() if isinstance(dtype, np.dtype) and dtype.kind in "fiub" else None


def table_columns(observed: Observed, steps: Sequence[Step]) -> list[np.ndarray]:
    """The chosen columns of a table, each an array of its own type."""
    data, columns = observed.data, observed.kind.columns
    chosen = chosen_columns(steps) or range(len(columns))
    series = [data.iloc[:, j] if hasattr(data, "iloc") else data[j] for j in chosen]
    parts = [_numbers(values, columns[j].elements) for j, values in zip(chosen, series, strict=True)]
    return [part.reshape(observed.rows) for part in parts]


def _integer_columns(parts: list[np.ndarray], dtype: str) -> tuple[np.ndarray, Measured]:
    """Each column is cast on its own: beside a column of doubles a 64-bit integer would lose digits."""
    measured = Measured(dtype)
    for j, part in enumerate(parts):
        found = measure_integers(part, dtype)
        if found.has_fault:
            measured = found.placed(partial(in_column, j))
            break
    with np.errstate(invalid="ignore"):  # values that do not fit were measured, and stop the call
        return np.column_stack([part.astype(dtype) for part in parts]), measured


def _numbers(values: Any, elements: str) -> np.ndarray:
    """A plain numpy array: objects, nullable and arrow-backed columns become doubles, missing ones NaN.

    Missing whole numbers are masked, as those beside them shall stay exact.
    """
    if is_foreign(type(values)):  # type: ignore[arg-type]
        values = column_array(values, elements)
    if elements == "text":
        return _as_objects(values)
    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind == "V":  # bfloat16 and smaller: numpy joins them with nothing
        return np.asarray(values).astype("float32")
    if isinstance(dtype, np.dtype) and dtype.kind in "fiubc":
        return values if np.ma.is_masked(values) else np.asarray(values)
    if hasattr(values, "to_numpy") and not isinstance(dtype, np.dtype):
        kind = getattr(dtype, "kind", "")
        if kind and kind in "iu":
            absent = np.asarray(values.isna())
            whole = values.to_numpy(dtype="int64" if kind == "i" else "uint64", na_value=0)
            return np.ma.array(whole, mask=absent) if absent.any() else whole
        return values.to_numpy(dtype="float64", na_value=np.nan)
    return _objects(_as_objects(values))


def _as_objects(values: Any) -> np.ndarray:
    """An array of objects, None where one is masked."""
    if not np.ma.is_masked(values):
        return np.asarray(values, dtype=object)
    objects = np.ma.getdata(values).astype(object)
    objects[np.ma.getmaskarray(values)] = None
    return objects


def _objects(values: np.ndarray) -> np.ndarray:
    from pandas import isna

    missing = np.asarray(isna(values))
    present = values[~missing]
    whole = [found for value in present if (found := _whole(value)) is not None]
    if len(whole) == len(present):
        for dtype in ("int64", "uint64"):
            limits = np.iinfo(dtype)
            if all(limits.min <= value <= limits.max for value in whole):
                numbers_of_all = np.zeros(values.shape, dtype)
                numbers_of_all[~missing] = whole
                return np.ma.array(numbers_of_all, mask=missing) if missing.any() else numbers_of_all
    doubles = np.full(values.shape, np.nan)
    doubles[~missing] = [_double(value) for value in present]
    return doubles


def _whole(value: Any) -> int | None:
    """A whole number with all its digits, be it a Decimal, a Fraction or a double."""
    if isinstance(value, numbers.Integral):
        return int(value)
    try:
        return int(value) if int(value) == value else None
    except (TypeError, ValueError, ArithmeticError):
        return None


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
        missing = np.isnan(source)
        return source.astype(dtype), Measured(dtype, missing=locate(missing) if missing.any() else None)
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


def _text(values: np.ndarray) -> Any:
    """A string tensor of the declared rank: one of another rank would leave predict()'s graph bound to that."""
    import tensorflow as tf

    texts = [v if isinstance(v, bytes) else str(v).encode("utf-8", "surrogatepass") for v in values.ravel()]
    return tf.constant(texts, dtype=tf.string, shape=values.shape)


def _with_names(measured: Measured, observed: Observed, steps: tuple[Step, ...]) -> Measured:
    """Places found in chosen columns are places of the whole table, and tables name their columns."""
    return measured.placed(lambda cells: _named(cells, observed, steps))


def _named(cells: Cells, observed: Observed, steps: tuple[Step, ...]) -> Cells:
    if observed.origin is not None:
        return observed.origin.of(cells)
    names = observed.kind.names
    chosen = chosen_columns(steps)
    if names is None and chosen is None:
        return cells
    first = cells.first if chosen is None else tuple((i, chosen[j]) for i, j in cells.first)
    return Cells(cells.count, first, names)


def places_of(item: InputPlan, observed: Observed, mask: np.ndarray, keep: np.ndarray | None) -> Cells:
    """Where the user's object has the values that stand at `mask` in the model-ready array of samples `keep`."""
    sizes = gather(observed, item.steps).shape
    numbers = np.arange(prod(sizes)).reshape(sizes)
    moves = moves_of(item.steps)
    found = np.zeros(numbers.size, bool)
    moved = move(numbers, moves)
    found[(moved if keep is None else moved[keep])[mask]] = True
    return _named(locate(found.reshape(sizes)), observed, item.steps)
