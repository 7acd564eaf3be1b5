"""Which object goes to which input?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, permutations
from typing import Any

from ..observe import Observed
from ..observe.observed import gather_cells
from ..report import Axes, Diagnosis, Finding, Repair
from ..signature import ModelSignature, TensorSpec
from ..steps import Columns, Stack, Step, chosen_columns
from .rank import fits, unit_shapes


@dataclass(frozen=True)
class Leaf:
    """One input's data: the object it comes from and what has to be done to it first; `alone`: the only input."""

    spec: TensorSpec
    observed: Observed
    shape: tuple[int, ...]
    steps: tuple[Step, ...] = ()
    alone: bool = True

    @property
    def rows(self) -> int:
        """Number of samples; a single value is one."""
        return self.shape[0] if self.shape else 1

    @property
    def names(self) -> tuple[str, ...] | None:
        """The names of the columns that are taken."""
        names = self.observed.kind.names
        chosen = chosen_columns(self.steps)
        return names if names is None or chosen is None else tuple(names[i] for i in chosen)


Assigned = Leaf | Finding
# kinds that hold no values
NO_DATA = {"null": "null", "other": "kind", "convertible": "convert", "symbolic": "symbolic"}


def assign(signature: ModelSignature, observed: Observed) -> Iterator[Assigned]:
    """Give every input its data, or say why that cannot be done."""
    if observed.kind.kind in NO_DATA:
        yield _no_data(observed)
    elif len(signature.inputs) == 1:
        yield from _assign_one(signature.inputs[0], observed)
    else:
        yield from _assign_many(signature, observed)


def _assign_one(spec: TensorSpec, observed: Observed) -> Iterator[Assigned]:
    kind, table = observed.kind.kind, observed.table
    if kind == "frame" and table is not None and fits(table.shape, spec):
        yield Leaf(spec, table, table.shape)  # columns of several columns
    elif kind in ("array", "frame"):
        yield Leaf(spec, observed, observed.shape)
    elif kind == "list" and observed.table is not None:
        yield from _assign_one(spec, observed.table)
    elif kind == "dict":
        yield from _assign_one_from_dict(spec, observed)
    elif len(observed.children) == 1 and observed.children[0].kind.kind in ("array", "frame"):
        yield _only(spec, observed)
    elif observed.children:
        yield from _stack(spec, observed)
    else:
        yield Diagnosis("structure_kind", observed.arg, {"given": observed.given})


def _only(spec: TensorSpec, observed: Observed) -> Leaf:
    """A list of one: Keras takes it for its element."""
    child = observed.children[0]
    return Leaf(spec, child, child.shape)


def _assign_one_from_dict(spec: TensorSpec, observed: Observed) -> Iterator[Assigned]:
    keys, table = observed.kind.keys, observed.table
    if (
        table is not None
        and (len(keys) > 1 or spec.shape[-1] == 1)
        # a vector under the input's own name would be one sample of many features: hardly beside other columns
        and (fits(table.shape, spec) or spec.name not in keys or spec.shape[-1] != 1)
    ):
        if table.shape[0] == table.shape[1] > 1:  # the names could be those of samples just as well
            yield Repair("structure_table", observed.arg, "message", {"columns": keys})
        yield Leaf(spec, table, table.shape)
    elif spec.name in keys:
        extra = tuple(key for key in keys if key != spec.name)
        if extra:
            yield _dropped(observed, extra, (spec.name,))
        yield from _nested(spec, observed.children[keys.index(spec.name)])
    elif nulls := _nulls(observed):
        yield from nulls
    elif len(keys) == 1:
        yield from _nested(spec, observed.children[0])
    elif _are_samples(spec, observed.children):
        yield from _stack(spec, observed)
    elif "" not in keys and table is None and all(_is_vector(child) for child in observed.children):
        counts = tuple((key, child.rows) for key, child in zip(keys, observed.children, strict=True))
        yield Diagnosis("structure_lengths", observed.arg, {"counts": counts[:5]})
    else:
        yield _too_many(observed, 1)


def _are_samples(spec: TensorSpec, children: tuple[Observed, ...]) -> bool:
    """Whether these are windows or pictures of one size: with names that are those of samples."""
    shapes = {child.shape for child in children if child.kind.kind in ("array", "frame")}
    whole = len(shapes) == 1 and all(child.kind.kind in ("array", "frame") for child in children)
    return whole and len(spec.shape) > 2 and fits((len(children), *shapes.pop()), spec)


def _is_vector(observed: Observed) -> bool:
    return observed.kind.kind == "array" and observed.kind.rank <= 1


def _nulls(observed: Observed) -> list[Diagnosis]:
    """The elements, at any depth, that are None or NULL, as parsed JSON has them for missing values."""
    if observed.kind.kind == "null":
        return [_no_data(observed)]
    return [null for child in observed.children for null in _nulls(child)]


def _stack(spec: TensorSpec, observed: Observed) -> Iterator[Assigned]:
    """A list of equal samples is stacked; lists of unequal length are refused, two whole inputs as well."""
    children = observed.children
    if nulls := _nulls(observed):
        yield from nulls
        return
    if any(child.kind.kind not in ("array", "frame") for child in children):
        unread = next((child for child in children if child.kind.kind in ("convertible", "symbolic")), None)
        yield _no_data(unread) if unread else Diagnosis("structure_kind", observed.arg, {"given": observed.given})
        return
    orders = {child.kind.names for child in children} - {None}
    if len(orders) > 1 and len({frozenset(names or ()) for names in orders}) == 1:
        first = next(child.kind.names for child in children if child.kind.names)
        facts: dict[str, Any] = {"columns": first, "given": observed.given, "stacked": True}
        yield Diagnosis("column_orders", observed.arg, facts)
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
                "is_tensor": observed.given.cls.endswith("RaggedTensor"),
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
    known = gather_cells([(cells.count, [(i, *place) for place in cells.first]) for i, cells in holes])
    stacked = replace(observed, given=replace(children[0].given, cls="list", sizes=shape), cells=known)
    facts = {"count": len(children), "shape": shape}
    yield Repair("structure_stacked", observed.arg, "message", facts)
    yield Leaf(spec, stacked, shape, (Stack(),))


def _assign_many(signature: ModelSignature, observed: Observed) -> Iterator[Assigned]:
    specs, kind = signature.inputs, observed.kind.kind
    names = tuple(spec.name for spec in specs)
    placed = _by_path(signature.structure, observed)
    if placed is not None and _is_nested(signature.structure):
        for i in sorted(placed):
            yield from _nested(specs[i], placed[i])
    elif kind == "list" and observed.table is not None and (placed is None or _name_inputs(observed, names)):
        yield from _assign_many(signature, observed.table)
    elif kind == "list" and _are_misplaced(observed, names):
        yield Diagnosis("structure_unnamed", observed.arg, {"inputs": names})
    elif len(set(names)) < len(names) or (kind == "list" and _is_nested(signature.structure)):
        yield Diagnosis("structure_unlike", observed.arg, {"expected": len(specs), "paths": _paths(specs)})
    elif kind == "dict":
        yield from _by_name(specs, observed)
    elif kind == "frame" or (kind == "array" and observed.kind.rank == 2 and observed.kind.names):
        yield from _columns_to_inputs(specs, observed)
    elif observed.children and len(observed.children) == len(specs):
        if isinstance(signature.structure, dict):
            yield Diagnosis("structure_unnamed", observed.arg, {"inputs": names})
        else:
            yield from _by_position(specs, observed)
    elif kind == "list":
        yield _too_many(observed, len(specs), names)
    else:
        facts = {"expected": len(specs), "inputs": names, "given": observed.given}
        yield Diagnosis("structure_one_for_many", observed.arg, facts)


def _name_inputs(observed: Observed, names: tuple[str, ...]) -> bool:
    """Whether every item is a sample with a value for each input."""
    return all(set(names) <= set(child.kind.keys) for child in observed.children)


def _are_misplaced(observed: Observed, names: tuple[str, ...]) -> bool:
    """Whether the items of a list name other inputs than those whose places they stand at."""
    found = [set(names).intersection(child.kind.keys or child.kind.names or ()) for child in observed.children]
    return any(found) and any(carried and name not in carried for carried, name in zip(found, names, strict=False))


def _by_path(structure: Any, observed: Observed) -> dict[int, Observed] | None:
    """The data of every input, where lists and dicts are nested just as the model's own; else None."""
    if isinstance(structure, int):
        return {structure: observed}
    if observed.kind.kind == "list" and observed.table is not None and isinstance(structure, dict):
        observed = observed.table  # one record per sample
    keys = observed.kind.keys
    if isinstance(structure, dict):
        if set(keys) != set(structure) or len(keys) != len(structure):
            return None
        pairs = [(structure[key], observed.children[keys.index(key)]) for key in structure]
    else:
        if len(observed.children) != len(structure) or keys:
            return None
        pairs = list(zip(structure, observed.children, strict=True))
    found: dict[int, Observed] = {}
    for part, child in pairs:
        placed = _by_path(part, child)
        if placed is None:
            return None
        found |= placed
    return found


def _is_nested(structure: Any) -> bool:
    parts = structure.values() if isinstance(structure, dict) else structure
    return any(not isinstance(part, int) for part in parts)


def _paths(specs: tuple[TensorSpec, ...]) -> tuple[str, ...]:
    return tuple("/".join(str(step) for step in spec.path) for spec in specs)


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
    if "" in keys:
        yield Diagnosis(
            "structure_partly_named", observed.arg, {"inputs": names, "received": tuple(filter(None, keys))}
        )
        return
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
    if child.kind.kind in NO_DATA:
        yield _no_data(child)
    else:
        yield from _assign_one(spec, child)


def _no_data(observed: Observed) -> Diagnosis:
    facts = {"given": observed.given, "how": observed.kind.dtype}
    return Diagnosis(f"structure_{NO_DATA[observed.kind.kind]}", observed.arg, facts)


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
        facts = {"missing": absent, "received": columns, "near": near[0] if near else None, "given": observed.given}
        yield Diagnosis("column_missing", observed.arg, facts)
        return
    twice = tuple(name for name in names if columns.count(name) > 1)
    if twice:
        yield Diagnosis("column_twice", observed.arg, {"columns": twice, "given": observed.given})
        return
    extra = tuple(column for column in columns if column not in names)
    moved = columns != names
    yield Repair("structure_columns", observed.arg, "message" if moved else "report", {"inputs": names, "extra": extra})
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
