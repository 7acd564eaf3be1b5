"""pandas data frames and series."""

from __future__ import annotations

import sys
from collections import Counter
from functools import lru_cache
from typing import Any

import numpy as np

from ..report import MAX_CELLS, Cells, Given
from . import observed as make
from .arrays import elements_of, look_into_objects
from .observed import Column, Elements, Observed

MOST_LABELS = 1024


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
        return make.array(x, arg, elements=elements, dtype=str(x.dtype), given=given, cells=cells, names=_labels(x))
    dtypes = tuple(x.dtypes)
    # only columns that are no plain numbers are taken out to be looked at: it costs 20 us for each
    others = {j: x.iloc[:, j] for j, dtype in enumerate(dtypes) if not _is_plain(dtype)}
    found = tuple(column_elements(others[j]) if j in others else elements_of(d) for j, d in enumerate(dtypes))
    columns, names = _columns(tuple(x.columns), found, dtypes)
    has_holes = any(values.isna().any() for values in others.values())
    holes = _holes([x.iloc[:, j] for j in range(len(dtypes))]) if has_holes else {}
    return make.frame(x, arg, columns, len(x), Given("", cls, tuple(x.shape), names), holes)


@lru_cache(maxsize=256)  # a service meets few kinds of frames, and each of them at every call
def _columns(
    labels: tuple, elements: tuple[Elements, ...], dtypes: tuple
) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    names = tuple(map(column_name, labels))
    counts = Counter(names)
    parts = zip(names, labels, elements, dtypes, strict=True)
    columns = tuple(Column(n, e, str(d), isinstance(label, str) and counts[n] == 1) for n, label, e, d in parts)
    return columns, names


def _labels(x: Any) -> tuple[str, ...] | None:
    """The labels of a row of a table; of a long series they are those of samples, and not looked at."""
    labels = getattr(x, "index", ())
    return tuple(labels) if 0 < len(labels) <= MOST_LABELS and all(isinstance(v, str) for v in labels) else None


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
    if not any(not _is_plain(column.dtype) and column.isna().any() for column in series):
        return {}
    places = {j: np.flatnonzero(np.asarray(column.isna())) for j, column in enumerate(series)}
    return {j: (len(rows), rows[:MAX_CELLS].tolist()) for j, rows in places.items() if len(rows)}


@lru_cache(maxsize=256)
def _is_plain(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind in "fiub"
