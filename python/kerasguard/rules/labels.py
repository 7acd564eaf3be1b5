"""Do the values of a target suit the loss? Labels against classes, probabilities, numbers; built-in losses only."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..blueprints import OutputSeen
from ..measure import Found
from ..observe.labels import Labels, level_text
from ..report import Cells, Diagnosis, Finding, Notice, Repair
from .targets import TargetLeaf

FEWEST_PER_CLASS = 5  # samples: with fewer a class may be absent by chance
NEAR_WHOLE = 1e-6


@dataclass(frozen=True)
class TargetValues:
    """What a look at a target's numbers tells, values that the loss ignores left out.

    `distinct`: the different values, None where there are more than a few. `near_whole`: numbers that are whole but for
    an error of rounding; `broken`: those that are not whole. `empty`: columns that are 0 in every row; `one_hot`:
    whether every row has a single 1 and else 0.
    """

    rows: int
    low: float = 0.0
    high: float = 0.0
    distinct: tuple[float, ...] | None = ()
    near_whole: Found | None = None
    broken: Found | None = None
    missing: Cells | None = None
    infinite: Cells | None = None
    empty: tuple[int, ...] = ()
    one_hot: bool = False


def class_count(leaf: TargetLeaf) -> int | None:
    """How many classes the output tells apart; None where it tells none."""
    kind, units = leaf.spec.kind, leaf.spec.units
    if kind in ("sparse", "categories"):
        return units
    if kind in ("binary", "hinge"):
        return 2 if units == 1 else units
    return None


def check_levels(leaf: TargetLeaf, labels: Labels, seen: OutputSeen | None) -> tuple[list[Finding], tuple[Any, ...]]:
    """Findings on a factor, category or text, and the classes in the order of their codes."""
    count, arg = class_count(leaf), leaf.observed.arg
    levels = labels.levels
    facts = leaf.facts | {
        "levels": tuple(map(str, levels)),
        "count": len(levels),
        "classes": count,
        "declared": labels.declared,
    }
    if count is None:
        return [Diagnosis("label_not_numbers", arg, facts)], ()
    if seen is not None and seen.classes is not None and not _are_mere_codes(seen.classes, levels):
        known = {level_text(level) for level in seen.classes}
        novel = tuple(level_text(level) for level in labels.used if level_text(level) not in known)
        if novel:
            near = difflib.get_close_matches(novel[0], sorted(known), 1)
            facts |= {"novel": novel, "levels": tuple(map(str, seen.classes)), "near": near[0] if near else None}
            return [Diagnosis("label_novel", arg, facts)], ()
        return [], seen.classes
    if len(levels) != count and labels.declared and len(labels.used) == count:
        levels = labels.used  # of part of the data, which keeps the levels of the whole
        facts |= {"levels": tuple(map(str, levels)), "count": count}
    if len(levels) != count:
        return [Diagnosis("label_levels", arg, facts)], ()
    return [Repair("label_mapping", arg, "message", facts)], levels


def _are_mere_codes(classes: tuple[Any, ...], levels: tuple[Any, ...]) -> bool:
    """Whether training had numbers where these labels have names: then their own order tells the codes, as ever."""
    return classes == tuple(range(len(classes))) and not set(map(level_text, levels)) & set(map(level_text, classes))


def check_finite(leaf: TargetLeaf, values: TargetValues) -> Iterator[Finding]:
    """Refuse targets that are missing or infinite: one of them makes every weight NaN."""
    facts = leaf.facts
    if values.missing:
        yield Diagnosis("label_missing", leaf.observed.arg, facts | {"cells": values.missing})
    elif values.infinite:
        yield Diagnosis("label_infinite", leaf.observed.arg, facts | {"cells": values.infinite})


def check_values(leaf: TargetLeaf, values: TargetValues, base: int | None, trains: bool) -> Iterator[Finding]:
    """The rules of the output's loss. `base`: the number of the first class, where the user said it."""
    check = {
        "sparse": check_codes, "categories": _check_one_hot, "binary": _check_binary, "hinge": _check_hinge,
        "numbers": _check_numbers,
    }.get(leaf.spec.kind)  # fmt: skip
    if check is not None and values.rows:
        yield from check(leaf, values, base, trains)


def _facts(leaf: TargetLeaf, values: TargetValues) -> dict[str, Any]:
    units = leaf.spec.units or 0
    return leaf.facts | {"low": values.low, "high": values.high, "last": units - 1, "distinct": values.distinct}


def check_codes(leaf: TargetLeaf, values: TargetValues, base: int | None, trains: bool) -> Iterator[Finding]:
    """Labels must be whole numbers, one for each class that the output has."""
    units, arg, facts = leaf.spec.units, leaf.observed.arg, _facts(leaf, values)
    facts |= {"base": base or 0, "is_told_base": base is not None}
    if values.broken:
        yield Diagnosis("label_fractions", arg, facts | {"cells": values.broken.cells, "values": values.broken.values})
        return
    if values.near_whole:
        near = values.near_whole
        yield Repair("label_rounded", arg, "warning", facts | {"cells": near.cells, "values": near.values})
    if units is None:
        return
    low, high = values.low + (base or 0), values.high + (base or 0)
    facts |= {"low": low, "high": high}
    if values.low >= 0 and values.high <= units - 1:
        used = set(values.distinct or ())
        if (
            trains
            and base is None
            and units > 2
            and used == set(map(float, range(1, units)))
            and _are_many(values, units)
        ):
            yield Notice("label_unused_first", arg, "warning", facts | {"column": False})
        return
    if base is None and values.low >= 1 and values.high == units:
        yield Diagnosis("label_one_based", arg, facts)
    elif units == 1:
        yield Diagnosis("label_one_unit", arg, facts)
    else:
        yield Diagnosis("label_outside", arg, facts)


def _are_many(values: TargetValues, units: int) -> bool:
    """Whether there are samples enough that a class would hardly be absent by chance."""
    return values.rows >= FEWEST_PER_CLASS * units


def _check_one_hot(leaf: TargetLeaf, values: TargetValues, base: int | None, trains: bool) -> Iterator[Finding]:
    arg, units, facts = leaf.observed.arg, leaf.spec.units, _facts(leaf, values)
    lowest = -1 if leaf.spec.loss and leaf.spec.loss.name == "categorical_hinge" else 0
    if units == 1 and lowest == 0:
        yield Diagnosis("label_one_unit", arg, facts)
    elif values.low < lowest or values.high > 1:
        yield Diagnosis("label_range", arg, facts | {"lowest": lowest})
    elif trains and values.one_hot and values.empty == (0,) and units and units > 2 and _are_many(values, units):
        yield Notice("label_unused_first", arg, "warning", facts | {"column": True})


def _check_binary(leaf: TargetLeaf, values: TargetValues, base: int | None, trains: bool) -> Iterator[Finding]:
    if values.low >= 0 and values.high <= 1:
        return
    facts = _facts(leaf, values) | {"lowest": 0}
    if values.distinct in ((1.0, 2.0), (2.0,)) and base is None:
        yield Diagnosis("label_one_based", leaf.observed.arg, facts | {"last": 1})
    elif values.distinct in ((-1.0, 1.0), (-1.0,)):
        yield Diagnosis("label_signs", leaf.observed.arg, facts)
    else:
        yield Diagnosis("label_range", leaf.observed.arg, facts)


def _check_hinge(leaf: TargetLeaf, values: TargetValues, base: int | None, trains: bool) -> Iterator[Finding]:
    distinct, facts = values.distinct, _facts(leaf, values)
    if distinct in ((1.0, 2.0), (2.0,)) and base is None:
        yield Diagnosis("label_one_based", leaf.observed.arg, facts | {"last": 1})
    elif values.low < -1 or values.high > 1:
        yield Diagnosis("label_range", leaf.observed.arg, facts | {"lowest": -1})


def _check_numbers(leaf: TargetLeaf, values: TargetValues, base: int | None, trains: bool) -> Iterator[Finding]:
    loss = leaf.spec.loss.name if leaf.spec.loss else ""
    lowest = {"poisson": 0, "mean_squared_logarithmic_error": -1, "kl_divergence": 0}.get(loss)
    if lowest is not None and values.low < lowest:
        yield Diagnosis("label_negative", leaf.observed.arg, _facts(leaf, values) | {"lowest": lowest})
