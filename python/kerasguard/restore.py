"""Result -> what the user gets: an answer for every row of the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .answers import Columns
from .engine import fill, flatten, pack
from .observe import Observed
from .report import Language


def are_samples(value: Any, count: int) -> bool:
    """Whether every output has one row per sample."""
    return all(part.ndim > 0 and len(part) == count for part in flatten(value))


def with_missing_rows(value: Any, keep: np.ndarray, rows: int) -> Any:
    """The predictions at their own rows; rows that were left out are missing: NaN, None where an output is text."""
    return fill(pack(value), [_spread(part, keep, rows) for part in flatten(value)])


def _spread(part: np.ndarray, keep: np.ndarray, rows: int) -> np.ndarray:
    # whole numbers have no NaN: as pandas does, doubles stand for them
    is_text = part.dtype.kind in "OSU"
    dtype = np.dtype("O") if is_text else part.dtype if part.dtype.kind in "fcV" else np.dtype("float64")
    result = np.full((rows, *part.shape[1:]), None if is_text else np.nan, dtype)
    result[keep] = part
    return result


def level_names(levels: Sequence[Any], language: Language) -> list[str]:
    """Classes as text. R writes TRUE, and whole numbers without a point."""
    if language == "python":
        return [str(level) for level in levels]
    whole = (int(level) if isinstance(level, float) and level == int(level) else level for level in levels)
    return [str(level).upper() if isinstance(level, bool) else str(level) for level in whole]


def column_names(columns: Columns, language: Language) -> list[str]:
    """As tidymodels names them: `.pred_<level>`, and `.pred` for the numbers of one unit."""
    return [f".pred_{name}" for name in level_names(columns.levels, language)] or [".pred"]


def as_pandas(value: Any, index: Any = None) -> Any:
    """`Classes` as pandas categories, in more than one dimension as objects; `Columns` as a data frame."""
    import pandas as pd

    def made(part: Any) -> Any:
        if isinstance(part, Columns):
            fits = index is not None and len(index) == len(part.values)
            return pd.DataFrame(part.values, columns=column_names(part, "python"), index=index if fits else None)
        if part.codes.ndim > 1:
            labels = np.empty(len(part.levels) + 1, dtype=object)
            labels[:-1] = part.levels
            return labels[part.codes]  # that of -1 is None
        return pd.Categorical.from_codes(part.codes, categories=list(part.levels), ordered=part.ordered)

    return fill(pack(value), [made(part) for part in flatten(value)])


def pandas_index(objects: Iterable[Observed]) -> Any:
    """The index that all frames and series among the inputs have; None where there is none, or several."""
    found = [seen.data.index for seen in objects if hasattr(seen.data, "iloc")]
    return found[0] if found and all(index.equals(found[0]) for index in found) else None
