"""Classes: the levels of a factor or category, or the different texts, and the code of each value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .observed import Observed
from .tables import is_foreign


@dataclass(frozen=True)
class Factor:
    """R's factor: `codes` count from 0, negative where a value is missing."""

    codes: np.ndarray
    levels: tuple[str, ...]
    ordered: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the codes."""
        return self.codes.shape

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        """The labels, as other libraries' categories give them."""
        texts = np.array([*self.levels, None], dtype=object)
        return texts[np.where(self.codes < 0, len(self.levels), self.codes)]


@dataclass(frozen=True)
class Labels:
    """`codes`: per value its place in `levels`, -1 where it is missing.

    `declared`: the levels are those of a factor or category, some of which may not occur; else they are the values that
    occur, sorted.
    """

    levels: tuple[Any, ...]
    codes: np.ndarray
    ordered: bool = False
    declared: bool = True

    def coded_by(self, levels: Sequence[Any]) -> np.ndarray:
        """Codes in `levels`, compared as text; -1 for missing values, -2 for those that `levels` doesn't have."""
        if tuple(levels) == self.levels:  # even if two of them read alike
            return self.codes
        places = {level_text(level): i for i, level in enumerate(levels)}
        codes = [places.get(level_text(level), -2) for level in self.levels]
        return np.array([*codes, -1], dtype="int64")[self.codes]

    @property
    def used(self) -> tuple[Any, ...]:
        """The levels that occur."""
        found = np.unique(self.codes)
        return tuple(self.levels[i] for i in found if i >= 0)


def level_text(level: Any) -> str:
    """What levels are compared by, across languages: R's TRUE is Python's True, 1.0 is 1."""
    if isinstance(level, float) and level.is_integer():
        level = int(level)
    text = str(level)
    return text.upper() if text in ("True", "False") else text


def are_other_numbers(levels: Sequence[Any] | None) -> bool:
    """Whether classes are numbers or flags, but not just the codes 0 to k - 1: then numbers are names of classes."""
    texts = [level_text(level) for level in levels or ()]
    if not texts or texts == [str(i) for i in range(len(texts))] or texts == ["FALSE", "TRUE"]:
        return False
    return all(text in ("FALSE", "TRUE") or is_number(text) for text in texts)


def is_number(text: str) -> bool:
    """Whether a text spells a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def labels_of_numbers(values: np.ndarray, missing: np.ndarray) -> Labels:
    """Numbers or flags as labels: the different ones, sorted."""
    plain = np.where(missing, values.dtype.type(0), np.ma.getdata(values))
    distinct, codes = np.unique(plain, return_inverse=True)
    levels = tuple(int(v) if isinstance(v, float) and v.is_integer() else v for v in distinct.tolist())
    return Labels(levels, np.where(missing, -1, codes.reshape(values.shape)).astype("int64"), declared=False)


def labels_of(observed: Observed, column: int | None = None) -> Labels | None:
    """The labels of an array of text or categories, or of a table's `column`; None for anything else."""
    kind = observed.kind
    elements = kind.elements if column is None else kind.columns[column].elements
    if elements not in ("category", "text"):
        return None
    return read_labels(observed.data if column is None else column_values(observed, column))


def column_values(observed: Observed, j: int) -> Any:
    """A column of a table, of the library that it is of."""
    data = observed.data
    return data.iloc[:, j] if hasattr(data, "iloc") else data[j]


def read_labels(values: Any) -> Labels:
    """The labels of a factor, a category of pandas, polars or pyarrow, or of text."""
    if isinstance(values, Factor):  # before pandas, which not every Python of R users has
        codes = np.where(values.codes < 0, -1, values.codes).astype("int64")
        return Labels(values.levels, codes, values.ordered)
    import pandas as pd

    if is_foreign(type(values)):  # type: ignore[arg-type]
        values = _from_other_library(values)
    if isinstance(getattr(values, "dtype", None), pd.CategoricalDtype):
        found = pd.Categorical(values)
        return Labels(tuple(_plain(v) for v in found.categories), found.codes.astype("int64"), bool(found.ordered))
    texts = np.asarray(values, dtype=object)
    codes, levels = pd.factorize(texts.ravel(), sort=True)
    return Labels(tuple(_plain(v) for v in levels), codes.reshape(texts.shape).astype("int64"), declared=False)


def _from_other_library(column: Any) -> Any:
    """A column of polars, pyarrow ... as pandas' category where it declares its levels, else as objects."""
    import narwhals as nw
    import pandas as pd

    series = nw.from_native(column, series_only=True)
    levels: Any = None  # polars' Categorical holds the labels of other columns too
    if type(series.dtype).__name__ == "Enum":
        levels = list(series.dtype.categories)
    elif "dictionary" in str(getattr(column, "type", "")):
        whole = column.unify_dictionaries()
        levels = whole.chunk(0).dictionary.to_pylist() if whole.num_chunks else []
    if levels is not None:
        return pd.Series(pd.Categorical(series.to_list(), categories=levels))
    return np.array(series.to_list(), dtype=object)


def _plain(level: Any) -> Any:
    """A level as Python's own type, text of bytes as text."""
    level = level.item() if isinstance(level, np.generic) else level
    if isinstance(level, bytes):
        return level.decode("utf-8", "replace")
    return level if isinstance(level, (str, int, float)) else str(level)  # intervals, dates: a file has text for them
