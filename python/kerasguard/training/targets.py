"""Targets: what came -> one array per output, as the loss wants it. With `apply` the only code that changes values."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..apply import gather, missing_in, move
from ..blueprints import OutputSeen
from ..measure import Found
from ..observe import Observed
from ..observe.arrays import locate
from ..observe.labels import Labels, are_other_numbers, column_values, labels_of, labels_of_numbers
from ..observe.observed import USABLE
from ..plan import is_stopped
from ..report import Cells, Diagnosis, Finding, Repair
from ..rules.labels import (
    NEAR_WHOLE,
    TargetValues,
    check_codes,
    check_finite,
    check_levels,
    check_values,
    class_count,
)  # fmt: skip
from ..rules.targets import TargetLeaf, are_codes, check_names, check_shape
from ..steps import moves_of
from ..targets import TargetSpec

MOST_DISTINCT = 1000  # different values that are looked at


@dataclass(frozen=True)
class Target:
    """One output's targets. `array`: ready for Keras; `codes`: the class of each sample, where there are classes."""

    spec: TargetSpec
    observed: Observed | None
    array: np.ndarray | None = None
    labels: Labels | None = None
    classes: tuple[Any, ...] | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_other_rank(self) -> bool:
        """Whether Keras gets another number of axes than was given."""
        return self.array is not None and self.observed is not None and self.array.ndim != len(self.observed.shape)

    @property
    def codes(self) -> np.ndarray | None:
        """The class of every sample, as class weights and splits count it; None for targets of several values each."""
        array = self.array
        if array is None or self.spec.kind in ("numbers", "custom", "none"):
            return None
        if self.spec.kind == "sparse" or self.spec.units == 1:
            return array.reshape(-1) if array.size == len(array) else None
        return array.argmax(-1) if array.ndim == 2 and self.spec.kind == "categories" else None


def make_targets(
    specs: tuple[TargetSpec, ...], observed: Observed, rows: int | None, x: str, seen: tuple[OutputSeen, ...] | None,
    base: int | None, trains: bool,
) -> tuple[list[Target], list[Finding]]:  # fmt: skip
    """The targets of all outputs, and what was found.

    Args:
        specs: The model's outputs and their losses.
        observed: The y that was given.
        rows: How many samples the inputs have, None where that is not known.
        x: How the user calls the inputs.
        seen: What training saw of each output.
        base: The number of the first class, where the user said it.
        trains: Whether the model learns from them; some doubts are about training only.
    """
    found: list[Finding] = []
    targets: list[Target] = []
    for i, item in enumerate(assign(specs, observed)):
        if isinstance(item, Diagnosis):
            found.append(item)
            continue
        spec, part = item
        target = Target(spec, None) if part is None else make_target(
            spec, part, rows, x, seen[i] if seen else None, base, trains
        )  # fmt: skip
        found += target.findings
        targets.append(target)
    return targets, found


def assign(
    specs: tuple[TargetSpec, ...], observed: Observed
) -> Iterator[tuple[TargetSpec, Observed | None] | Diagnosis]:
    """Give every output its targets: by name, or by position in a list."""
    names, kind = tuple(spec.name for spec in specs), observed.kind
    if kind.kind == "null":
        if any(spec.kind not in ("none", "custom") for spec in specs):
            yield Diagnosis("label_none", observed.arg, {"inputs": names})
        else:
            yield from ((spec, None) for spec in specs)
    elif kind.kind in ("other", "convertible", "symbolic"):
        yield Diagnosis("label_kind", observed.arg, {"given": observed.given})
    elif specs[0].is_free:
        yield from ((replace(specs[0], name=name), part) for name, part in _parts(specs[0].name, observed))
    elif len(specs) == 1:
        yield from _assign_one(specs[0], observed)
    elif kind.keys and set(kind.keys) & set(names):
        yield from _by_name(specs, names, observed)
    elif kind.kind == "frame" and set(names) <= set(kind.names or ()):
        yield from ((spec, column(observed, (kind.names or ()).index(spec.name))) for spec in specs)
    elif kind.kind == "list" and len(observed.children) == len(specs):
        yield from ((s, None if c.kind.kind == "null" else c) for s, c in zip(specs, observed.children, strict=True))
    else:
        received = len(observed.children) if observed.children else 1
        facts = {"expected": len(specs), "received": received, "inputs": names, "given": observed.given}
        yield Diagnosis("label_outputs", observed.arg, facts)


def _parts(name: str, observed: Observed) -> Iterator[tuple[str, Observed]]:
    """Every array that was given, with its name if it has one."""
    if observed.table is not None or not observed.children:
        yield name, observed.table or observed
    else:
        names = observed.kind.keys or (name,) * len(observed.children)
        yield from zip(names, observed.children, strict=True)


def _assign_one(spec: TargetSpec, observed: Observed) -> Iterator[tuple[TargetSpec, Observed | None] | Diagnosis]:
    kind, table = observed.kind, observed.table
    if kind.kind in ("array", "frame"):
        yield spec, observed
    elif kind.keys and spec.name in kind.keys and (table is None or len(kind.keys) == 1):
        yield spec, observed.children[kind.keys.index(spec.name)]
    elif table is not None:
        yield spec, table
    elif len(observed.children) == 1:
        yield from _assign_one(spec, observed.children[0])
    else:
        yield spec, observed


def _by_name(
    specs: tuple[TargetSpec, ...], names: tuple[str, ...], observed: Observed
) -> Iterator[tuple[TargetSpec, Observed | None] | Diagnosis]:
    keys = observed.kind.keys
    absent = tuple(s.name for s in specs if s.name not in keys and s.kind not in ("none",))
    if absent:
        near = difflib.get_close_matches(absent[0], [key for key in keys if key not in names], 1)
        facts = {"missing": absent, "inputs": names, "received": keys, "near": near[0] if near else None}
        yield Diagnosis("label_names", observed.arg, facts)
        return
    for spec in specs:
        yield spec, observed.children[keys.index(spec.name)] if spec.name in keys else None


def column(observed: Observed, j: int) -> Observed:
    """One column of a table as a vector."""
    seen, values = observed.kind.columns[j], column_values(observed, j)
    kind = replace(observed.kind, kind="array", elements=seen.elements, dtype=seen.dtype, rank=1, tail=(), names=None,
                   columns=())  # fmt: skip
    hole = (observed.holes or {}).get(j)
    cells = Cells(hole[0], tuple((i,) for i in hole[1])) if hole else None
    return Observed(observed.arg, kind, (observed.rows,), values, observed.given, cells)


def make_target(
    spec: TargetSpec, observed: Observed, rows: int | None, x: str, seen: OutputSeen | None, base: int | None,
    trains: bool,
) -> Target:  # fmt: skip
    """One output's targets, checked and made ready; without an array where there are problems."""
    if observed.kind.kind == "frame" and len(observed.kind.columns) == 1:
        observed = column(observed, 0)
    labels = labels_of(observed) if observed.kind.kind == "array" else None
    if labels is None and not _is_numeric(observed):
        return Target(spec, observed, findings=[_no_numbers(spec, observed)])
    if labels is None and base is None and seen is not None and _are_names(spec, observed, seen):
        numbers = gather(observed, ())
        labels = labels_of_numbers(numbers, missing_in(numbers))
    if labels is not None:
        values: np.ndarray = labels.codes
    else:
        values = gather(observed, ())
    is_coded = labels is None and are_codes(spec, values.shape, base)
    leaf = TargetLeaf(spec, observed, values.shape, rows, x, labels is not None or is_coded, _is_empty_first(values))
    found, steps = check_shape(leaf)
    if labels is None and not is_coded and seen is not None and not found:
        reordered = list(check_names(leaf, seen.names or seen.classes))
        found = [*found, *reordered]
        values = gather(observed, (reordered[0].step,)) if reordered else values
    target = Target(spec, observed, None, labels, None, found)
    if is_stopped(found):
        return target
    moved = move(values, moves_of(steps))
    if labels is not None:
        return _from_levels(target, leaf, labels, moved, seen)
    if is_coded:
        return _from_codes(target, leaf, moved, base or 0, trains)
    return _from_numbers(target, leaf, moved, seen, base, trains)


def _are_names(spec: TargetSpec, observed: Observed, seen: OutputSeen) -> bool:
    """Whether numbers are names of classes: training had other numbers than the codes for it."""
    is_single = observed.kind.kind == "array" and (observed.kind.rank == 1 or observed.kind.tail == (1,))
    return is_single and spec.kind in ("sparse", "categories", "binary") and are_other_numbers(seen.classes)


def _is_numeric(observed: Observed) -> bool:
    kind = observed.kind
    return kind.kind in ("array", "frame") and kind.elements in USABLE


def _no_numbers(spec: TargetSpec, observed: Observed) -> Diagnosis:
    unusable = tuple(column.name for column in observed.kind.columns if column.elements not in USABLE)
    facts = {"given": observed.given, "output": spec.name, "unusable": unusable}
    return Diagnosis("label_kind", observed.arg, facts)


def _is_empty_first(values: np.ndarray) -> bool:
    if values.ndim != 2 or values.shape[1] < 2 or not len(values):
        return False
    return bool((np.ma.getdata(values[:, 0]) == 0).all())


def _from_levels(
    target: Target, leaf: TargetLeaf, labels: Labels, codes: np.ndarray, seen: OutputSeen | None
) -> Target:
    """Labels as codes, as 0 and 1, or one-hot, by the loss."""
    spec = target.spec
    found, classes = check_levels(leaf, labels, seen)
    if (codes < 0).any():
        missing = TargetValues(codes.size, missing=locate(labels.codes < 0))
        found = [*found, *check_finite(leaf, missing)]
    if is_stopped(found):
        return replace(target, findings=[*target.findings, *found])
    coded = replace(labels, codes=codes).coded_by(classes)
    if spec.kind == "sparse":
        array = coded.astype("int32")
    elif spec.kind == "hinge":
        array = (coded * 2 - 1).astype("float32")
    elif spec.units == 1:
        array = coded.astype("float32")
    else:
        array = np.eye(len(classes), dtype="float32")[coded]
    return replace(target, array=array, classes=classes, findings=[*target.findings, *found])


def _from_codes(target: Target, leaf: TargetLeaf, values: np.ndarray, base: int, trains: bool) -> Target:
    """Numbers of classes, one-hot."""
    units = leaf.spec.units or 0
    measured = measure_targets(values, leaf, None, base)
    found: list[Finding] = list(check_finite(leaf, measured))
    if not is_stopped(found) and measured.rows:
        found += check_codes(leaf, measured, base, trains)
    if is_stopped(found):
        return replace(target, findings=[*target.findings, *found])
    found.append(Repair("label_one_hot", leaf.observed.arg, "message", leaf.facts | {"base": base}))
    array = np.eye(units, dtype="float32")[np.rint(np.ma.getdata(values)).astype("int64") - base]
    return replace(target, array=array, classes=tuple(range(base, base + units)), findings=[*target.findings, *found])


def _from_numbers(
    target: Target, leaf: TargetLeaf, values: np.ndarray, seen: OutputSeen | None, base: int | None, trains: bool
) -> Target:
    spec, ignored = target.spec, target.spec.loss.ignore_class if target.spec.loss else None
    has_classes = spec.kind in ("sparse", "binary", "hinge") and spec.units is not None
    shift = base if base and has_classes and not (spec.kind == "binary" and (spec.units or 1) > 1) else 0
    measured = measure_targets(values, leaf, ignored, shift)
    found: list[Finding] = list(check_finite(leaf, measured))
    if not is_stopped(found):
        found += check_values(leaf, measured, base, trains)
    if is_stopped(found):
        return replace(target, findings=[*target.findings, *found])
    array = _ready(values, spec, shift, ignored)
    classes = seen.classes if seen is not None else None
    if shift and (count := class_count(leaf)):
        classes = tuple(range(shift, shift + count))
    return replace(target, array=array, classes=classes, findings=[*target.findings, *found])


def _ready(values: np.ndarray, spec: TargetSpec, shift: int, ignored: int | None) -> np.ndarray:
    """The numbers in the type that Keras computes the loss in."""
    values = np.ma.getdata(values)
    if spec.kind == "sparse":
        whole = np.rint(values).astype("int32")
        return whole if not shift else np.where(whole == ignored, whole, whole - shift).astype("int32")
    if values.dtype.kind in "iub" and spec.kind in ("custom", "none"):
        return values
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray((values.astype("float64") - shift if shift else values).astype("float32"))


def measure_targets(values: np.ndarray, leaf: TargetLeaf, ignored: int | None, shift: int) -> TargetValues:
    """What the rules want to know of a target's numbers; `shift` is taken off them first."""
    absent = missing_in(values)
    if absent.any():
        return TargetValues(len(values), missing=_named(locate(absent), leaf))
    numbers = np.ma.getdata(values).astype("float64")
    # beyond float32's range a number is infinite to the loss
    unbounded = ~(np.abs(numbers) <= np.finfo("float32").max)
    if unbounded.any():
        return TargetValues(len(values), infinite=_named(locate(unbounded), leaf))
    if leaf.spec.kind in ("custom", "none") or not numbers.size:
        return TargetValues(len(values))
    came, off = numbers, np.abs(numbers - np.rint(numbers))
    if leaf.spec.kind == "sparse" or leaf.has_levels:
        numbers = np.where(off <= NEAR_WHOLE, np.rint(numbers), numbers)
    used = numbers if ignored is None else numbers[numbers != ignored]
    if not used.size:
        return TargetValues(0)
    used = used - shift
    low, high = float(used.min()), float(used.max())
    if leaf.spec.kind == "numbers":
        return TargetValues(len(values), low, high)
    distinct = np.unique(used)
    is_one_hot = numbers.ndim == 2 and set(distinct) <= {0.0, 1.0} and bool((numbers.sum(1) == 1).all())
    return TargetValues(
        len(values), low, high, tuple(distinct.tolist()) if len(distinct) <= MOST_DISTINCT else None,
        _found((off > 0) & (off <= NEAR_WHOLE), came, leaf), _found(off > NEAR_WHOLE, came, leaf),
        empty=tuple(np.flatnonzero(~numbers.any(0)).tolist()) if numbers.ndim == 2 else (), one_hot=is_one_hot,
    )  # fmt: skip


def _found(mask: np.ndarray, numbers: np.ndarray, leaf: TargetLeaf) -> Found | None:
    if not mask.any():
        return None
    return Found(_named(locate(mask), leaf), tuple(float(v) for v in numbers[mask][:3]))


def _named(cells: Cells, leaf: TargetLeaf) -> Cells:
    """Places as the user has them: what is one value per sample is told by its row."""
    if len(leaf.shape) == 1:
        return Cells(cells.count, tuple(place[:1] for place in cells.first))
    return Cells(cells.count, cells.first, leaf.observed.kind.names)
