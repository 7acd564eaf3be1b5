"""Are the values like those that the blueprint saw in training? Thresholds: docs/decisions/0007, on top of 0006."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..blueprints import ColumnSeen, InputSeen
from ..report import Finding, Notice
from ..steps import chosen_columns
from .scale import (
    COLLAPSED,
    FEWEST_STANDARDISED,
    Expected,
    Numbers,
    Spread,
    are_flags,
    are_scaled_pixels,
    far_groups,
    fits_times,
    look_standardised,
    short,
    user_column,
)
from .structure import Leaf

MOST = 5  # columns that a warning names
PIXEL = 20  # values of that size are no shares: a training range beyond it may be 0..255
ALIKE = 0.1  # of a standardised training column: its mean from 0, its sd from 1
OVER = 0.25  # of the training range, by which the logs of new values may lie beyond it
MOST_LOGS = 0.8  # share of features: standardised values can look like logs of some
CENTRE = (0.1, 1.5)  # logs have their mean not at the very start of their range, and near the log of the mean: sds
SPREAD = 0.25  # of training's range, that the logs of new values take
NEAR_MEAN = 0.03  # the median of what is log-normal with sd 2.6, in means
TIMES_OVER = 3.0  # and the same as a factor, where new values are the logs
SAME_SCALE = 1e-3  # of training's sd: smaller differences between two calls of scale() change nothing


@dataclass(frozen=True, eq=False)
class Training:
    """What the blueprint says of an input's values. `layouts`: remembered by `watch`."""

    seen: InputSeen
    layouts: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def features(self) -> list[ColumnSeen | None]:
        """The column behind each made one, None for columns of 0 and 1."""
        return [c if c.width == 1 else None for c in self.seen.columns for _ in range(c.width)]


def known_values(seen: InputSeen | None) -> Training | None:
    """What there is to compare new values with."""
    if seen is None or not (seen.scaled or any(column.sd is not None for column in seen.columns)):
        return None
    return Training(seen)


def expected_of(features: Sequence[ColumnSeen | None], smallest_sd: float) -> Expected:
    """Mean, sd and range per feature; codes, flags and what was constant are not looked at."""
    parts = []
    for column in features:
        numbers = () if column is None else (column.mean, column.sd, column.min, column.max)
        usable = column is not None and column.type == "number" and column.levels is None and len(numbers) == 4
        parts.append(numbers if usable and None not in numbers else (0.0, 0.0, -np.inf, np.inf))
    mean, sd, low, high = np.array(parts, float).T
    usable = (sd > smallest_sd * np.maximum(np.abs(mean), 1)) & np.isfinite(low)
    return Expected(mean, sd, usable, False, True, False, low, high)


def check_far(leaf: Leaf, expected: Expected | None, seen: Spread | None) -> Iterator[Finding]:
    """Warn of values far outside training's, with the step of preparation that would explain them."""
    if expected is None or seen is None or expected.low is None or expected.high is None:
        return
    if seen.rows < FEWEST_STANDARDISED and not seen.far.any() and seen.high.max() > 1:
        return  # the usual case of a few rows, in a hurry
    usable = expected.usable & (seen.count > 0) & ~are_flags(expected, seen)
    if not usable.any():
        return
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cause, groups = _explained(expected, seen, usable)
    if groups is not None:
        yield Notice("values_far", leaf.observed.arg, "warning", _facts(leaf, expected, seen, groups, cause, usable))


def _explained(expected: Expected, seen: Spread, usable: Numbers) -> tuple[str | None, Numbers | None]:
    """The cause, where the numbers fit one, and the features that are wrong; None where none is."""
    assert expected.low is not None
    assert expected.high is not None
    low, high = expected.low[usable].min(), expected.high[usable].max()
    if high > PIXEL and fits_times(expected, seen, usable, 255.0) and _have_collapsed(expected, seen, usable):
        return "divided", usable
    if seen.rows >= FEWEST_STANDARDISED:
        logs = usable & _are_logs(expected, seen)
        if 2 * logs.sum() >= usable.sum():
            return ("logged" if logs.sum() >= MOST_LOGS * usable.sum() else None), logs
        standard = look_standardised(expected, seen, usable)
        if standard is not None:
            return "scaled", standard
    far = far_groups(expected, seen, usable)
    if far is None:
        return None, None
    is_whole = seen.fractions[usable].sum() == 0
    if low >= -1 and high <= 1 and is_whole and seen.low[usable].min() >= 0 and PIXEL < seen.high[usable].max() <= 255:
        return "undivided_signed" if low < -0.5 else "undivided", far
    standard = (np.abs(expected.mean) < ALIKE) & (np.abs(expected.sd - 1) < ALIKE)
    if 2 * (standard & usable).sum() >= usable.sum() and bool(standard[far].all()):
        return "unscaled", far
    return ("unlogged" if _have_logs_like(expected, seen, far) else None), far


def _have_collapsed(expected: Expected, seen: Spread, usable: Numbers) -> bool:
    """Whether values within 0..1 differ far less than training's, which went to 255."""
    assert expected.high is not None
    assert expected.low is not None
    of_pixels = expected.low[usable].min() >= 0 and expected.high[usable].max() <= 255
    narrow = usable & (seen.sd > 0) & (COLLAPSED * seen.sd < expected.sd)
    return bool(of_pixels and are_scaled_pixels(seen, 0.0) and 2 * narrow.sum() >= usable.sum())


def _have_logs_like(expected: Expected, seen: Spread, far: Numbers) -> bool:
    """Whether the logs of what is far are spread over training's range as logs are, not only within it."""
    assert expected.low is not None
    assert expected.high is not None
    span = expected.high - expected.low
    is_centred = expected.mean - expected.low >= CENTRE[0] * span
    fits = []
    for log in (np.log, np.log1p):
        low, high, middle = log(seen.low), log(seen.high), log(seen.mean)
        within = (seen.low >= 0) & (low >= expected.low - OVER * span) & (high <= expected.high + OVER * span)
        is_spread = (high - low >= SPREAD * span) | (seen.count < FEWEST_STANDARDISED)
        fits.append(within & is_spread & (np.abs(middle - expected.mean) <= CENTRE[1] * expected.sd))
    return bool((is_centred & (fits[0] | fits[1]))[far].all())


def _are_logs(expected: Expected, seen: Spread) -> Numbers:
    """Features that lie below all that training saw, and are within its range once exp() is taken."""
    assert expected.low is not None
    assert expected.high is not None
    # logs of large numbers only: exp() of anything far below 0 is near to 0
    below = (expected.low > 0) & (seen.mean < expected.low) & (seen.fractions >= 0.5 * seen.count)
    low, high = np.exp(seen.low), np.exp(seen.high)
    below &= np.exp(seen.mean) >= NEAR_MEAN * expected.mean
    found: Numbers = below & (low >= expected.low / TIMES_OVER) & (high <= expected.high * TIMES_OVER)
    return found


def _facts(leaf: Leaf, expected: Expected, seen: Spread, groups: Numbers, cause: str | None,
           usable: Numbers) -> dict[str, Any]:  # fmt: skip
    assert expected.low is not None
    assert expected.high is not None
    away = np.abs(seen.mean - expected.mean) / np.where(groups, expected.sd, 1)
    worst = sorted(np.flatnonzero(groups), key=lambda group: -away[group])
    told = [
        {
            "column": user_column(leaf, int(seen.place[group])) if len(seen.place) > 1 else None,
            "share": float(seen.far[group]),
            "training": (short(float(expected.low[group])), short(float(expected.high[group]))),
            "now": (short(float(seen.low[group])), short(float(seen.high[group]))),
        }
        for group in worst[:MOST]
    ]
    origin = leaf.observed.origin
    names = (origin.names if origin else leaf.observed.kind.names) or leaf.observed.given.names
    return {"told": tuple(map(_Frozen, told)), "count": int(groups.sum()), "of": int(usable.sum()), "cause": cause,
            "names": names, "given": leaf.observed.given}  # fmt: skip


class _Frozen(dict[str, Any]):
    """One column's part of the facts."""


def check_scaled(leaf: Leaf, training: InputSeen | None) -> Iterator[Finding]:
    """Warn of data that R's scale() standardised by its own mean and sd where training had others."""
    mine, theirs = leaf.observed.scaled, training.scaled if training else None
    if not mine or not theirs or training is None:
        return
    width = max(len(theirs.get(key) or ()) for key in ("center", "scale"))
    origin = leaf.observed.origin
    places: Sequence[int | None]
    if origin is not None:
        starts = np.cumsum([0, *(c.width for c in training.columns)])[:-1]
        places = [origin.places[start] for start in starts]
    else:
        places = chosen_columns(leaf.steps) or range(width)
    unlike = [j for j, place in enumerate(places[:width]) if place is not None and _differ(mine, theirs, place, j)]
    if not unlike:
        return
    j = unlike[0]
    names = (origin.names if origin else leaf.observed.kind.names) or leaf.observed.given.names
    facts = {
        "column": places[j],
        "count": len(unlike),
        "center": _at(theirs, "center", j), "scale": _at(theirs, "scale", j),
        "own_center": _at(mine, "center", places[j] or 0), "own_scale": _at(mine, "scale", places[j] or 0),
        "centers": tuple(theirs.get("center") or ()), "scales": tuple(theirs.get("scale") or ()),
        "names": names, "given": leaf.observed.given, "by_name": _in_training_order(leaf, places, names),
    }  # fmt: skip
    yield Notice("scaled_unlike", leaf.observed.arg, "warning", facts)


def _in_training_order(leaf: Leaf, places: Sequence[int | None], names: Sequence[str] | None) -> tuple[str, ...]:
    """The names of the columns as training had them, where the data has others besides or has them in another order."""
    is_same = tuple(places) == tuple(range(leaf.observed.shape[-1]))
    return () if is_same or not names else tuple(names[place] for place in places if place is not None)


def _at(scaled: Any, key: str, j: int) -> float | None:
    values = scaled.get(key) or ()
    return values[j] if j < len(values) else None


def _differ(mine: Any, theirs: Any, place: int, j: int) -> bool:
    pairs = [(_at(mine, key, place), _at(theirs, key, j)) for key in ("center", "scale")]
    if all(a is None for a, _ in pairs) or all(b is None for _, b in pairs):
        return False  # one of them was never scaled
    spread = abs(pairs[1][1] or 1.0)
    return any((a is None) != (b is None) or abs((a or 0.0) - (b or 0.0)) > SAME_SCALE * spread for a, b in pairs)
