"""Which object goes to which input?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, permutations
from typing import Any

from ..observe import Observed
from ..observe.lists import table_of
from ..report import Axes, Cells, Diagnosis, Finding, Repair
from ..signature import ModelSignature, TensorSpec
from ..steps import Columns, Stack, Step
from .rank import fits, unit_shapes


@dataclass(frozen=True)
class Leaf:
    """One input's data: the object it comes from and what has to be done to it first."""

    spec: TensorSpec
    observed: Observed
    shape: tuple[int, ...]
    steps: tuple[Step, ...] = ()

    @property
    def rows(self) -> int:
        """Number of samples; a single value is one."""
        return self.shape[0] if self.shape else 1


Assigned = Leaf | Finding


def assign(signature: ModelSignature, observed: Observed) -> Iterator[Assigned]:
    """Give every input its data, or say why that cannot be done."""
    if observed.kind.kind == "null":
        yield Diagnosis("structure_null", observed.arg, {"given": observed.given})
    elif observed.kind.kind == "other":
        yield Diagnosis("structure_kind", observed.arg, {"given": observed.given})
    elif len(signature.inputs) == 1:
        yield from _assign_one(signature.inputs[0], observed)
    else:
        yield from _assign_many(signature, observed)


def _assign_one(spec: TensorSpec, observed: Observed) -> Iterator[Assigned]:
    kind = observed.kind.kind
    if kind in ("array", "frame"):
        yield Leaf(spec, observed, observed.shape)
    elif kind == "dict":
        yield from _assign_one_from_dict(spec, observed)
    elif len(observed.children) == 1 and observed.children[0].kind.kind in ("array", "frame"):
        yield _only(spec, observed)
    elif observed.children:
        yield from _stack(spec, observed)
    else:
        yield Diagnosis("structure_kind", observed.arg, {"given": observed.given})


def _only(spec: TensorSpec, observed: Observed) -> Leaf:
    """A list of one: Keras takes it for its element; as one sample it would be the same numbers."""
    child = observed.children[0].named(observed.arg)
    if not fits(child.shape, spec) and fits((1, *child.shape), spec):
        return Leaf(spec, replace(observed, given=child.given), (1, *child.shape), (Stack(1),))
    return Leaf(spec, child, child.shape)


def _assign_one_from_dict(spec: TensorSpec, observed: Observed) -> Iterator[Assigned]:
    keys = observed.kind.keys
    if spec.name in keys:
        extra = tuple(key for key in keys if key != spec.name)
        if extra:
            yield _dropped(observed, extra, (spec.name,))
        child = observed.children[keys.index(spec.name)]
        yield Leaf(spec, child, child.shape)
    elif (table := table_of(observed)) is not None and (len(keys) > 1 or spec.shape[-1] == 1):
        yield Leaf(spec, table, table.shape)
    elif len(keys) == 1:
        yield _only(spec, observed)
    else:
        yield _too_many(observed, 1)


def _stack(spec: TensorSpec, observed: Observed) -> Iterator[Assigned]:
    """A list of equal samples is stacked; lists of unequal length are refused, two whole inputs as well."""
    children = observed.children
    if any(child.kind.kind not in ("array", "frame") for child in children):
        yield Diagnosis("structure_kind", observed.arg, {"given": observed.given})
        return
    shapes = {child.shape for child in children}
    sample_rank = len(spec.shape) - 1
    if len(shapes) > 1:
        ragged = {child.rows for child in children}
        if len(ragged) > 1 and all(len(child.shape) <= max(sample_rank, 1) for child in children):
            lengths = tuple(child.rows for child in children[:5])
            facts = {
                "lengths": lengths,
                "count": len(children),
                "expected": spec.shape[1],
                "spec": Axes(spec.axes, spec.shape),
            }
            yield Diagnosis("structure_ragged", observed.arg, facts)
        else:
            yield _too_many(observed, 1)
        return
    shape = (len(children), *shapes.pop())
    if not fits(shape, spec) and len(list(unit_shapes(shape, spec))) != 1:
        yield _too_many(observed, 1)
        return
    holes = [(i, child.cells) for i, child in enumerate(children) if child.cells]
    cells = tuple((i, *place) for i, found in holes for place in found.first)[:5]
    known = Cells(sum(found.count for _, found in holes), cells) if holes else None
    stacked = replace(observed, given=replace(children[0].given, cls="list", sizes=shape), cells=known)
    facts = {"count": len(children), "shape": shape}
    yield Repair("structure_stacked", observed.arg, "message", facts)
    yield Leaf(spec, stacked, shape, (Stack(len(children)),))


def _assign_many(signature: ModelSignature, observed: Observed) -> Iterator[Assigned]:
    specs = signature.inputs
    names = tuple(spec.name for spec in specs)
    if observed.kind.kind == "dict":
        yield from _by_name(specs, observed)
    elif observed.kind.kind == "frame":
        yield from _columns_to_inputs(specs, observed)
    elif observed.children and len(observed.children) == len(specs):
        if isinstance(signature.structure, dict):
            yield Diagnosis("structure_unnamed", observed.arg, {"inputs": names})
        else:
            yield from _by_position(specs, observed)
    elif observed.kind.kind == "list":
        yield _too_many(observed, len(specs), names)
    else:
        facts = {"expected": len(specs), "inputs": names, "given": observed.given}
        yield Diagnosis("structure_one_for_many", observed.arg, facts)


def _by_position(specs: tuple[TensorSpec, ...], observed: Observed) -> Iterator[Assigned]:
    children = observed.children
    if not _all_fit(specs, children):
        orders = (p for p in permutations(range(len(specs))) if _all_fit(specs, [children[i] for i in p]))
        found = list(islice(orders, 2)) if len(specs) <= 6 else []
        if len(found) == 1:
            facts = {"inputs": tuple(spec.name for spec in specs), "order": found[0]}
            yield Diagnosis("structure_order", observed.arg, facts)
            return
    for spec, child in zip(specs, children, strict=True):
        yield from _nested(spec, child)


def _by_name(specs: tuple[TensorSpec, ...], observed: Observed) -> Iterator[Assigned]:
    keys, names = observed.kind.keys, tuple(spec.name for spec in specs)
    twice = tuple(name for name in names if keys.count(name) > 1)
    if twice:
        yield Diagnosis("structure_twice", observed.arg, {"columns": twice})
        return
    absent = tuple(name for name in names if name not in keys)
    if absent:
        near = difflib.get_close_matches(absent[0], [key for key in keys if key not in names], 1)
        facts = {"missing": absent, "inputs": names, "received": keys, "near": near[0] if near else None}
        yield Diagnosis("structure_names", observed.arg, facts)
        return
    extra = tuple(key for key in keys if key not in names)
    if extra:
        yield _dropped(observed, extra, names)
    for spec in specs:
        yield from _nested(spec, observed.children[keys.index(spec.name)])


def _nested(spec: TensorSpec, child: Observed) -> Iterator[Assigned]:
    if child.kind.kind in ("null", "other"):
        yield Diagnosis(
            f"structure_{'null' if child.kind.kind == 'null' else 'kind'}", child.arg, {"given": child.given}
        )
    else:
        yield from _assign_one(spec, child)


def _columns_to_inputs(specs: tuple[TensorSpec, ...], observed: Observed) -> Iterator[Assigned]:
    """A table for inputs of one number each: its columns go to the inputs by name."""
    columns, names = observed.kind.names or (), tuple(spec.name for spec in specs)
    absent = tuple(name for name in names if name not in columns)
    wide = [spec.name for spec in specs if spec.shape != (None, 1) and spec.shape != (None,)]
    if wide:
        facts = {"expected": len(specs), "inputs": names, "given": observed.given}
        yield Diagnosis("structure_one_for_many", observed.arg, facts)
        return
    if absent:
        near = difflib.get_close_matches(absent[0], [name for name in columns if name not in names], 1)
        facts = {"missing": absent, "received": columns, "near": near[0] if near else None}
        yield Diagnosis("column_missing", observed.arg, facts)
        return
    twice = tuple(name for name in names if columns.count(name) > 1)
    if twice:
        yield Diagnosis("column_twice", observed.arg, {"columns": twice})
        return
    extra = tuple(column for column in columns if column not in names)
    yield Repair("structure_columns", observed.arg, "message", {"inputs": names, "extra": extra})
    for spec in specs:
        yield Leaf(spec, observed, (observed.rows, 1), (Columns((columns.index(spec.name),)),))


def check_rows(leaves: list[Leaf], arg: str) -> Iterator[Diagnosis]:
    """All inputs describe the same samples."""
    rows = {leaf.rows for leaf in leaves}
    if len(rows) > 1:
        counts = tuple((leaf.spec.name, leaf.rows) for leaf in leaves)
        yield Diagnosis("structure_rows", arg, {"counts": counts})


def _all_fit(specs: Any, children: Any) -> bool:
    return all(
        fits(child.shape, spec) or len(list(unit_shapes(child.shape, spec))) == 1
        for spec, child in zip(specs, children, strict=True)
    )


def _too_many(observed: Observed, expected: int, names: tuple[str, ...] = ()) -> Diagnosis:
    facts = {
        "received": len(observed.children),
        "expected": expected,
        "inputs": names,
        "keys": observed.kind.keys,
    }
    return Diagnosis("structure_count" if expected == 1 else "structure_count_many", observed.arg, facts)


def _dropped(observed: Observed, extra: tuple[str, ...], names: tuple[str, ...]) -> Repair:
    return Repair("structure_extra", observed.arg, "message", {"extra": extra, "inputs": names})
