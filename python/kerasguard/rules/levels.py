"""Columns that had levels in training: do they hold labels, and which of those did training not have?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from ..blueprints import ColumnSeen
from ..observe.observed import USABLE
from ..report import Cells, Diagnosis
from .missing import may_stand
from .structure import Leaf

LABELS = ("category", "text")


def check_codes(leaf: Leaf, places: Sequence[int], columns: Sequence[ColumnSeen]) -> Iterator[Diagnosis]:
    """Refuse numbers where training had levels: they may be codes from 0, from 1, or labels that look like numbers."""
    kind = leaf.observed.kind
    found = [
        (place, seen)
        for place, seen in zip(places, columns, strict=True)
        if seen.levels is not None and _elements(kind, place) in ("number", "boolean")
    ]
    if not found:
        return
    place, seen = found[0]
    facts = {
        "columns": tuple(str(column.name) for _, column in found),
        "place": place,
        "by_name": kind.kind != "frame" or kind.columns[place].by_name,
        "is_vector": kind.kind != "frame" and kind.rank < 2,
        "levels": tuple(map(str, seen.levels or ())),
        "base": seen.base,
        "given": leaf.observed.given,
    }
    yield Diagnosis("column_codes", leaf.observed.arg, facts)


def _elements(kind: Any, place: int) -> str:
    return str(kind.columns[place].elements if kind.kind == "frame" else kind.elements)


def check_novel(
    leaf: Leaf,
    dtype: str,
    name: str | None,
    labels: tuple[str, ...],
    known: tuple[str, ...],
    cells: Cells,
    options: Any,
) -> Iterator[Diagnosis]:
    """Refuse levels that training did not have, or take them for missing values.

    Args:
        leaf: The input's data, encoded.
        dtype: The number type that the model gets.
        name: Of the column.
        labels: The levels that are new.
        known: Those of training.
        cells: Where they stand in the user's object.
        options: Of the call.
    """
    if options.novel_levels == "missing":
        if not may_stand(leaf.spec, dtype, options):
            facts = {"cells": cells, "given": leaf.observed.given, "novel": labels, "column": name, "known": known}
            yield Diagnosis("missing_novel", leaf.observed.arg, facts)
        return
    near = _nearest(labels[0], known)
    facts = {"column": name, "novel": labels, "near": near, "known": known, "cells": cells, "new": labels[0],
             "given": leaf.observed.given}  # fmt: skip
    yield Diagnosis("column_novel_levels", leaf.observed.arg, facts)


def _nearest(label: str, known: tuple[str, ...]) -> str | None:
    """The level that is likely meant: the same but for case and blanks, or spelt nearly so."""
    plain = {level.strip().casefold(): level for level in known}
    near = difflib.get_close_matches(label.strip().casefold(), list(plain), 1)
    return plain[near[0]] if near else None


def are_numbers(elements: Sequence[str]) -> bool:
    """Whether the columns need no encoding."""
    return all(found in USABLE for found in elements)
