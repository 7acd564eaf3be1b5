"""class_weight and sample_weight as Keras takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..apply import gather, missing_in
from ..observe import Observed
from ..observe.arrays import locate
from ..observe.labels import level_text
from ..observe.observed import USABLE
from ..report import Diagnosis, Finding
from ..rules.labels import class_count
from ..rules.targets import TargetLeaf
from ..rules.weights import ClassWeight, check_class_weight, check_sample_weight
from .targets import Target, column


def read_class_weight(given: Any) -> ClassWeight | None:
    """What a user of Python hands over: a mapping; anything else has no keys."""
    if given is None or isinstance(given, ClassWeight):
        return given
    cls = type(given).__name__
    if isinstance(given, Mapping):
        return ClassWeight(tuple(given), tuple(given.values()), cls)
    if hasattr(given, "items") and hasattr(given, "index"):  # a pandas series
        return ClassWeight(tuple(given.index), tuple(given), cls)
    return ClassWeight(None, tuple(np.ravel(given)) if hasattr(given, "__len__") else (), cls)


def make_class_weight(
    given: Any, targets: list[Target], sample_weight: Observed, classes: tuple[Any, ...] | None
) -> tuple[list[Finding], dict[int, float] | None]:
    """Findings, and a dict from class to weight. `classes`: their names, in the order of the codes."""
    weight = read_class_weight(given)
    if weight is None or not targets:
        return [], None
    if sample_weight.kind.kind != "null":
        return [Diagnosis("class_weight_both", "class_weight", {"cls": weight.cls})], None
    target = targets[0]
    if target.observed is None or target.array is None:
        return [], None
    names = target.classes or classes
    levels = None if names is None else tuple(map(level_text, names))
    found, weights = check_class_weight(weight, classes_of(target), levels, len(targets))
    return found, weights or None


def classes_of(target: Target) -> list[int]:
    """The codes of the classes: those that the output can tell apart, else those that occur."""
    assert target.observed is not None
    assert target.array is not None
    count = class_count(TargetLeaf(target.spec, target.observed, (), None))
    if target.spec.kind == "hinge":
        return [-1, 1] if target.classes else sorted({int(v) for v in np.unique(target.array)})
    return list(range(count)) if count else sorted({int(v) for v in np.unique(target.array)})


def make_sample_weight(given: Observed, targets: list[Target], rows: int | None) -> tuple[list[Finding], Any]:
    """Findings, and the weights: an array, or one per output in a list or dict."""
    if given.kind.kind == "null":
        return [], None
    if given.kind.kind in ("list", "dict") and given.children and len(targets) > 1:
        found: list[Finding] = []
        arrays = []
        by_name = {t.spec.name: t for t in targets}
        for i, child in enumerate(given.children):
            target = by_name.get(given.kind.keys[i]) if given.kind.keys else targets[min(i, len(targets) - 1)]
            new, array = _one(child, target, rows)
            found += new
            arrays.append(array)
        return found, dict(zip(given.kind.keys, arrays, strict=True)) if given.kind.keys else arrays
    return _one(given, targets[0] if len(targets) == 1 else None, rows)


def _one(given: Observed, target: Target | None, rows: int | None) -> tuple[list[Finding], Any]:
    if given.kind.kind == "null":
        return [], None
    if given.kind.kind == "list" and len(given.children) == 1:
        given = given.children[0]
    if given.kind.kind == "frame" and len(given.kind.columns) == 1:
        given = column(given, 0)
    if given.kind.kind not in ("array", "frame") or given.kind.elements not in USABLE:
        return [Diagnosis("sample_weight_kind", given.arg, {"given": given.given})], None
    values = gather(given, ())
    if values.ndim == 2 and 1 in values.shape and rows in values.shape and (target is None or _is_single(target)):
        values = values.reshape(-1)
    found = list(check_sample_weight(given, values.shape, target.array if target else None, rows))
    if not found:
        absent = missing_in(values)
        with np.errstate(invalid="ignore"):
            wrong = absent | ~np.isfinite(np.ma.getdata(values).astype("float32"))
        if wrong.any():
            found.append(Diagnosis("sample_weight_values", given.arg, {"cells": locate(wrong)}))
    return found, None if found else np.ma.getdata(values).astype("float32")


def _is_single(target: Target) -> bool:
    return target.array is None or target.array.ndim <= 2
