"""pandas data frames and series."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from ..report import Cells, Given
from . import observed as make
from .arrays import MAX_CELLS, elements_of, look_into_objects
from .observed import Column, Elements, Observed


def is_pandas(x: Any) -> bool:
    """Whether `x` is a pandas object; pandas is not imported to find out."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(x, (pandas.DataFrame, pandas.Series, pandas.Index))


def read_frame(x: Any, arg: str) -> Observed:
    """Describe a data frame by its columns; a series is one column, read as a vector."""
    import pandas as pd

    cls = f"pandas.{type(x).__name__}"
    if isinstance(x, (pd.Series, pd.Index)):
        elements = column_elements(x)
        given = Given(str(x.dtype), cls, tuple(x.shape))
        cells = _missing([x], None) if elements in make.USABLE else None
        return make.array(x, arg, elements=elements, dtype=str(x.dtype), given=given, cells=cells)
    series = [x.iloc[:, i] for i in range(x.shape[1])]
    names = [column_name(name) for name in x.columns]
    columns = tuple(Column(n, column_elements(s), str(s.dtype)) for n, s in zip(names, series, strict=True))
    given = Given("", cls, tuple(x.shape), tuple(names))
    cells = _missing(series, tuple(names))
    return make.frame(x, arg, columns, len(x), given, cells)


def column_name(name: Any) -> str:
    """A column name as text; the levels of a MultiIndex are joined as pandas' flattening idiom does."""
    return "_".join(str(part) for part in name) if isinstance(name, tuple) else str(name)


def column_elements(series: Any) -> Elements:
    """What the elements of a pandas column are, by its dtype; objects are looked into."""
    from pandas.api import types

    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return elements_of(dtype)
    tests: list[tuple[Any, Elements]] = [
        (types.is_bool_dtype, "boolean"), (types.is_complex_dtype, "complex"), (types.is_numeric_dtype, "number"),
        (types.is_datetime64_any_dtype, "date"), (types.is_timedelta64_dtype, "duration"),
    ]  # fmt: skip
    if type(dtype).__name__ == "CategoricalDtype":
        return "category"
    if type(dtype).__name__ == "PeriodDtype":
        return "date"
    for test, elements in tests:
        if test(dtype):
            return elements
    values = series.to_numpy(dtype=object)
    return look_into_objects(values)


def _missing(series: list[Any], names: tuple[str, ...] | None) -> Cells | None:
    """Missing cells of columns that are no plain numbers; NaN in plain numbers is found after conversion."""
    count, first = 0, []
    for j, column in enumerate(series):
        if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiub":
            continue
        places = np.flatnonzero(column.isna().to_numpy() if hasattr(column, "to_numpy") else column.isna())
        count += len(places)
        first += [(int(i), j) if names is not None else (int(i),) for i in places[:MAX_CELLS]]
    return Cells(count, tuple(sorted(first)[:MAX_CELLS]), names) if count else None
