"""Result -> what the user gets: an answer for every row of the data."""

from __future__ import annotations

from typing import Any

import numpy as np

from .engine import fill, flatten, pack


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
