"""What the model's first layers say about the values of an input: measured tile by tile, judged at the end.

All ids are looked at. What scaling layers tell is judged by a sample of rows, the same for tiles and for the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from .apply import move, places_of
from .measure import Found
from .observe import Observed
from .plan import InputPlan
from .report import Finding
from .rules.far import PIXEL, Training, check_far, check_scaled, expected_of
from .rules.ids import check_ids
from .rules.scale import (
    FEWEST_STANDARDISED,
    Expected,
    Spread,
    check_adapted,
    check_rescaling,
    check_spread,
    far_limits,
)  # fmt: skip
from .steps import moves_of, moves_samples
from .uses import Use

MOST_ROWS = 4096  # of a sample that tells a distribution
MOST_VALUES = 2**19  # of a sample, where a row has many; and at a time
FEWEST_ROWS = 32
MOST_LAYOUTS = 4  # remembered per layer
SMALLEST_SD = 1e-6  # of the size of the mean; below it a feature was constant in training, up to rounding


class Watch:
    """The values of one input, seen a few rows at a time."""

    def __init__(self, item: InputPlan, rows: int) -> None:
        uses = item.spec.uses
        self.ids = [use for use in uses if use.kind == "ids"]
        self.scales = [_Sample(use, rows) for use in uses if use.kind != "ids"]
        self.training = None if item.training is None else _TrainingSample(item, item.training, rows)
        self.rows = rows

    def see(self, values: Any, start: int) -> bool:
        """Look at model-ready rows from `start` on; whether there are ids that need a closer look."""
        if not isinstance(values, np.ndarray) or not values.size:
            return False
        for sample in self.scales:
            sample.see(values, start)
        if self.training is not None:
            self.training.see(values, start)
        return any(not _are_ids(_reaching(use, values), _count(use)) for use in self.ids)

    def notes(self, item: InputPlan, observed: Observed) -> list[Finding]:
        """What the scaling layers say about the rows seen."""
        leaf = item.leaf(observed)
        found: list[Finding] = []
        for sample in self.scales:
            use, result = sample.use, sample.result()
            if use.kind == "rescaling":
                scale, offset = np.asarray(use.layer.scale, float), np.asarray(use.layer.offset, float)
                found += check_rescaling(leaf, use, scale.ravel().tolist(), offset.ravel().tolist(), result)
                continue
            if type(use.layer).__name__ == "Normalization":
                found += check_adapted(use, sample.expected, result)
            found += check_spread(leaf, use, sample.expected, result)
        if self.training is not None and item.training is not None:
            unlike = list(check_scaled(leaf, item.training.seen))
            # what a layer has warned of is not said again
            if not unlike and not any(finding.code.startswith("scale_") for finding in found):
                unlike += check_far(leaf, self.training.expected, self.training.result())
            found += unlike
        return found


def judge_ids(item: InputPlan, observed: Observed, values: Any, keep: np.ndarray | None) -> list[Finding]:
    """Refusals of ids that the layers do not know, with their places in the user's object; `values`: samples `keep`."""
    found: list[Finding] = []
    for use in item.spec.uses:
        if use.kind == "ids" and isinstance(values, np.ndarray) and values.size:
            reaching, count = _reaching(use, values), _count(use)
            if not _are_ids(reaching, count):
                found += _wrong_ids(item, observed, values, use, count, keep)
    return found


def judge(item: InputPlan, observed: Observed, values: Any, keep: np.ndarray | None) -> list[Finding]:
    """All findings on one input's model-ready values."""
    if not item.spec.uses and item.training is None:
        return []
    found = judge_ids(item, observed, values, keep)
    if isinstance(values, np.ndarray):
        watch = Watch(item, len(values))
        watch.see(values, 0)
        found += watch.notes(item, observed)
    return found


def _count(use: Use) -> int:
    return int(getattr(use.layer, "input_dim", 0) or use.layer.num_tokens)


def _reaching(use: Use, values: np.ndarray) -> np.ndarray:
    """Those of the values that reach the layer, masked ones left out."""
    if use.places is not None and len(use.places) != values[0].size:
        values = values.reshape(len(values), -1)[:, use.places]
    for ignored in use.ignored:
        values = values[values != ignored]
    return values


def _are_ids(values: np.ndarray, count: int) -> bool:
    if not values.size:
        return True
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= count - 1):
        return bool(np.isnan(low))  # a missing value is not told by the ids' rule
    return values.dtype.kind in "iub" or bool((values == np.trunc(values)).all())


def _wrong_ids(
    item: InputPlan, observed: Observed, values: np.ndarray, use: Use, count: int, keep: np.ndarray | None
) -> list[Finding]:
    flat = values.reshape(len(values), -1)
    reaching = np.zeros(flat.shape[1], bool)
    reaching[slice(None) if use.places is None else use.places] = True
    with np.errstate(invalid="ignore"):
        known = np.isfinite(flat) & reaching
        for ignored in use.ignored:
            known &= flat != ignored
        outside = known & ((flat < 0) | (flat > count - 1))
        broken = known & (flat != np.trunc(flat)) if flat.dtype.kind == "f" else np.zeros_like(known)
    if not outside.any() and not broken.any():
        return []
    used = flat[known]
    facts = {"low": float(used.min()), "high": float(used.max()), "whole": bool(reaching.all())}
    wrong = {"outside": outside, "fractions": broken}
    parts: dict[str, Found] = {}
    for name, mask in wrong.items():
        if mask.any():
            cells = places_of(item, observed, mask.reshape(values.shape), keep)
            shown = flat[mask]
            parts[name] = Found(cells, tuple(float(v) for v in _shown(shown)))
    return list(check_ids(item.leaf(observed), use, count, parts, facts))


def _shown(values: np.ndarray) -> np.ndarray:
    """The first few different values."""
    _, first = np.unique(values, return_index=True)
    return values[np.sort(first)[:3]]


@dataclass
class _Sums:
    """Per group of values that share a mean and a spread in the layer."""

    count: np.ndarray
    total: np.ndarray
    squares: np.ndarray
    low: np.ndarray
    high: np.ndarray
    fractions: np.ndarray
    far: np.ndarray
    far_rows: np.ndarray
    very_far: np.ndarray


class _Sample:
    """A sample of rows as one scaling layer sees them: at most `MOST_ROWS`, evenly over all."""

    def __init__(self, use: Use, rows: int) -> None:
        self.use, self.all_rows = use, rows
        self.rows = 0
        self.sums: _Sums | None = None
        self.expected: Expected | None = None
        self._size = 0

    def see(self, values: np.ndarray, start: int) -> None:
        if start == 0:  # from the beginning again: predict() takes over from the tiles
            self._begin(values.shape[1:])
        part = values[-start % self._stride :: self._stride]
        part = part.reshape(len(part), -1)
        block = max(MOST_VALUES // max(part.shape[1], 1), 1)
        for first in range(0, len(part), block):
            self._add(part[first : first + block])

    def _begin(self, tail: tuple[int, ...]) -> None:
        self._begin_sample(tail)
        self.expected = _expected(self.use, tail) if self.use.kind == "spread" else None
        self._order, self._starts, self._groups, self._plain = _layout(self.use, tail)

    def _begin_sample(self, tail: tuple[int, ...]) -> None:
        size = max(prod(tail), 1)
        most = min(MOST_ROWS, max(MOST_VALUES // size, FEWEST_ROWS))
        self._stride = max(-(-self.all_rows // most), 1)
        self.rows, self.sums = 0, None

    def _add(self, part: np.ndarray) -> None:
        use = self.use
        if use.places is not None:
            part = part[:, use.places]
        x = part.astype(float)
        for ignored in use.ignored:
            x[x == ignored] = np.nan
        x = x if self._plain else x[:, self._order]
        self.rows += len(x)
        known = np.isfinite(x)
        whole = known.all()
        zeros = x if whole else np.where(known, x, 0.0)
        far = very = np.zeros((1, x.shape[1]), bool)
        if self.expected is not None:
            mean, sd = self.expected.mean[self._groups], self.expected.sd[self._groups]
            limits = far_limits(self.all_rows)
            with np.errstate(divide="ignore", invalid="ignore"):
                away = np.abs(x - mean) / sd
            far, very = away > limits[0], away > limits[1]
            if self.expected.low is not None and self.expected.high is not None:  # what training had is not far
                outside = (x < self.expected.low[self._groups]) | (x > self.expected.high[self._groups])
                far, very = far & outside, very & outside
        new = _Sums(
            self._each(np.add, known.sum(0)), self._each(np.add, zeros.sum(0)), self._each(np.add, (zeros**2).sum(0)),
            self._each(np.minimum, (x if whole else np.where(known, x, np.inf)).min(0)),
            self._each(np.maximum, (x if whole else np.where(known, x, -np.inf)).max(0)),
            self._each(np.add, (known & (x != np.trunc(x))).sum(0)), self._each(np.add, far.sum(0)),
            self._rows_with(far), self._each(np.add, very.sum(0)),
        )  # fmt: skip
        self.sums = new if self.sums is None else _joined(self.sums, new)

    def _each(self, reduce: Any, columns: np.ndarray) -> np.ndarray:
        return columns if self._plain else reduce.reduceat(columns, self._starts)

    def _rows_with(self, mask: np.ndarray) -> np.ndarray:
        return (mask if self._plain else np.logical_or.reduceat(mask, self._starts, axis=1)).sum(0)

    def result(self) -> Spread | None:
        """What was seen; None for no rows."""
        sums = self.sums
        if sums is None or not sums.count.sum():
            return None
        count = np.maximum(sums.count, 1)
        mean = sums.total / count
        sd = np.sqrt(np.maximum(sums.squares / count - mean**2, 0))
        place = self._order[self._starts]
        if self.use.places is not None:
            place = self.use.places[place]
        return Spread(
            self.rows, sums.count, mean, sd, sums.low, sums.high, sums.fractions, sums.far / count,
            sums.far_rows, sums.very_far / count, place,
        )  # fmt: skip


class _TrainingSample(_Sample):
    """The same of what the blueprint saw: one group per column, or per place on the last axis."""

    def __init__(self, item: InputPlan, training: Training, rows: int) -> None:
        super().__init__(Use(None, "spread", ()), rows)
        self._training, self._moves = training, moves_of(item.steps)
        self._is_known = False

    def see(self, values: np.ndarray, start: int) -> None:
        if start == 0:
            self._begin(values.shape[1:])
        if self._is_known and not self._is_usual(values):
            super().see(values, start)

    def _is_usual(self, values: np.ndarray) -> bool:
        """Whether a few rows lie within training's range, where nothing else could be said of them."""
        if self.all_rows >= FEWEST_STANDARDISED or self.expected is None:
            return False
        low, high, of_pixels = self._bounds
        flat = values.reshape(len(values), -1)
        return not of_pixels and bool((flat >= low).all() and (flat <= high).all())

    def _begin(self, tail: tuple[int, ...]) -> None:
        layouts = self._training.layouts
        if tail not in layouts:
            if len(layouts) > MOST_LAYOUTS:
                layouts.clear()
            layouts[tail] = self._layout_of(tail)
        self._begin_sample(tail)
        self._is_known = layouts[tail] is not None
        if self._is_known:
            self.expected, self._bounds, (self._order, self._starts, self._groups, self._plain) = layouts[tail]

    def _layout_of(self, tail: tuple[int, ...]) -> Any:
        """Which column of training each value of a sample is of; None where that can't be told."""
        features = self._training.features
        groups = _columns_of(len(features), tail, self._moves)
        if groups is None:
            return None
        expected = expected_of(features, SMALLEST_SD)
        assert expected.low is not None
        assert expected.high is not None
        if not expected.usable.any():
            return None
        # as doubles in training, as floats now
        low, high = (
            np.nextafter(b.astype("f4"), np.float32(s)) for b, s in ((expected.low, -np.inf), (expected.high, np.inf))
        )
        of_pixels = bool((expected.high[expected.usable] > PIXEL).any() and (expected.low[expected.usable] >= 0).all())
        return expected, (low[groups], high[groups], of_pixels), _sorted(groups)


def _columns_of(count: int, tail: tuple[int, ...], moves: Any) -> np.ndarray | None:
    numbers = np.arange(count)
    if tail == (count,) or not count:
        return numbers if count else None
    if prod(tail) == count and moves and not any(map(moves_samples, moves)):
        return move(numbers[None], moves).reshape(-1)
    return np.broadcast_to(numbers, tail).reshape(-1) if tail and tail[-1] == count else None


def _joined(a: _Sums, b: _Sums) -> _Sums:
    parts = {name: getattr(a, name) + getattr(b, name) for name in vars(a)}
    parts["low"], parts["high"] = np.minimum(a.low, b.low), np.maximum(a.high, b.high)
    return _Sums(**parts)


def _learned(layer: Any, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """The mean and variance that a layer computes with, with an axis for each of its input's."""
    if type(layer).__name__ == "Normalization":
        return np.asarray(layer.mean, float), np.asarray(layer.variance, float)
    shape = [1] * rank
    shape[layer.axis] = -1
    mean, variance = (np.asarray(part, float) for part in (layer.moving_mean, layer.moving_variance))
    return mean.reshape(shape), variance.reshape(shape)


def _expected(use: Use, tail: tuple[int, ...]) -> Expected:
    """The layer's mean and standard deviation per group of values."""
    layer = use.layer
    source = getattr(layer, "mean", None)  # a constant of a Normalization: adapt() puts another in its place
    remembered = use.layouts.get("expected")
    if source is not None and remembered is not None and remembered[0] is source:
        return remembered[1]
    mean, variance = _learned(layer, 1 + len(tail if use.tail is None else use.tail))
    is_default = bool((mean == 0).all() and (variance == 1).all())
    flat_mean, sd = mean.ravel(), np.sqrt(np.maximum(variance, 0)).ravel()
    if use.at is not None and mean.size > 1:
        groups = np.unique(_groups(use, tail, mean.shape))
        flat_mean, sd = flat_mean[groups], sd[groups]
    usable = sd > SMALLEST_SD * np.maximum(np.abs(flat_mean), 1)
    given = getattr(layer, "input_mean", None) is not None
    expected = Expected(flat_mean, sd, usable, is_default, given, is_default and _has_other_weights(layer))
    if source is not None and not is_default:
        use.layouts["expected"] = source, expected
    return expected


def _has_other_weights(layer: Any) -> bool:
    """Whether a Normalization's weights were set, which does not change what it computes with."""
    if not hasattr(layer, "adapt_mean"):
        return False
    return bool(np.any(np.asarray(layer.adapt_mean) != 0) or np.any(np.asarray(layer.adapt_variance) != 1))


def _groups(use: Use, tail: tuple[int, ...], shape: tuple[int, ...]) -> np.ndarray:
    """For each value that reaches the layer, which of its means is taken off it."""
    tail = tail if use.tail is None else use.tail
    groups = np.broadcast_to(np.arange(prod(shape)).reshape(shape), (1, *tail)).reshape(-1)
    return groups if use.at is None else groups[use.at]


def _layout(use: Use, tail: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    """The values sorted by group: their order, where each group starts, each value's group; whether each is its own."""
    if tail not in use.layouts:
        if len(use.layouts) > MOST_LAYOUTS:  # pictures of any size: each has a layout of its own
            use.layouts.clear()
        groups = np.zeros(max(prod(tail), 1) if use.places is None else len(use.places), int)
        if use.kind == "spread":
            groups = np.unique(
                _groups(use, tail, _learned(use.layer, 1 + len(use.tail or tail))[0].shape), return_inverse=True
            )[1]
        use.layouts[tail] = _sorted(groups)
    return use.layouts[tail]


def _sorted(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    plain = len(starts) == len(groups) and bool((order == np.arange(len(groups))).all())
    return order, starts, groups[order], plain
