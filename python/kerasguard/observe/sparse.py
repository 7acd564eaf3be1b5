"""Sparse matrices: kept as compressed rows, made dense a few rows at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..report import Given
from . import observed as make
from .arrays import elements_of
from .observed import Observed


class SparseRows:
    """A table of `shape` whose row i has `data[indptr[i]:indptr[i + 1]]` in the columns `indices[...]`, else zeros.

    Taking rows gives a dense array. A place stands at most once.
    """

    def __init__(self, indptr: np.ndarray, indices: np.ndarray, data: np.ndarray, shape: tuple[int, int]) -> None:
        self.indptr, self.indices, self.data, self.shape = indptr, indices, data, shape
        self.dtype = data.dtype

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray:
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(self.shape[0])
            taken = slice(self.indptr[start], self.indptr[stop])
            counts = np.diff(self.indptr[start : stop + 1])
        else:
            counts = self.indptr[rows + 1] - self.indptr[rows]
            # the places of each row's values, one row after the other
            ends = np.cumsum(counts)
            taken = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self.indptr[rows] - ends + counts, counts)
        dense = np.zeros((len(counts), self.shape[1]), self.dtype)
        dense[np.repeat(np.arange(len(counts)), counts), self.indices[taken]] = self.data[taken]
        return dense

    def take_columns(self, columns: tuple[int, ...]) -> SparseRows:
        """These columns, in this order."""
        places = np.full(self.shape[1], -1)
        places[list(columns)] = np.arange(len(columns))
        found = places[self.indices]
        before = np.concatenate([[0], np.cumsum(found >= 0)])
        return SparseRows(before[self.indptr], found[found >= 0], self.data[found >= 0], (self.shape[0], len(columns)))

    def part(self, start: int, stop: int) -> SparseRows:
        """Some of the rows, still sparse."""
        pointers = self.indptr[start : stop + 1]
        inside = slice(pointers[0], pointers[-1])
        return SparseRows(
            pointers - pointers[0], self.indices[inside], self.data[inside], (stop - start, self.shape[1])
        )


def is_sparse(x: Any) -> bool:
    """Whether `x` is one of scipy's sparse matrices or arrays; scipy is not imported to find out."""
    return type(x).__module__.startswith("scipy.sparse") and hasattr(x, "tocsr") and x.ndim == 2


def read_sparse(x: Any, arg: str) -> Observed:
    """Describe a sparse matrix of any format."""
    rows = x.tocsr()
    if not rows.has_canonical_format:  # the same place twice: scipy adds them up, of a copy of the user's
        rows = rows.copy()
        rows.sum_duplicates()
    given = Given(str(x.dtype), f"scipy.sparse.{type(x).__name__}", tuple(x.shape))
    return read_rows(SparseRows(rows.indptr, rows.indices, rows.data, rows.shape), arg, given)


def read_rows(rows: SparseRows, arg: str, given: Given, names: tuple[str, ...] | None = None) -> Observed:
    """Describe compressed rows."""
    elements = elements_of(rows.dtype)
    return make.array(rows, arg, elements=elements, dtype=str(rows.dtype), given=given, names=names)
