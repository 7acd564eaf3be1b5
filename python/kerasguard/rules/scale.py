"""Are the values on the scale that the model's own scaling layers expect? Thresholds: docs/decisions/0006."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..report import Finding, Notice
from ..steps import Columns, chosen_columns
from ..uses import Use
from .structure import Leaf

Numbers = np.ndarray[Any, Any]

# Standard deviations from the layer's mean that are far: (for most features, for a single one), by number of rows. In
# data like training's no more than 1 of k^2 values lies k or more away, whatever their distribution (Chebyshev); of
# several rows two must be far, so the square of that.
FAR_ONE_ROW = (100.0, 1000.0)
FAR_FEW = (30.0, 100.0)
FAR_MANY = (10.0, 30.0)
MANY_ROWS = 20
FAR_VALUES = 0.05  # share of far values: five times what Chebyshev allows; pictures are mostly background
FAR_ROWS = 0.25  # share of rows with a far value: single rows and cells may be wrong in right data
ONE_FEATURE = 0.5  # share of very far values that makes one feature enough
FEWEST_STANDARDISED = 10  # rows from which a mean near 0 and an sd near 1 are no accident
FEWEST_FEATURES = 3  # fewer must be just so
APART = 1.5  # standard deviations between two means of many rows that are no longer alike
TIMES = 5.0  # and the factor between two standard deviations
COLLAPSED = 50.0  # values / 255 have a spread 255 times smaller
FRACTIONS = 8  # values that are no whole numbers, by which scaled pixels are told from masks and black pictures


@dataclass(frozen=True, eq=False)
class Expected:
    """What a layer takes off and divides by, per group of values that share it; `usable`: not constant in training.

    `low`, `high`: the range in training, where it is known. `is_default`: mean 0 and variance 1 throughout.
    `is_given`: not learned by adapt(). `is_stale`: its weights say otherwise than what it computes with.
    """

    mean: Numbers
    sd: Numbers
    usable: Numbers
    is_default: bool
    is_given: bool
    is_stale: bool
    low: Numbers | None = None
    high: Numbers | None = None


@dataclass(frozen=True, eq=False)
class Spread:
    """What came, per group of values: see `watch`. `far` and `very_far` are shares; `place`: of the first value."""

    rows: int
    count: Numbers
    mean: Numbers
    sd: Numbers
    low: Numbers
    high: Numbers
    fractions: Numbers
    far: Numbers
    far_rows: Numbers
    very_far: Numbers
    place: Numbers


def far_limits(rows: int) -> tuple[float, float]:
    """From how many standard deviations on values are far, and very far."""
    return FAR_MANY if rows >= MANY_ROWS else FAR_FEW if rows > 1 else FAR_ONE_ROW


def check_rescaling(
    leaf: Leaf, use: Use, scale: Sequence[float], offset: Sequence[float], seen: Spread | None
) -> Iterator[Finding]:
    """Warn of pixels that are scaled already, for a Rescaling that takes 0..255 to 0..1 or -1..1."""
    if seen is None or not _is_pixel_scaling(scale, offset) or not are_scaled_pixels(seen, -1.0):
        return
    low, high = float(seen.low.min()), float(seen.high.max())
    reached = [short(min(scale) * value + offset[0], least=1e-3) for value in (low, high)]
    meant = [round(offset[0]), round(255 * scale[0] + offset[0])]
    facts = {**_layer(use), "signed": low < 0, "reached": reached, "meant": meant,
             "given": leaf.observed.given}  # fmt: skip
    yield Notice("scale_pixels", leaf.observed.arg, "warning", facts)


def check_adapted(use: Use, expected: Expected | None, seen: Spread | None) -> Iterator[Finding]:
    """Warn of a Normalization that never learned a mean and a variance: it changes nothing."""
    if expected is None or not expected.is_default or expected.is_given:
        return
    if seen is not None and not expected.is_stale and _is_standard(seen):
        return  # a layer adapted to just that looks the same, and there is nothing to change
    facts = {"layer": use.route[-1], "route": use.route, "stale": expected.is_stale}
    yield Notice("model_not_adapted", "model", "warning", facts, once=True)


def check_spread(leaf: Leaf, use: Use, expected: Expected | None, seen: Spread | None) -> Iterator[Finding]:
    """Warn of values far from what a Normalization or BatchNormalization learned, with the cause where one fits."""
    if expected is None or seen is None or expected.is_default or getattr(use.layer, "invert", False):
        return
    if seen.rows < FEWEST_STANDARDISED and not (seen.far.any() or seen.high.max() <= 1 or leaf.observed.scaled):
        return  # the usual case of a few rows, in a hurry
    usable = expected.usable & (seen.count > 0) & ~are_flags(expected, seen)
    if not usable.any():
        return
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if hasattr(use.layer, "moving_mean") and _is_barely_trained(use, expected, seen, usable):
            return
        by_r = _scaled_in_r(leaf, expected, seen, usable)
        standard = by_r if by_r is not None else look_standardised(expected, seen, usable)
        if standard is not None:
            group = _worst(expected, seen, standard)
            facts = {**_facts(leaf, use, expected, seen, group), "by_r": by_r is not None}
            yield Notice("scale_twice", leaf.observed.arg, "warning", facts)
            return
        if fits_times(expected, seen, usable, 255.0) and _have_collapsed(expected, seen, usable):
            facts = {**_facts(leaf, use, expected, seen, int(np.argmax(usable))), "reached": None, "signed": False}
            yield Notice("scale_pixels", leaf.observed.arg, "warning", facts)
            return
        far = far_groups(expected, seen, usable)
        if far is None:
            return
        facts = _facts(leaf, use, expected, seen, _worst(expected, seen, far))
        of_pixels = seen.low.min() >= 0 and 1 < seen.high.max() <= 255 and fits_times(expected, seen, usable, 1 / 255)
        yield Notice("scale_far", leaf.observed.arg, "warning", {**facts, "undivided": bool(of_pixels)})


def _is_pixel_scaling(scale: Sequence[float], offset: Sequence[float]) -> bool:
    pairs = zip(
        np.broadcast_to(scale, max(len(scale), len(offset))),
        np.broadcast_to(offset, max(len(scale), len(offset))),
        strict=True,
    )
    return all(abs(255 * a + b - 1) < 0.05 and min(abs(b), abs(b + 1)) < 0.05 for a, b in pairs)


def are_scaled_pixels(seen: Spread, lowest: float) -> bool:
    """Values within 0..1 (or -1..1) with a fair part of fractions: not a mask, nor a black picture."""
    low, high, fractions = seen.low.min(), seen.high.max(), seen.fractions.sum()
    return bool(low >= lowest and high <= 1 and fractions >= max(FRACTIONS, 0.02 * seen.count.sum()))


def _is_standard(seen: Spread) -> bool:
    """Mean 0 and sd 1 nearly exactly."""
    return seen.rows > 1 and bool((np.abs(seen.mean) < 0.1).all() and (np.abs(seen.sd - 1) < 0.1).all())


def are_flags(expected: Expected, seen: Spread) -> Numbers:
    """Groups of 0 and 1 in training and now: a rare flag is many standard deviations from its mean, and right."""
    share = np.clip(expected.mean, 0, 1)
    alike = np.abs(expected.sd**2 - share * (1 - share)) <= 0.1 * share * (1 - share) + 1e-6
    flags: Numbers = alike & (expected.mean >= 0) & (expected.mean <= 1) & (seen.low >= 0) & (seen.high <= 1)
    return flags


def _scaled_in_r(leaf: Leaf, expected: Expected, seen: Spread, usable: Numbers) -> Numbers | None:
    """Groups of columns that R's scale() standardised by about what the layer takes off once more."""
    scaled = leaf.observed.scaled or {}
    center, scale = (np.asarray(scaled.get(name) or (), float).ravel() for name in ("center", "scale"))
    columns = [user_column(leaf, int(place)) for place in seen.place]
    if not len(center) or any(column is None or column >= len(center) for column in columns):
        return None
    places = np.array(columns, int)
    is_raw = (np.abs(expected.mean) > 0.5) | (expected.sd > 2) | (expected.sd < 0.5)
    # the attributes outlive the scaling: sweep() and `x[] <- ` keep them on raw values
    is_scaled = (np.abs(seen.mean) < 5) & (np.abs(seen.mean - expected.mean) > 0.5 * expected.sd)
    likely = usable & is_raw & is_scaled & (np.abs(center[places] - expected.mean) < 3 * expected.sd)
    if len(scale) == len(center):
        likely &= _alike(scale[places], expected.sd)
    return likely if 2 * likely.sum() >= usable.sum() else None


def look_standardised(expected: Expected, seen: Spread, usable: Numbers) -> Numbers | None:
    """Groups with a mean near 0 and an sd near 1 that the layer's own are unlike; most must be so."""
    if seen.rows < FEWEST_STANDARDISED:
        return None
    # by chance one or two features are so: winter days around 0 degrees
    off = 0.5 if usable.sum() >= FEWEST_FEATURES else 0.1
    standard = (np.abs(seen.mean) < off) & (seen.sd > 1 - off) & (seen.sd < 1 / (1 - off))
    standard &= (seen.low < 0) & (seen.high > 0)
    unlike = (np.abs(seen.mean - expected.mean) > APART * expected.sd) | ~_alike(seen.sd, expected.sd)
    found = usable & standard & unlike
    return found if 2 * found.sum() >= usable.sum() and found.any() else None


def _alike(a: Numbers, b: Numbers) -> Numbers:
    alike: Numbers = (a < TIMES * b) & (b < TIMES * a)
    return alike


def fits_times(expected: Expected, seen: Spread, usable: Numbers, factor: float) -> bool:
    """Whether the values times a factor are like training's, in most groups."""
    near = np.abs(factor * seen.mean - expected.mean) < 3 * expected.sd
    fits = usable & near & (_alike(factor * seen.sd, expected.sd) | (seen.sd == 0))
    return bool(2 * fits.sum() >= usable.sum())


def _have_collapsed(expected: Expected, seen: Spread, usable: Numbers) -> bool:
    """Whether pixels within 0..1 differ far less than those that the layer learned from."""
    if not (usable & (expected.mean + 2 * expected.sd > 20)).any():
        return False  # no pixels of 0 to 255
    narrow = usable & (seen.sd > 0) & (COLLAPSED * seen.sd < expected.sd)
    return are_scaled_pixels(seen, 0.0) and bool(2 * narrow.sum() >= usable.sum())


def far_groups(expected: Expected, seen: Spread, usable: Numbers) -> Numbers | None:
    """The groups that are far: most of them, or a single one very far."""
    rows = (seen.far_rows >= min(2, seen.rows)) & (seen.far_rows >= FAR_ROWS * seen.rows)
    far = usable & rows & (seen.far >= FAR_VALUES)
    if 2 * far.sum() >= usable.sum():
        return far
    very_far = usable & rows & (seen.very_far >= ONE_FEATURE)
    return very_far if very_far.any() else None


def _is_barely_trained(use: Use, expected: Expected, seen: Spread, usable: Numbers) -> bool:
    """Whether moving statistics are on their way from 0 and 1 to those of values like these.

    After k steps with momentum p they are b * mean and 1 - b + b * variance, where b = 1 - p^k.
    """
    mean, sd, x_mean, x_sd = (part[usable] for part in (expected.mean, expected.sd, seen.mean, seen.sd))
    b = float((mean * x_mean).sum() / (x_mean**2).sum())
    if not (1 - use.layer.momentum) / 2 <= b < 1:  # less than one step's
        return False
    near = np.abs(mean - b * x_mean) < 0.35 * np.abs(mean) + sd
    alike = _alike(np.sqrt(1 - b + b * x_sd**2), sd) | (seen.count[usable] < FEWEST_STANDARDISED)
    return bool((near & alike & (sd**2 >= 0.9 * (1 - b))).mean() >= 0.8)


def _worst(expected: Expected, seen: Spread, groups: Numbers) -> int:
    away = np.abs(seen.mean - expected.mean) / expected.sd
    return int(np.argmax(np.where(groups, away, -1)))


def _layer(use: Use) -> dict[str, Any]:
    return {"layer": use.route[-1], "cls": type(use.layer).__name__}


def _facts(leaf: Leaf, use: Use, expected: Expected, seen: Spread, group: int) -> dict[str, Any]:
    column = user_column(leaf, int(seen.place[group])) if len(seen.place) > 1 else None
    numbers = {
        "low": seen.low[group], "high": seen.high[group], "x_mean": seen.mean[group], "x_sd": seen.sd[group],
        "mean": expected.mean[group], "sd": expected.sd[group],
    }  # fmt: skip
    least = float(expected.sd[group]) / 1000
    told = {name: short(float(value), least if name.endswith("mean") else 0.0) for name, value in numbers.items()}
    origin = leaf.observed.origin
    names = (origin.names if origin else leaf.observed.kind.names) or leaf.observed.given.names
    return {**_layer(use), **told, "column": column, "names": names, "given": leaf.observed.given}


def user_column(leaf: Leaf, place: int) -> int | None:
    """The column of the user's table that a place of a sample is."""
    kind, origin = leaf.observed.kind, leaf.observed.origin
    if origin is not None and not leaf.steps:
        return origin.places[place]
    is_table = kind.kind == "frame" or (kind.kind == "array" and kind.rank == 2)
    if not is_table or any(not isinstance(step, Columns) for step in leaf.steps):
        return None
    chosen = chosen_columns(leaf.steps)
    return place if chosen is None else chosen[place]


def short(value: float, least: float = 0.0) -> float:
    """Four digits; what is smaller than `least` is 0."""
    return float(f"{value:.4g}") if abs(value) >= least else 0.0
