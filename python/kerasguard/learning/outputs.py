"""The targets of training data -> classes, and what they were trained as."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..apply import as_floats, gather, missing_in
from ..blueprints import Level, OutputSeen
from ..observe import Observed
from ..observe.labels import labels_of
from ..targets import TargetSpec

# What as.data.frame() calls columns that have no name; numbers alone can be classes.
MADE_UP = re.compile(r"(\.\.\.|[VX])\d+")


def outputs_seen(targets: Sequence[tuple[TargetSpec, Observed | None]]) -> tuple[OutputSeen, ...]:
    """What the target of each output tells; nothing where there is none."""
    return tuple(_output(spec, seen) for spec, seen in targets)


def targets_for(specs: Sequence[TargetSpec], y: Observed | None) -> list[tuple[TargetSpec, Observed | None]]:
    """Each output with its target: one object, a dict by names, or a list in the order of the outputs."""
    if y is None or y.kind.kind == "null":
        return [(spec, None) for spec in specs]
    children, keys = y.children, y.kind.keys
    if y.kind.kind in ("list", "dict") and len(children) == len(specs):
        names = [spec.name for spec in specs]
        if keys and set(keys) == set(names):
            return [(spec, children[keys.index(spec.name)]) for spec in specs]
        return list(zip(specs, children, strict=True))
    alone = y if y.table is None else y.table  # columns in a dict
    return [(spec, alone if len(specs) == 1 else None) for spec in specs]


def _output(spec: TargetSpec, seen: Observed | None) -> OutputSeen:
    path = spec.output.path
    if seen is None or seen.kind.kind not in ("array", "frame"):
        return OutputSeen(path)
    form, names = _form(spec, seen), _target_names(seen)
    labels = labels_of(seen, 0 if seen.kind.kind == "frame" else None) if _is_single(seen) else None
    if labels is not None:
        fits = form is not None and _fits(len(labels.levels), spec.units, form)
        return OutputSeen(path, labels.levels, labels.ordered, form) if fits else OutputSeen(path)
    if form == "one-hot" and seen.shape[-1] == spec.units:
        known = names if names and len(set(names)) == len(names) and not all(map(MADE_UP.fullmatch, names)) else None
        return OutputSeen(path, _as_levels(known, seen) or tuple(range(spec.units)), form=form)
    classes = _classes_of_numbers(spec, seen, form)
    return OutputSeen(path, classes, form=form) if classes else OutputSeen(path, names=names)


def _is_single(seen: Observed) -> bool:
    return seen.kind.kind == "array" or seen.shape[1] == 1


def _fits(levels: int, units: int | None, form: str) -> bool:
    return levels == 2 if form == "binary" else units in (None, levels)


def _form(spec: TargetSpec, seen: Observed) -> Any:
    """What numbers stand for classes: told by the loss, else by the units and what the last layer does to them."""
    units, activation, kind = spec.units, spec.output.activation, spec.kind
    if kind in ("sparse", "categories"):
        return "codes" if kind == "sparse" else "one-hot"
    if units == 1:
        return "binary" if kind in ("binary", "hinge") or activation == "sigmoid" else None
    if kind == "hinge" or (kind == "numbers" and activation != "softmax"):
        return None
    has_labels = seen.kind.elements in ("category", "text") or any(
        column.elements in ("category", "text") for column in seen.kind.columns
    )
    if activation == "softmax" or (has_labels and activation != "sigmoid"):
        return "one-hot" if kind == "binary" or (len(seen.shape) > 1 and seen.shape[-1] == units) else "codes"
    return None


def _target_names(seen: Observed) -> tuple[str, ...] | None:
    names = seen.kind.names
    return names if names and seen.kind.rank >= 2 and len(names) == seen.shape[-1] else None


def _as_levels(names: tuple[str, ...] | None, seen: Observed) -> tuple[Level, ...] | None:
    """Names of columns as classes: numbers where pandas has numbers."""
    if names and any(not column.by_name and column.name.isdigit() for column in seen.kind.columns):
        return tuple(int(name) if name.isdigit() else name for name in names)
    return names


def _classes_of_numbers(spec: TargetSpec, seen: Observed, form: str | None) -> tuple[Level, ...] | None:
    """0 to k - 1 of codes, no and yes of one unit; None where the values are no such codes."""
    if form not in ("codes", "binary") or spec.units is None:
        return None
    count = 2 if form == "binary" else spec.units
    if spec.kind == "hinge" and seen.kind.elements == "number":
        values = np.ma.getdata(gather(seen, ()))
        if np.isin(values, (-1, 1)).all():
            return (-1, 1)
    logical = seen.kind.elements == "boolean"
    if not logical and not _are_codes(seen, count, spec.loss.ignore_class if spec.loss else None):
        return None
    if logical and count == 2:
        is_r = "logical" in (seen.given.type, seen.given.cls) or seen.given.cls == "data frame"
        return ("FALSE", "TRUE") if is_r else (False, True)
    return tuple(range(count))


def _are_codes(seen: Observed, count: int, ignored: int | None) -> bool:
    if seen.kind.elements not in ("number", "boolean"):
        return False
    values = as_floats(gather(seen, ())).reshape(-1)
    known = values[~missing_in(values)]
    known = known if ignored is None else known[known != ignored]
    return bool(len(known)) and bool(((known >= 0) & (known < count) & (known == np.floor(known))).all())
