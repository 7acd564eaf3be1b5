"""Tables and columns of polars, pyarrow and whatever else narwhals reads.

narwhals tells what a type means and where nulls are, but wrapping one column costs it as much as a whole small
prediction: what it tells of a type is remembered, and columns without nulls are never wrapped.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from ..report import Cells, Given
from . import observed as make
from .arrays import elements_of, look_into_objects, read_array
from .observed import MAX_CELLS, Column, Elements, Observed

LIBRARIES = frozenset({"cudf", "modin", "narwhals", "polars", "pyarrow"})
# narwhals' names of types -> what the elements are; its plain types have numpy's names with a capital
MEANING: dict[str, Elements] = {
    "Decimal": "number", "Int128": "number", "UInt128": "number", "Boolean": "boolean", "String": "text",
    "Binary": "text", "Categorical": "category", "Enum": "category", "Date": "date", "Datetime": "date",
    "Time": "date", "Duration": "duration", "List": "list", "Array": "list", "Struct": "list",
}  # fmt: skip
PLAIN = {f"{kind}{bits}": f"{kind.lower()}{bits}" for kind in ("Int", "UInt", "Float") for bits in (8, 16, 32, 64)}


@lru_cache(maxsize=1024)
def is_foreign(cls: Any) -> bool:
    """Whether a class is of a library of tables other than pandas, or hands over its columns as Arrow does."""
    if cls.__module__.partition(".")[0] in LIBRARIES:
        return True
    # what has axes (xarray) is read as an array
    return hasattr(cls, "__arrow_c_stream__") and not hasattr(cls, "ndim")


def read_table(x: Any, arg: str) -> Observed | None:
    """Describe a table or a column; None for anything else of these libraries."""
    cls = f"{type(x).__module__.partition('.')[0]}.{type(x).__name__}"
    x = _unwrapped(x)
    table = _columns(x)
    if table is None:
        return _read_column(x, arg, cls) if _is_column(x) else None
    names, values = table
    meanings = [_meaning(column) for column in values]
    counts = Counter(names)
    columns = tuple(
        Column(str(name), elements, dtype, isinstance(name, str) and counts[name] == 1)
        for name, (elements, dtype) in zip(names, meanings, strict=True)
    )
    rows = len(values[0]) if values else len(x)
    holes = {j: (count, _null_rows(column)) for j, column in enumerate(values) if (count := _null_count(column))}
    given = Given("", cls, (rows, len(values)), tuple(str(name) for name in names))
    return make.frame(values, arg, columns, rows, given, holes)


def column_array(column: Any, elements: str) -> np.ndarray:
    """The values of a column as numpy has them, without a copy where that can be; null is NaN or None."""
    name, holes = _narwhals_name(column), _null_count(column)
    if holes and name.startswith(("Int", "UInt", "Decimal")):
        whole = _whole_numbers(_wrap(column).fill_null(0))
        if whole is not None:  # doubles would lose digits of those beside the missing ones
            return np.ma.array(whole, mask=_wrap(column).is_null().to_numpy())
    if name in PLAIN or name not in MEANING or elements not in ("number", "boolean"):
        return np.asarray(column.to_numpy())
    if name == "Boolean" and not holes:
        return np.asarray(column.to_numpy())
    import narwhals as nw

    wrapped = _wrap(column)
    if name == "Boolean":
        wrapped = wrapped.cast(nw.Int8)  # pyarrow has no way from flags to doubles
    elif not holes and (whole := _whole_numbers(wrapped)) is not None:
        return whole
    return np.asarray(wrapped.cast(nw.Float64).to_numpy())


def _whole_numbers(wrapped: Any) -> np.ndarray | None:
    """Decimals without a fraction, and 128-bit integers, as 64-bit integers where they fit: no digit is lost."""
    import narwhals as nw

    if getattr(wrapped.dtype, "scale", 0):
        return None
    try:
        return np.asarray(wrapped.cast(nw.Int64).to_numpy())
    except Exception:  # every library has its own error for numbers that do not fit
        return None


def _unwrapped(x: Any) -> Any:
    """The native object; a batch or a stream of Arrow's as a table, so that all columns can be asked alike."""
    root = type(x).__module__.partition(".")[0]
    if root == "narwhals":
        import narwhals as nw

        return nw.to_native(x, pass_through=True)
    if root == "pyarrow":
        import pyarrow as pa

        if isinstance(x, pa.RecordBatch):
            return pa.Table.from_batches([x])
        return pa.chunked_array([x]) if isinstance(x, pa.Array) else x
    if root not in LIBRARIES:
        import pyarrow as pa

        try:
            return pa.table(x)
        except (TypeError, ValueError, pa.ArrowException):  # a stream of one column
            return pa.chunked_array(x)
    return x


def _columns(x: Any) -> tuple[list[Any], list[Any]] | None:
    """Names and columns, each column with `to_numpy` and its nulls counted; None where `x` is no table."""
    root, name = type(x).__module__.partition(".")[0], type(x).__name__
    if root == "polars":
        return (x.columns, x.get_columns()) if name == "DataFrame" else None
    if root == "pyarrow":
        return (x.column_names, x.columns) if name == "Table" else None
    from narwhals.dependencies import is_into_dataframe

    if not is_into_dataframe(x):
        return None
    import narwhals as nw

    columns = list(nw.from_native(x, eager_only=True).iter_columns())
    return [column.name for column in columns], columns


def _is_column(x: Any) -> bool:
    from narwhals.dependencies import is_into_series

    return bool(is_into_series(x))


def _read_column(x: Any, arg: str, cls: str) -> Observed:
    """A single column is a vector; one of vectors of a fixed length is a matrix."""
    elements, dtype = _meaning(x)
    if elements == "list" and not _null_count(x) and (matrix := _matrix(x)) is not None:
        return replace(read_array(matrix, arg), given=Given(str(matrix.dtype), cls, matrix.shape))
    count = _null_count(x)
    cells = Cells(count, tuple((i,) for i in _null_rows(x))) if count else None
    given = Given(dtype, cls, (len(x),))
    return make.array(x, arg, elements=elements, dtype=dtype, given=given, cells=cells, shape=(len(x),))


def _matrix(column: Any) -> np.ndarray | None:
    """A column whose cells are vectors of one fixed length."""
    if _narwhals_name(column) != "Array":
        return None
    values = column.to_numpy()
    values = values if values.dtype.kind != "O" or not len(values) else np.stack(values)
    return values if values.ndim > 1 and values.dtype.kind in "fiub" else None


def _meaning(column: Any) -> tuple[Elements, str]:
    """What the elements are, and the name of the type: numpy's where it has one."""
    name = _narwhals_name(column)
    if name in PLAIN:
        return "number", PLAIN[name]
    dtype = "bool" if name == "Boolean" else re.split(r"[(<]", str(_dtype(column)))[0]
    if name in MEANING:
        return MEANING[name], dtype
    if _null_count(column) == len(column) > 0:
        return "missing", dtype
    values = np.asarray(column.to_numpy())
    return look_into_objects(values) if values.dtype.kind == "O" else elements_of(values.dtype), dtype


def _dtype(column: Any) -> Any:
    return column.type if hasattr(column, "type") else column.dtype


_NAMES: dict[Any, str] = {}


def _narwhals_name(column: Any) -> str:
    """The name of narwhals' type of a column."""
    dtype = _dtype(column)
    name = _NAMES.get(dtype)
    if name is None:
        if len(_NAMES) > 4096:  # categories and nested types are without number
            _NAMES.clear()
        name = _NAMES[dtype] = type(_wrap(column).dtype).__name__
    return name


def _wrap(column: Any) -> Any:
    import narwhals as nw

    return nw.from_native(column, series_only=True)


def _null_count(column: Any) -> int:
    count = column.null_count
    return int(count() if callable(count) else count)


def _null_rows(column: Any) -> list[int]:
    return np.flatnonzero(_wrap(column).is_null().to_numpy())[:MAX_CELLS].tolist()
