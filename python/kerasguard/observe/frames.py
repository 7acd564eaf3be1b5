"""pandas data frames and series."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from ..report import MAX_CELLS, Cells, Given
from . import observed as make
from .arrays import elements_of, look_into_objects
from .observed import Column, Elements, Observed


def is_pandas(x: Any) -> bool:
    """Whether `x` is a pandas object; pandas is not imported to find out."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return False
    return isinstance(x, (pandas.DataFrame, pandas.Series, pandas.Index, pandas.api.extensions.ExtensionArray))


def as_series(x: Any) -> Any:
    """An array of pandas' own types as a series of it; anything else as it is."""
    import pandas as pd

    return pd.Series(x) if isinstance(x, pd.api.extensions.ExtensionArray) else x


def read_frame(x: Any, arg: str) -> Observed:
    """Describe a data frame by its columns; a series is one column, read as a vector."""
    import pandas as pd

    cls = f"pandas.{type(x).__name__}"
    if isinstance(x, (pd.Series, pd.Index)):
        elements = column_elements(x)
        given = Given(str(x.dtype), cls, tuple(x.shape))
        hole = _holes([x]).get(0) if elements in (*make.USABLE, "text") else None
        cells = Cells(hole[0], tuple((i,) for i in hole[1])) if hole else None
        return make.array(x, arg, elements=elements, dtype=str(x.dtype), given=given, cells=cells)
    series = [x.iloc[:, i] for i in range(x.shape[1])]
    names = [column_name(name) for name in x.columns]
    columns = tuple(
        Column(name, column_elements(values), str(values.dtype), isinstance(label, str) and names.count(name) == 1)
        for name, label, values in zip(names, x.columns, series, strict=True)
    )
    given = Given("", cls, tuple(x.shape), tuple(names))
    return make.frame(x, arg, columns, len(x), given, _holes(series))


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
    if type(dtype).__name__ == "CategoricalDtype" or str(dtype).startswith("dictionary<"):
        return "category"
    if type(dtype).__name__ == "PeriodDtype":
        return "date"
    for test, elements in tests:
        if test(dtype):
            return elements
    values = series.to_numpy(dtype=object)
    return look_into_objects(values)


def _holes(series: list[Any]) -> dict[int, tuple[int, list[int]]]:
    """Missing values by column, if columns that are no plain numbers have some; else NaN is found after conversion."""
    if not any(_is_extension(column) and column.isna().any() for column in series):
        return {}
    places = {j: np.flatnonzero(np.asarray(column.isna())) for j, column in enumerate(series)}
    return {j: (len(rows), rows[:MAX_CELLS].tolist()) for j, rows in places.items() if len(rows)}


def _is_extension(column: Any) -> bool:
    return not (isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiub")
