"""Sparse matrices by rows. Stands in until the reader that keeps them sparse is merged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..report import Given
from . import observed as make
from .observed import Observed


@dataclass(frozen=True)
class SparseRows:
    """Row-compressed: row i has `data[indptr[i]:indptr[i + 1]]` in the columns `indices[...]`."""

    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray
    shape: tuple[int, ...]


def read_rows(rows: SparseRows, arg: str, given: Given, names: tuple[str, ...] | None = None) -> Observed:
    """Describe it."""
    dense = np.zeros(rows.shape)
    np.add.at(dense, (np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)), rows.indices), rows.data)
    return make.array(dense, arg, elements="number", dtype="float64", given=given, names=names)
