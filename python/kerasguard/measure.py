"""What one look at the converted values tells. Cells are located only when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from .observe.arrays import locate
from .report import MAX_CELLS, Cells

WHOLE_IN_FLOAT32 = 2.0**24  # above it float32 no longer holds every whole number
SMALLEST_NORMAL = float(np.finfo("float64").tiny)


@dataclass(frozen=True)
class Found:
    """Some cells and the values that stand in them."""

    cells: Cells
    values: tuple[float, ...]

    def placed(self, move: Callable[[Cells], Cells]) -> Found:
        """The same with every place moved."""
        return replace(self, cells=move(self.cells))


@dataclass(frozen=True)
class Measured:
    """`low` and `high` of the model-ready values; the rest is None where nothing is wrong."""

    dtype: str
    low: float = 0.0
    high: float = 0.0
    missing: Cells | None = None
    infinite: Cells | None = None
    too_large: Found | None = None
    subnormal: Found | None = None
    fractions: Found | None = None
    outside: Found | None = None
    merged: Found | None = None

    @property
    def limit(self) -> float:
        """The largest value of the type."""
        if self.dtype == "bool":
            return 1
        if self.dtype.startswith(("int", "uint")):
            return int(np.iinfo(self.dtype).max)
        from ml_dtypes import finfo  # numpy does not know bfloat16; Keras brings ml_dtypes

        return float(finfo(self.dtype).max)

    @property
    def has_fault(self) -> bool:
        """Whether anything is wrong."""
        return any(getattr(self, name) is not None for name in FAULTS)

    def placed(self, move: Callable[[Cells], Cells]) -> Measured:
        """The same with every place moved."""
        changes: dict[str, Any] = {}
        for name in FAULTS:
            value = getattr(self, name)
            if isinstance(value, Cells):
                changes[name] = move(value)
            elif value is not None:
                changes[name] = value.placed(move)
        return replace(self, **changes) if changes else self

    def joined(self, other: Measured) -> Measured:
        """What both tell together, `other` being of rows further down."""
        changes: dict[str, Any] = {"low": min(self.low, other.low), "high": max(self.high, other.high)}
        for name in FAULTS:
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is None or theirs is None:
                changes[name] = theirs if mine is None else mine
            elif isinstance(mine, Cells):
                changes[name] = mine.joined(theirs)
            else:
                changes[name] = Found(mine.cells.joined(theirs.cells), (mine.values + theirs.values)[:MAX_CELLS])
        return replace(self, **changes)


FAULTS = ("missing", "infinite", "too_large", "subnormal", "fractions", "outside", "merged")


def measure_floats(source: np.ndarray, converted: np.ndarray, narrow: str | None = None) -> Measured:
    """Compare the user's numbers with the floating point numbers the model gets.

    Args:
        source: The numbers as they came, `(samples, ...)`.
        converted: The same as floats, the same shape.
        narrow: A smaller float type that the first layer computes in.
    """
    dtype = str(converted.dtype)
    if not converted.size:
        return Measured(dtype)
    low, high = float(converted.min()), float(converted.max())
    if not np.isfinite(low) or not np.isfinite(high):
        found = _not_finite(source, converted, low, high)
        if found.missing is None or found.infinite is not None or found.too_large is not None:
            return found
        # where missing values may pass, the others are looked at as well
        present = np.isfinite(source)
        rest = measure_floats(
            np.where(present, source, 0), np.where(present, converted, converted.dtype.type(0)), narrow
        )
        return replace(rest, missing=found.missing)
    limit = float(np.finfo(narrow).max) if narrow else np.inf
    if max(-low, high) > limit:
        return Measured(str(narrow), low, high, too_large=_found(np.abs(converted) > limit, source))
    wide = source.dtype.itemsize > converted.dtype.itemsize or source.dtype.kind in "iu"
    merged = subnormal = None
    if wide and max(-low, high) >= WHOLE_IN_FLOAT32 and converted.dtype == np.float32:
        merged = _merged(source, converted)
    if wide and source.dtype.kind == "f":
        subnormal = _subnormal(source)
    return Measured(dtype, low, high, merged=merged, subnormal=subnormal)


def measure_integers(source: np.ndarray, dtype: str) -> Measured:
    """Whether the user's numbers are whole numbers that `dtype` (integer or bool) holds."""
    if not source.size or source.dtype.kind == "b":
        return Measured(dtype)
    if source.dtype.kind == "f" and not np.isfinite(source).all():
        return replace(_not_finite(source, source, 0.0, 0.0), dtype=dtype)
    info = np.iinfo("uint8" if dtype == "bool" else dtype)
    lowest, highest = (0, 1) if dtype == "bool" else (info.min, info.max)
    low, high = source.min(), source.max()
    fractions = source != np.trunc(source) if source.dtype.kind == "f" else np.zeros((), bool)
    if fractions.any():
        return Measured(dtype, float(low), float(high), fractions=_found(fractions, source))
    # compared as Python numbers: numpy would round the limits of int64 to float64
    if int(low) < lowest or int(high) > highest:
        outside = np.vectorize(lambda v: not lowest <= int(v) <= highest, otypes=[bool])(source)
        return Measured(dtype, float(low), float(high), outside=_found(outside, source))
    return Measured(dtype, float(low), float(high))


def _not_finite(source: np.ndarray, converted: np.ndarray, low: float, high: float) -> Measured:
    missing, infinite = np.isnan(source), np.isinf(source)
    too_large = np.isinf(converted) & ~infinite
    return Measured(
        str(converted.dtype), low, high,
        missing=locate(missing) if missing.any() else None,
        infinite=locate(infinite) if infinite.any() else None,
        too_large=_found(too_large, source) if too_large.any() else None,
    )  # fmt: skip


def _found(mask: np.ndarray, source: np.ndarray) -> Found:
    cells = locate(mask)
    return Found(cells, tuple(source[place].item() for place in cells.first))


def _merged(source: np.ndarray, converted: np.ndarray) -> Found | None:
    """Two different whole numbers of one column that become one float32."""
    columns = source.reshape(-1, source.shape[-1]) if source.ndim > 1 else source.reshape(-1, 1)
    narrow = converted.reshape(columns.shape)
    for j in np.flatnonzero((np.abs(narrow) >= WHOLE_IN_FLOAT32).any(axis=0)):
        found = _merged_in_column(columns[:, j], narrow[:, j])
        if found is not None:
            return found.placed(partial(in_column, int(j)))
    return None


def in_column(j: int, cells: Cells) -> Cells:
    """Places of a column as places of its table."""
    return Cells(cells.count, tuple((i, j) for (i,) in cells.first))


def _merged_in_column(values: np.ndarray, narrow: np.ndarray) -> Found | None:
    order = np.argsort(values, kind="stable")
    wide, short = values[order], narrow[order]
    pairs = np.flatnonzero((wide[1:] != wide[:-1]) & (short[1:] == short[:-1]) & (wide[1:] == np.trunc(wide[1:])))
    if not len(pairs):
        return None
    places = order[[pairs[0], pairs[0] + 1]]
    cells = Cells(len(pairs) + 1, tuple((int(place),) for place in places))
    return Found(cells, tuple(values[place].item() for place in places))


def measure_sparse_columns(values: np.ndarray, columns: np.ndarray, dtype: str) -> dict[str, Found | None]:
    """What only whole columns tell, of the values that a sparse matrix holds: places are those among the values."""
    found: dict[str, Found | None] = {"merged": None, "subnormal": None}
    if values.dtype.itemsize <= 4 and values.dtype.kind not in "iu":
        return found
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = values.astype(dtype)
    large = np.flatnonzero(np.abs(narrow) >= WHOLE_IN_FLOAT32) if dtype == "float32" else np.empty(0, int)
    for j in np.unique(columns[large]):
        places = large[columns[large] == j]
        pair = _merged_in_column(values[places], narrow[places])
        if pair is not None:
            first = tuple((int(places[i]),) for (i,) in pair.cells.first)
            found["merged"] = replace(pair, cells=Cells(pair.cells.count, first))
            break
    tiny = (np.abs(values) > 0) & (np.abs(values) < SMALLEST_NORMAL) if values.dtype.kind == "f" else large[:0]
    if tiny.any():
        lost = tiny & ~np.isin(columns, columns[np.abs(values) >= SMALLEST_NORMAL])
        found["subnormal"] = _found(lost, values) if lost.any() else None
    return found


def _subnormal(source: np.ndarray) -> Found | None:
    """A column whose values, zeros aside, all lie below the smallest normal double: the bits of 64-bit integers."""
    magnitude = np.abs(source)
    tiny = (magnitude > 0) & (magnitude < SMALLEST_NORMAL)
    if not tiny.any():
        return None
    flat_tiny = tiny.reshape(-1, source.shape[-1]) if source.ndim > 1 else tiny.reshape(-1, 1)
    normal = (magnitude >= SMALLEST_NORMAL).reshape(flat_tiny.shape)
    lost = flat_tiny.any(axis=0) & ~normal.any(axis=0)
    return _found((flat_tiny & lost).reshape(source.shape), source) if lost.any() else None
