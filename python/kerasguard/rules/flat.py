"""Flat columns for several axes, and several axes for flat columns: in which order are they filled?"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from ..report import Axes, Diagnosis, Finding, Repair, Span
from ..steps import Order, Reshape
from .rank import expected
from .step_names import Layout, read_layout
from .structure import Leaf


def check_flat(leaf: Leaf, options: Any) -> Iterator[Finding]:
    """Fill the declared axes from flat columns, as names or `order` say, else step by step with a warning."""
    tail = _tail(leaf, options)
    if tail is None:
        return
    step = Reshape(tail, options.order or "C", None if len(leaf.shape) == 2 else 1)
    if options.order:
        yield _filled(leaf, step, "report")
        return
    names = leaf.names
    is_sequence = leaf.spec.axes[1:] == ("time steps", "features")  # the numbers of pixels tell no order
    layout = read_layout(names, *tail) if names and is_sequence else None
    if layout is None or layout == Layout("C", "lags"):
        yield _filled(leaf, step, "warning")
    elif layout.direction == "forward":
        yield _filled(leaf, Reshape(tail, layout.order, step.samples), "message", "shape_flat_by_name")
    else:
        # the names deny the usual order, or where time begins
        code = f"shape_flat_{layout.direction}"
        yield Diagnosis(code, leaf.observed.arg, {**expected(leaf), "order": layout.order})


def _tail(leaf: Leaf, options: Any) -> tuple[int, ...] | None:
    """The declared sizes after samples, when the flat columns fill them exactly."""
    declared = leaf.spec.shape[1:]
    if len(declared) < 2 or len(leaf.shape) not in (1, 2):
        return None
    width = leaf.shape[-1]
    free = [i for i, size in enumerate(declared) if size is None]
    known = prod(size for size in declared if size is not None)
    if len(free) == 1 and options.order and known and width % known == 0:
        return tuple(width // known if size is None else size for size in declared)
    if free or width != known:
        return None
    return tuple(int(size) for size in declared if size is not None)


def _filled(leaf: Leaf, step: Reshape, level: Any, code: str = "shape_flat") -> Repair:
    rows = leaf.shape[0] if len(leaf.shape) == 2 else 1
    result = Axes(leaf.spec.axes, (rows, *step.tail))
    other: Order = "F" if step.order == "C" else "C"
    facts = {**expected(leaf), "result": result, "order": step.order, "other": other, **_columns(step.tail)}
    return Repair(code, leaf.observed.arg, level, facts, step)


def _columns(tail: tuple[int, ...]) -> dict[str, Any]:
    """Which columns make the first place of the first axis in "C" order, and of the last axis in "F" order."""
    return {"first_c": Span(0, prod(tail[1:]) - 1), "first_f": Span(0, tail[0] - 1)}


def check_flatten(leaf: Leaf, options: Any) -> Iterator[Finding]:
    """Several axes for a model of flat features: row by row or column by column, which the user must say."""
    if len(leaf.spec.shape) != 2 or len(leaf.shape) < 3:
        return
    width = leaf.spec.shape[1]
    if width is None or prod(leaf.shape[1:]) != width:
        return
    if options.order:
        facts = {**expected(leaf), "order": options.order}
        yield Repair("shape_flatten", leaf.observed.arg, "report", facts, Reshape((width,), options.order))
    else:
        yield Diagnosis("shape_flatten_order", leaf.observed.arg, {**expected(leaf), "width": width})
