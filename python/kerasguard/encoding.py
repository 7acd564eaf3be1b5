"""Categories and text of a table made numbers, as training had them: codes, or a column of 0 and 1 per level.

What is decided (from kinds and names alone) is part of the plan; `encode` then gives the table that all later steps
work on. Made columns are named as `pandas.get_dummies` and R's recipes name them: `color_red`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .blueprints import ColumnSeen, InputSeen
from .observe import Observed
from .observe import observed as make
from .observe.labels import Labels, column_values, labels_of
from .observe.observed import MAX_CELLS, Column, Origin
from .report import Cells, Finding, Notice, Repair
from .rules.columns import MADE_UP, check_columns
from .rules.levels import LABELS, are_numbers, check_codes
from .rules.structure import Leaf
from .steps import Columns, chosen_columns


@dataclass(frozen=True)
class EncodedColumn:
    """A column of training: its `place` in the user's table (None: the object itself is it), and what training had."""

    place: int | None
    seen: ColumnSeen


@dataclass(frozen=True)
class Encoding:
    """The columns that make an input, in the order of training."""

    columns: tuple[EncodedColumn, ...]

    @property
    def places(self) -> tuple[int | None, ...]:
        """The user's column behind each made one."""
        return tuple(column.place for column in self.columns for _ in range(column.seen.width))


@dataclass(frozen=True)
class Novel:
    """Levels of one column that training did not have: the first of them, and where they stand."""

    seen: ColumnSeen
    labels: tuple[str, ...]
    cells: Cells


def made_names(column: ColumnSeen, mark: str = "_") -> tuple[str, ...]:
    """The names of the columns of numbers that it makes."""
    name = str(column.name)
    if column.levels is None or column.encoding in (None, "codes"):
        return (name,)
    return tuple(f"{name}{mark}{level}" for level in column.levels[column.encoding == "dummies" :])


# Choosing the columns, by kinds and names


def read_columns(
    leaf: Leaf, seen: InputSeen | None, is_named: bool, stale: bool = False
) -> tuple[list[Finding], Encoding | None]:
    """Which columns of a table (or the vector that is one) training had, and how those with levels become numbers.

    Args:
        leaf: An input's data.
        seen: What training had there.
        is_named: Whether the data has the name of a column although it is none of a table.
        stale: Whether the model was trained on since training was seen.

    Returns:
        Findings, with a step that chooses the columns where nothing is to be encoded; and the encoding.
    """
    if seen is None or all(column.levels is None for column in seen.columns):
        return list(check_columns(leaf, seen.names if seen else None, stale)), None
    kind = leaf.observed.kind
    if kind.kind != "frame" and not (kind.rank == 2 and kind.names):
        return _read_vector(leaf, seen, is_named)
    made = _made_already(leaf, seen)
    if made is not None:
        return list(check_columns(leaf, made or None, stale)), None
    places = chosen_columns(leaf.steps)
    found = [] if places else list(check_columns(leaf, seen.names, stale))
    if places is None:
        step = next((finding.step for finding in found if isinstance(finding, Repair)), None)
        places = step.indices if step else tuple(range(leaf.shape[-1]))
    if any(not isinstance(finding, Repair) for finding in found) or len(places) != len(seen.columns):
        return found, None
    codes = list(check_codes(leaf, places, seen.columns))
    if codes or kind.kind != "frame":
        return [*found, *codes], None
    columns = tuple(EncodedColumn(place, column) for place, column in zip(places, seen.columns, strict=True))
    return [replace(f, step=None) if isinstance(f, Repair) else f for f in found], Encoding(columns)


def _read_vector(leaf: Leaf, seen: InputSeen, is_named: bool) -> tuple[list[Finding], Encoding | None]:
    kind = leaf.observed.kind
    if len(seen.columns) != 1 or leaf.steps or kind.kind != "array" or (kind.rank > 1 and kind.tail != (1,)):
        return [], None
    if kind.elements in (*LABELS, "missing"):
        return [], Encoding((EncodedColumn(None, seen.columns[0]),))
    return list(check_codes(leaf, (0,), seen.columns)) if is_named else [], None


def _made_already(leaf: Leaf, seen: InputSeen) -> tuple[str, ...] | None:
    """Whether a table is encoded already: the names it had then, an empty tuple where it has others; else None."""
    kind, columns = leaf.observed.kind, seen.columns
    names = kind.names or ()
    elements = [column.elements for column in kind.columns] or [kind.elements]
    if chosen_columns(leaf.steps) or not are_numbers(elements) or len(names) != sum(c.width for c in columns):
        return None
    for mark in ("_", ""):  # of pandas.get_dummies and recipes, of R's model.matrix
        made = tuple(name for column in columns for name in made_names(column, mark))
        if sorted(made) == sorted(names) and made != tuple(c.name for c in columns):
            return made
    if any(column.levels is not None and column.name in names for column in columns):
        return None
    if all(map(MADE_UP.fullmatch, names)):
        return ()
    places = {c.name: sum(b.width for b in columns[:i]) for i, c in enumerate(columns) if c.levels is None}
    stand = all(name not in names or names.index(name) == place for name, place in places.items() if name is not None)
    return () if stand else None


# The encoded table


def view(leaf: Leaf, encoding: Encoding) -> Leaf:
    """The input's data once it is encoded; without its values, which no plan looks at."""
    observed = _table(leaf.observed, encoding, [])
    return replace(leaf, observed=observed, shape=observed.shape, steps=())


def of_user(leaf: Leaf, encoding: Encoding) -> Leaf:
    """The user's own columns that are used, those to be encoded taken for numbers."""
    observed = leaf.observed
    if observed.kind.kind != "frame":
        return replace(leaf, observed=replace(observed, kind=replace(observed.kind, elements="number")))
    columns = list(observed.kind.columns)
    for column in encoding.columns:
        place = column.place or 0
        if column.seen.levels is not None and columns[place].elements in LABELS:
            columns[place] = replace(columns[place], elements="number")
    places = tuple(column.place or 0 for column in encoding.columns)
    kind = replace(observed.kind, columns=tuple(columns))
    return replace(leaf, observed=replace(observed, kind=kind), steps=(Columns(places),))


def report_encoding(arg: str, encoding: Encoding, level: Any = "report") -> Iterator[Notice]:
    """Tell which level became which number."""
    for column in encoding.columns:
        seen = column.seen
        if seen.levels is not None:
            facts = {"column": str(seen.name), "levels": tuple(map(str, seen.levels)), "base": seen.base,
                     "made": made_names(seen), "are_codes": seen.encoding == "codes"}  # fmt: skip
            yield Notice("column_encoded", arg, level, facts)


def encode(observed: Observed, encoding: Encoding) -> tuple[Observed, list[Novel]]:
    """The encoded table, whose places know the user's own; and levels that training did not have, masked there."""
    data: list[Any] = []
    novel: list[Novel] = []
    for column in encoding.columns:
        place, seen = column.place, column.seen
        if seen.levels is None:
            data.append(column_values(observed, place or 0))
            continue
        labels = labels_of(observed, place)
        if labels is None:  # nothing but missing values
            codes = np.full(observed.rows, -1)
        else:
            codes = labels.coded_by(seen.levels).reshape(-1)
            if (codes == -2).any():
                novel.append(_novel(observed, column, labels, codes))
        data += _numbers(codes, seen)
    return _table(observed, encoding, data), novel


def _numbers(codes: np.ndarray, seen: ColumnSeen) -> list[np.ndarray]:
    """The columns of numbers; missing values are masked."""
    absent = codes < 0
    if seen.encoding in (None, "codes"):
        made = [(codes + seen.base).astype("int32")]
    else:
        first = int(seen.encoding == "dummies")
        made = [(codes == i).astype("int8") for i in range(first, len(seen.levels or ()))]
    return [np.ma.array(values, mask=absent) for values in made] if absent.any() else made


def _novel(observed: Observed, column: EncodedColumn, labels: Labels, codes: np.ndarray) -> Novel:
    rows = np.flatnonzero(codes == -2)
    own = labels.codes.reshape(-1)[rows]
    _, first = np.unique(own, return_index=True)
    found = tuple(str(labels.levels[own[i]]) for i in np.sort(first))
    places = tuple((int(i),) if column.place is None else (int(i), column.place) for i in rows[:MAX_CELLS])
    return Novel(
        column.seen, found, Cells(len(rows), places, observed.kind.names if column.place is not None else None)
    )


def _table(observed: Observed, encoding: Encoding, data: list[Any]) -> Observed:
    columns: list[Column] = []
    for column in encoding.columns:
        if column.seen.levels is None:
            columns.append(observed.kind.columns[column.place or 0])
        else:
            dtype = "int32" if column.seen.encoding in (None, "codes") else "int8"
            columns += [Column(name, "number", dtype) for name in made_names(column.seen)]
    table = make.frame(data, observed.arg, tuple(columns), observed.rows, observed.given)
    names = observed.kind.names if observed.kind.kind == "frame" else None
    return replace(table, scaled=observed.scaled, origin=Origin(encoding.places, names))
