"""Does a target have the shape that the output has, as the loss wants it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..observe import Observed
from ..report import Axes, Diagnosis, Finding, Repair
from ..steps import Columns, Reshape, Step, Transpose
from ..targets import TargetSpec

Tail = tuple[int | None, ...]


@dataclass(frozen=True)
class TargetLeaf:
    """What is given for one output. `rows`: of the inputs, None where they are not known.

    `has_levels`: labels that are a factor, category, text, or codes that will be one-hot. `empty_first`: a matrix whose
    first column is all 0.
    """

    spec: TargetSpec
    observed: Observed
    shape: tuple[int, ...]
    rows: int | None
    x: str = "x"
    has_levels: bool = False
    empty_first: bool = False

    @property
    def tail(self) -> Tail:
        """The sizes that one sample's target has. Labels with levels are single values, whatever the loss."""
        shape = self.spec.shape
        return shape[1:-1] if self.has_levels and has_unit_per_class(self.spec) else shape[1:]

    @property
    def facts(self) -> dict[str, Any]:
        """What every refusal of a shape tells."""
        output = self.spec.output
        loss = self.spec.loss.name if self.spec.loss else ""
        return {
            "given": self.observed.given, "units": self.spec.units, "loss": loss, "output": self.spec.name,
            "layer": output.layer, "spec": Axes(output.axes, output.shape), "rank": len(self.shape),
            "last": (self.spec.units or 0) - 1,
        }  # fmt: skip


def has_unit_per_class(spec: TargetSpec) -> bool:
    """Whether the loss compares every unit with a column of its own."""
    return spec.kind == "categories" or (spec.kind == "binary" and (spec.units or 1) > 1)


def are_codes(spec: TargetSpec, shape: tuple[int, ...], base: int | None) -> bool:
    """Whether numbers are one label each, by what the user said of them, where the loss takes a column per class."""
    if base is None or not has_unit_per_class(spec) or (spec.units or 0) < 2:
        return False
    tail = spec.shape[1:]
    return unit_axes(shape[1:], tail[:-1]) is not None and not fits(shape[1:], tail)


def check_shape(leaf: TargetLeaf) -> tuple[list[Finding], tuple[Step, ...]]:
    """Findings on the shape of a target, and the steps that give it the output's."""
    if leaf.spec.kind in ("custom", "none"):  # such a loss takes what it takes
        return list(_check_rows(leaf)), ()
    same_rows = leaf.rows is None or leaf.shape[:1] == (leaf.rows,)
    if same_rows and fits(leaf.shape[1:], leaf.tail):
        return [], ()
    if same_rows and leaf.shape and (filled := unit_axes(leaf.shape[1:], leaf.tail)) is not None:
        return [], (Reshape(filled),)
    turned = list(_turned(leaf))
    if turned:
        return [turned[0]], turned[0].step
    found: list[Finding] = list(_check_rows(leaf))
    return found or [_other_shape(leaf)], ()


def check_names(leaf: TargetLeaf, known: tuple[Any, ...] | None) -> Iterator[Repair]:
    """Put columns that training had in another order into its own; with other names there is only their position."""
    names = leaf.observed.kind.names
    wanted = tuple(map(str, known or ()))
    if names and names != wanted and len(set(names)) == len(names) and sorted(names) == sorted(wanted):
        places = Columns(tuple(names.index(name) for name in wanted))
        yield Repair("label_order", leaf.observed.arg, "message", leaf.facts | {"columns": wanted}, places)


def fits(given: Tail, tail: Tail) -> bool:
    """Whether sizes are those expected, where any are."""
    return len(given) == len(tail) and all(want in (None, size) for size, want in zip(given, tail, strict=True))


def unit_axes(given: tuple[int, ...], tail: Tail) -> tuple[int, ...] | None:
    """The expected sizes, if only axes of length 1 are missing or too many."""
    sizes = [size for size in given if size != 1]
    wanted = [size for size in tail if size != 1]
    if not fits(tuple(sizes), tuple(wanted)):
        return None
    rest = iter(sizes)
    return tuple(1 if size == 1 else next(rest) for size in tail)


def _turned(leaf: TargetLeaf) -> Iterator[Repair]:
    """(1, n) or (k, n) for n samples: turned, it has the only other reading."""
    shape, rows = leaf.shape, leaf.rows
    if len(shape) != 2 or rows is None or shape[0] == rows or shape[1] != rows:
        return
    filled = unit_axes((shape[0],), leaf.tail)
    if filled is None:
        return
    steps: tuple[Step, ...] = (Transpose((1, 0)),)
    steps += () if filled == (shape[0],) else (Reshape(filled),)
    facts = leaf.facts | {"samples": rows, "columns": shape[0]}
    yield Repair("label_transposed", leaf.observed.arg, "message", facts, steps)


def _check_rows(leaf: TargetLeaf) -> Iterator[Diagnosis]:
    rows = leaf.shape[0] if leaf.shape else 1
    if leaf.rows is not None and rows != leaf.rows:
        facts = {"rows": rows, "x_rows": leaf.rows, "x_name": leaf.x}
        yield Diagnosis("label_rows", leaf.observed.arg, leaf.facts | facts)


def _other_shape(leaf: TargetLeaf) -> Diagnosis:
    given, tail, kind, units = leaf.shape[1:], leaf.tail, leaf.spec.kind, leaf.spec.units
    arg, facts = leaf.observed.arg, leaf.facts
    want = leaf.spec.shape[1:]
    if leaf.has_levels and len(given) <= 1 and not tail:
        return Diagnosis("label_columns", arg, facts | {"wanted": 1, "columns": (given or (1,))[-1]})
    if kind == "sparse" and fits(given, (*want, units)):
        return Diagnosis("label_onehot_sparse", arg, facts)
    if kind == "categories" and unit_axes(given, want[:-1]) is not None:
        return Diagnosis("label_sparse_onehot", arg, facts)
    steps = want if kind == "sparse" else want[:-1]
    if steps and (len([size for size in given if size != 1]) < len([size for size in want if size != 1])):
        return Diagnosis("label_sequence", arg, facts | {"places": steps, "is_recurrent": leaf.spec.is_recurrent})
    if len(given) > len(want) and len(given) > 1:
        return Diagnosis("label_single", arg, facts | {"steps": given[0]})
    if len(given) == len(want) or (not given and len(want) == 1) or (kind == "sparse" and len(given) == 1 and not want):
        columns = given[-1] if given else 1
        wanted = 1 if kind == "sparse" else units
        if given[:-1] == tuple(size for size in want[: len(given) - 1]) or len(given) <= 1:
            if leaf.empty_first and wanted is not None and columns == wanted + 1:
                return Diagnosis("label_onehot_extra", arg, facts | {"columns": columns, "wanted": wanted})
            return Diagnosis("label_columns", arg, facts | {"columns": columns, "wanted": wanted})
    return Diagnosis("label_sizes", arg, facts)


def check_rows(y: Observed, rows: int, x: str) -> Iterator[Diagnosis]:
    """One target per sample, of data that a model was trained on elsewhere."""
    parts = y.children if y.kind.kind in ("list", "dict") and y.children else (y,)
    for part in parts:
        if part.kind.kind in ("array", "frame") and part.rows != rows:
            yield Diagnosis("label_rows", part.arg, {"rows": part.rows, "x_rows": rows, "x_name": x})
