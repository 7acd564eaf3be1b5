"""Two looks at the same columns -> one."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

from ..blueprints import Blueprint, ColumnSeen, InputSeen, OutputSeen


def merge(old: Blueprint, new: Blueprint) -> Blueprint:
    """What two trainings saw together; the new one alone where its inputs are others."""
    if len(old.inputs) != len(new.inputs) or not all(map(_are_alike, old.inputs, new.inputs)):
        return new
    counts = (old.rows, new.rows)
    inputs = tuple(
        replace(b, scaled=b.scaled or a.scaled, columns=_joined(a, b, counts))
        for a, b in zip(old.inputs, new.inputs, strict=True)
    )
    outputs = new.outputs
    if len(old.outputs) == len(new.outputs):
        outputs = tuple(map(_with_levels, old.outputs, new.outputs))
    return replace(new, inputs=inputs, outputs=outputs, rows=sum(counts))


def _are_alike(old: InputSeen, new: InputSeen) -> bool:
    """Whether they are of the same columns; data without names is read by position."""

    def form(seen: InputSeen) -> Any:
        return seen.path, [(c.name, c.type, c.levels, c.encoding, c.base) for c in seen.columns]

    if new.names is None and all(c.levels is None for c in new.columns):
        return old.path == new.path and len(new.columns) in (len(old.columns), sum(c.width for c in old.columns))
    return form(old) == form(new)


def _joined(old: InputSeen, new: InputSeen, rows: tuple[int, int]) -> tuple[ColumnSeen, ...]:
    if len(old.columns) != len(new.columns):  # encoded by the user: what its columns of 0 and 1 say is known
        return old.columns
    pairs = zip(old.columns, new.columns, strict=True)
    return tuple(_pooled(a, replace(b, name=a.name, type=a.type), rows) for a, b in pairs)


def _pooled(old: ColumnSeen, new: ColumnSeen, rows: tuple[int, int]) -> ColumnSeen:
    missing = old.missing + new.missing
    if old.min is None or old.max is None or new.min is None or new.max is None:
        return replace(old if new.min is None else new, missing=missing)
    low, high = min(old.min, new.min), max(old.max, new.max)
    if old.mean is None or new.mean is None:
        return replace(new, min=low, max=high, mean=None, sd=None, missing=missing)
    a, b = max(rows[0] - old.missing, 1), max(rows[1] - new.missing, 1)
    shift = new.mean - old.mean
    squares = (old.sd or 0.0) ** 2 * (a - 1) + (new.sd or 0.0) ** 2 * (b - 1) + shift**2 * a * b / (a + b)
    mean, sd = old.mean + shift * b / (a + b), sqrt(squares / (a + b - 1))
    return replace(new, min=low, max=high, mean=mean, sd=sd, missing=missing)


def _with_levels(old: OutputSeen, new: OutputSeen) -> OutputSeen:
    """Codes 0 to k - 1 in a later training are those of the levels that an earlier one named."""
    if old.classes is None or new.classes is None or old.form != new.form:
        return new
    are_codes = new.classes == tuple(range(len(old.classes)))
    return replace(new, classes=old.classes, ordered=old.ordered) if are_codes else new
