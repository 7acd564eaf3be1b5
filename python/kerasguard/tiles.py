"""Model-ready arrays a few rows at a time: no copy of all the user's data is ever made.

Each tile is cast, put in order and measured while it is in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .apply import apply_plan, as_floats, as_matrix, gather, move, sparse_rows, table_columns
from .measure import SMALLEST_NORMAL, WHOLE_IN_FLOAT32
from .memory import empty
from .observe import Observed
from .observe.sparse import SparseRows
from .plan import InputPlan
from .steps import Stack, Step, chosen_columns, moves_of, moves_samples
from .watch import Watch


class Tiles:
    """One input's data. `tile` gives samples of it; `suspicious` tells that its values need a closer look.

    `keep`: the numbers of the samples to take, all where None.
    """

    def __init__(self, item: InputPlan, observed: Observed, keep: np.ndarray | None = None) -> None:
        self.dtype = item.dtype
        self._keep = keep if item.dtype.startswith("float") else None
        self.suspicious = False
        self.watch: Watch | None = None
        self._view: Any = None
        self._columns: list[np.ndarray] | None = None
        self._samples: list[np.ndarray] | None = None
        self._later: list[Any] = []
        self._last: np.ndarray | None = None
        self._cast = item.dtype.startswith("float")
        if not self._cast:
            # ids, flags and text are few: converted as a whole, and measured then
            self._view, measured = apply_plan(item, observed, keep)
            self.suspicious = measured.has_fault
        elif item.steps or observed.kind.kind != "array":
            self._arrange(item, observed)
        else:
            self._view = _numbers(observed, ())
        parts = self._columns if self._columns is not None else self._samples
        first = self._view if parts is None else parts[0] if parts else None
        self.rows = len(parts) if self._samples is not None and parts else 0 if first is None else int(first.shape[0])
        if self._keep is not None:
            self.rows = len(self._keep)
        if self._cast:
            self._limit = _bound(item, [self._view] if parts is None else parts)
        if item.spec.uses or item.training is not None:
            self.watch = Watch(item, self.rows)

    @property
    def row_bytes(self) -> int:
        """Bytes of one model-ready sample."""
        if self._columns is not None:
            return 4 * len(self._columns)
        sizes = self._samples[0].shape if self._samples else self._view.shape[1:]
        return 4 * prod(sizes)

    def _arrange(self, item: InputPlan, observed: Observed) -> None:
        moves = moves_of(item.steps)
        if observed.kind.kind == "frame" and (matrix := as_matrix(observed, item.steps)) is not None:
            self._view, self._later = matrix, moves
        elif observed.kind.kind == "frame":
            self._columns, self._later = [as_floats(part) for part in table_columns(observed, item.steps)], moves
        elif any(isinstance(step, Stack) for step in item.steps):
            self._samples = [as_floats(gather(child, ())) for child in observed.children]
            self._later = moves
        elif chosen_columns(item.steps) and not isinstance(observed.data, SparseRows):
            values = as_floats(gather(observed, ()))
            self._columns, self._later = [values[:, j] for j in chosen_columns(item.steps) or ()], moves
        else:
            # what moves the samples is a view of the whole; the rest is done tile by tile
            last = max((k for k, step in enumerate(moves) if moves_samples(step)), default=-1)
            first = moves[: last + 1]
            self._view = (
                move(as_floats(gather(observed, item.steps)), first) if first else _numbers(observed, item.steps)
            )
            self._later = moves[last + 1 :]

    def tile(self, start: int, stop: int) -> Any:
        """Rows `start` to `stop`, in the model's form; in memory that the next tile of the same size uses again."""
        tile = self._tile(start, stop)
        if self.watch is not None and self.watch.see(tile, start):
            self.suspicious = True
        return tile

    def _tile(self, start: int, stop: int) -> Any:
        if not self._cast:
            part = self._view[start:stop]
            return part.copy() if isinstance(part, np.ndarray) else part
        rows = slice(start, stop) if self._keep is None else self._keep[start:stop]
        if self._columns is not None:
            tile = self._memory((stop - start, len(self._columns)))
            for j, column in enumerate(self._columns):
                tile[:, j] = column[rows]
            source = self._columns
        else:
            part = self._view[rows] if self._samples is None else self._stacked(rows)
            tile = self._memory(part.shape)
            tile[...] = part
            source, rows = [part], slice(None)
        if tile.size and not self.suspicious:
            self.suspicious = not self._is_within(tile) or self._may_be_integers(tile, source, rows)
        return self._moved(tile) if self._later else tile

    def _stacked(self, rows: Any) -> np.ndarray:
        assert self._samples is not None
        chosen = self._samples[rows] if isinstance(rows, slice) else [self._samples[i] for i in rows]
        return np.stack(chosen) if chosen else np.empty((0, *self._samples[0].shape))

    def _memory(self, shape: tuple[int, ...]) -> np.ndarray:
        # fresh memory would cost more than the cast: the system hands it out page by page
        if self._last is None or self._last.shape != shape:
            self._last = empty(shape, self.dtype)
        return self._last

    def _is_within(self, tile: np.ndarray) -> bool:
        """Whether all values are finite and within the limit."""
        flat = tile.reshape(-1)
        # the sum of squares bounds them all in one pass, and is not a number if one of them is not
        if float(flat @ flat) < self._limit**2:
            return True
        return bool(flat.min() > -self._limit and flat.max() < self._limit)

    def _may_be_integers(self, tile: np.ndarray, source: list[np.ndarray], rows: Any) -> bool:
        """Whether doubles may be the bits of lost integers: those are 0 as a float32."""
        if tile.all():  # a twentieth of the time of count_nonzero()
            return False
        return any(_has_subnormals(part[rows]) for part in source)

    def _moved(self, tile: np.ndarray) -> np.ndarray:
        moved = move(tile, self._later)
        if moved.flags.c_contiguous:
            return moved
        result = empty(moved.shape, self.dtype)
        result[...] = moved
        return result


def _numbers(observed: Observed, steps: Sequence[Step]) -> Any:
    """The numbers as they stand, sparse ones still sparse."""
    if isinstance(observed.data, SparseRows):
        return sparse_rows(observed.data, steps)
    return as_floats(gather(observed, steps))


def _bound(item: InputPlan, sources: list[np.ndarray]) -> float:
    """Values within it are finite, and different whole numbers stay different."""
    if item.narrow:
        return float(np.finfo(item.narrow).max)
    for source in sources:
        size = source.dtype.itemsize
        if item.dtype == "float32" and (size > 4 or (size == 4 and source.dtype.kind in "iu")):
            return WHOLE_IN_FLOAT32
    return float("inf")


def _has_subnormals(part: np.ndarray) -> bool:
    if part.dtype.kind != "f" or part.dtype.itemsize != 8:
        return False
    magnitude = np.abs(part)
    return bool(((magnitude > 0) & (magnitude < SMALLEST_NORMAL)).any())
