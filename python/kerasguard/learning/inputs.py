"""The inputs of training data -> columns with their names, types and ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..apply import as_floats, gather, missing_in, move, sparse_rows, table_columns
from ..blueprints import ColumnSeen, InputSeen
from ..encoding import Encoding
from ..observe import Observed
from ..observe.sparse import SparseRows
from ..plan import InputPlan
from ..rules.rank import after
from ..signature import TensorSpec
from ..steps import Stack, Step, Transpose, chosen_columns, moves_of, moves_samples

MOST_COLUMNS = 4096  # with a range each; of more features only one range is kept, and of a table only the names
CHUNK = 2**20  # values that are looked at together


class Range:
    """Low, high, mean and spread of features, gathered chunk by chunk (Chan, Golub & LeVeque 1979) in doubles."""

    def __init__(self, width: int) -> None:
        self.low, self.high = np.full(width, np.inf), np.full(width, -np.inf)
        self.count, self.missing = np.zeros(width, "int64"), np.zeros(width, "int64")
        self.mean, self.squares = np.zeros(width), np.zeros(width)

    def see(self, values: np.ndarray, missing: np.ndarray) -> None:
        """A chunk `(rows, features)` of doubles and where values are missing; infinite ones do not count."""
        self.missing += missing.sum(axis=0)
        known = np.isfinite(values) & ~missing
        count = known.sum(axis=0)
        some = np.maximum(count, 1)
        with np.errstate(over="ignore", invalid="ignore"):  # of values near the limit of doubles
            mean = np.where(known, values, 0.0).sum(axis=0) / some
            squares = (np.where(known, values - mean, 0.0) ** 2).sum(axis=0)
            total = self.count + count
            shift = mean - self.mean
            share = count / np.maximum(total, 1)
            self.squares += squares + shift**2 * self.count * share
            self.mean += shift * share
        self.count = total
        self.low = np.minimum(self.low, np.where(known, values, np.inf).min(axis=0, initial=np.inf))
        self.high = np.maximum(self.high, np.where(known, values, -np.inf).max(axis=0, initial=-np.inf))

    def column(self, j: int, name: str | None, kind: Any) -> ColumnSeen:
        """What is known of one feature. `sd` divides by n - 1, as R and pandas do; one value alone has none."""
        missing, count = int(self.missing[j]), int(self.count[j])
        if not count:
            return ColumnSeen(name, kind, missing=missing)
        mean, sd = float(self.mean[j]), np.sqrt(self.squares[j] / (count - 1)) if count > 1 else np.nan
        return ColumnSeen(
            name, kind, min=float(self.low[j]), max=float(self.high[j]), mean=mean if np.isfinite(mean) else None,
            sd=float(sd) if np.isfinite(sd) else None, missing=missing,
        )  # fmt: skip


def inputs_seen(objects: Sequence[tuple[InputPlan, Observed]]) -> tuple[InputSeen, ...]:
    """What the data of each input tells."""
    return tuple(
        InputSeen(item.spec.path, tuple(_columns(item, observed)), _scaled(item, observed))
        for item, observed in objects
    )


def samples_of(item: InputPlan, observed: Observed) -> int:
    """How many samples an object makes."""
    shape = observed.shape
    for step in item.steps:
        shape = after(shape, step)
    return shape[0] if shape else 1


def _columns(item: InputPlan, observed: Observed) -> list[ColumnSeen]:
    if item.encoding is not None:
        return list(_encoded(item, item.encoding, observed))
    names, kinds = _names(item, observed), _types(item, observed)
    if _has_no_ranges(item):
        return [ColumnSeen(name, kind) for name, kind in zip(names or [None] * len(kinds), kinds, strict=True)]
    width = _width(item, observed)
    if width > MOST_COLUMNS:
        if names:
            return [ColumnSeen(name, kinds[min(j, len(kinds) - 1)]) for j, name in enumerate(names)]
        return [_seen(_blocks(item, observed), 1).column(0, None, kinds[0])]
    if observed.kind.kind == "frame" and _is_plain(item.steps, observed.shape):
        ranges = [_seen(_chunks(part.reshape(-1, 1)), 1) for part in table_columns(observed, item.steps)]
        return [found.column(0, names[j] if names else None, kinds[j]) for j, found in enumerate(ranges)]
    found = _seen(_blocks(item, observed), width)
    return [found.column(j, names[j] if names else None, kinds[min(j, len(kinds) - 1)]) for j in range(width)]


def _encoded(item: InputPlan, encoding: Encoding, table: Observed) -> Iterator[ColumnSeen]:
    """Columns of a table that was encoded: those that make one column of numbers have its range."""
    parts = iter(table_columns(table, item.steps))
    for column in encoding.columns:
        made = [next(parts) for _ in range(column.seen.width)]
        if _has_no_ranges(item) or len(made) != 1:
            yield column.seen
            continue
        found = _seen(_chunks(made[0].reshape(-1, 1)), 1).column(0, column.seen.name, column.seen.type)
        kept = {name: getattr(column.seen, name) for name in ("levels", "encoding", "base")}
        yield replace(found, **kept)


def _has_no_ranges(item: InputPlan) -> bool:
    """Text, and ids: how large the number of a word is means nothing."""
    ids = "ids" in item.spec.takes or any(use.kind == "ids" for use in item.spec.uses)
    return ids or item.dtype == "string"


def _names(item: InputPlan, observed: Observed) -> tuple[str, ...] | None:
    """The names of the features: of a table's columns, or of the last axis. Those of a vector may be its samples'."""
    names, chosen = observed.kind.names if observed.kind.rank >= 2 else None, chosen_columns(item.steps)
    if names and chosen is not None:
        names = tuple(names[j] for j in chosen)
        if names == (item.spec.name,):  # a column that goes to an input by the input's name needs no other
            return None
    if names and len(set(names)) < len(names):  # they can't tell columns apart
        return None
    return names if names is None or len(names) == _width(item, observed) else None


def _types(item: InputPlan, observed: Observed) -> list[Any]:
    """The type of each column, of an array that of all."""
    known = {"boolean": "boolean", "category": "category", "text": "text"}
    if observed.kind.kind == "frame":
        columns = observed.kind.columns
        return [known.get(columns[j].elements, "number") for j in chosen_columns(item.steps) or range(len(columns))]
    names = _names(item, observed)
    return [known.get(observed.kind.elements, "number")] * (len(names) if names and _has_no_ranges(item) else 1)


def _is_plain(steps: Sequence[Step], shape: tuple[int, ...]) -> bool:
    """Whether the user's own columns are the features: of a table, however its rows are folded into samples."""
    folded = all(not isinstance(step, (Transpose, Stack)) and not moves_samples(step) for step in steps)
    return len(shape) == 2 and folded


def _feature_axis(spec: TensorSpec, rank: int) -> int:
    """Where the features are in the model's form: last, or where pictures have their channels."""
    return spec.axes.index("channels") if "channels" in spec.axes and len(spec.axes) == rank else rank - 1


def _width(item: InputPlan, observed: Observed) -> int:
    shape, chosen = observed.shape, chosen_columns(item.steps)
    if _is_plain(item.steps, shape):
        return len(chosen) if chosen is not None else shape[1]
    if any(isinstance(step, Stack) for step in item.steps) and observed.children:
        shape = (len(shape and observed.children), *observed.children[0].shape)
    for step in item.steps:
        shape = after(shape, step)
    return shape[_feature_axis(item.spec, len(shape))] if len(shape) > 1 else 1


def _blocks(item: InputPlan, observed: Observed) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """All values in chunks, features last."""
    moves: list[Any] = [] if _is_plain(item.steps, observed.shape) else list(moves_of(item.steps))
    if isinstance(observed.data, SparseRows) and not any(map(moves_samples, moves)):
        rows: Any = sparse_rows(observed.data, item.steps)
        size = max(CHUNK // max(rows.shape[1], 1), 1)
        for start in range(0, rows.shape[0], size):
            yield from _chunks(_features_last(item, move(rows[start : start + size], moves)))
    elif any(isinstance(step, Stack) for step in item.steps) and not any(map(moves_samples, moves)):
        for child in observed.children:
            yield from _chunks(_features_last(item, move(gather(child, ())[None], moves)))
    else:
        # a view of the user's data where that can be
        yield from _chunks(_features_last(item, move(gather(observed, item.steps), moves)))


def _features_last(item: InputPlan, values: np.ndarray) -> np.ndarray:
    if values.ndim < 2:
        return values.reshape(-1, 1)
    if _is_plain((), values.shape):
        return values
    return np.moveaxis(values, _feature_axis(item.spec, values.ndim), -1)


def _chunks(values: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows of doubles `(n, features)` and where values are missing, few at a time."""
    width = values.shape[-1]
    size = max(CHUNK // max(int(np.prod(values.shape[1:])), 1), 1)
    for start in range(0, len(values), size):
        part = values[start : start + size]
        missing = missing_in(part).reshape(-1, width)
        yield np.asarray(as_floats(part), dtype="float64").reshape(-1, width), missing


def _seen(chunks: Iterable[tuple[np.ndarray, np.ndarray]], width: int) -> Range:
    found = Range(width)
    for values, missing in chunks:
        found.see(values.reshape(-1, width), missing.reshape(-1, width))
    return found


def _scaled(item: InputPlan, observed: Observed) -> dict[str, tuple[float | None, ...]] | None:
    if not observed.scaled:
        return None
    chosen = chosen_columns(item.steps)

    def known(values: Sequence[float | None]) -> tuple[float | None, ...]:
        picked = values if chosen is None else [values[j] for j in chosen]
        return tuple(None if value is None or not np.isfinite(value) else float(value) for value in picked)

    return {key: known(values) for key, values in observed.scaled.items()}
