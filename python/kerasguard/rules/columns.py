"""Are the columns those of training, and in its order?"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from ..report import Diagnosis, Finding, Repair
from ..steps import Columns, chosen_columns
from .structure import Leaf

# What as.data.frame(), read.table() and pandas call columns that have no name.
MADE_UP = re.compile(r"(\.\.\.|[VX])?\d+")


def _names(leaf: Leaf) -> tuple[str, ...] | None:
    """The names of the features: of columns, of the last axis, or of the samples that were stacked."""
    children = leaf.observed.children
    return leaf.observed.kind.names or (children[0].kind.names if leaf.steps and children else None)


def check_columns(leaf: Leaf, known: tuple[str, ...] | None, stale: bool = False) -> Iterator[Finding]:
    """Put columns into the order of training by their names, leave others out, and refuse missing ones.

    `stale`: the model was trained on since, with columns in an order that nobody saw: then none are moved.
    """
    names, arg, kind = _names(leaf), leaf.observed.arg, leaf.observed.kind
    if not known or not names or names == known or chosen_columns(leaf.steps):
        return
    same = sorted(names) == sorted(known)
    made_up = all(map(MADE_UP.fullmatch, names)) or all(map(MADE_UP.fullmatch, known))
    if made_up and (len(names) != len(known) or not set(names) & set(known)):
        return
    if leaf.steps or not (kind.kind == "frame" or kind.rank == 2):
        if same:  # names of other axes than a table's columns: those of samples, perhaps
            facts = {"columns": known, "given": leaf.observed.given, "stacked": bool(leaf.steps)}
            yield Diagnosis("column_other_order", arg, facts)
        return
    absent = tuple(name for name in known if name not in names)
    if stale:
        given = leaf.observed.given
        yield Diagnosis("column_stale", arg, {"columns": known, "absent": absent, "received": names, "given": given})
        return
    if absent:
        near = difflib.get_close_matches(absent[0], [name for name in names if name not in known], 1)
        facts = {"missing": absent, "received": names, "near": near[0] if near else None, "given": leaf.observed.given}
        yield Diagnosis("column_absent", arg, facts)
        return
    twice = tuple(name for name in known if names.count(name) > 1)
    if twice:
        yield Diagnosis("column_twice", arg, {"columns": twice, "given": leaf.observed.given})
        return
    indices = tuple(names.index(name) for name in known)
    extra = tuple(name for name in names if name not in known)
    code = "column_extra" if list(indices) == sorted(indices) else "column_order"
    yield Repair(code, arg, "message", {"columns": known, "extra": extra}, Columns(indices))
