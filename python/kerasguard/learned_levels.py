"""How training encoded the categories and texts of its table, told by the width of the model's input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .blueprints import Blueprint, ColumnSeen, InputSeen
from .blueprints import Encoding as How
from .encoding import EncodedColumn, Encoding, made_names, report_encoding
from .observe.labels import Labels, is_number, labels_of
from .observe.observed import USABLE
from .options import Options
from .report import Call, Diagnosis, Finding, Notice
from .rules.levels import LABELS
from .rules.structure import Leaf, assign
from .signature import ModelSignature
from .steps import chosen_columns


def learn_levels(
    signature: ModelSignature, observed: Any, call: Call, options: Options
) -> tuple[Blueprint | None, list[Finding]]:
    """The levels of training data and how they became numbers, as a blueprint; None where it has none.

    A model trained by the guard itself (`safe_fit`) had what the guard chose: codes from 0 unless `label_base` says
    otherwise. Of a model trained elsewhere the width of its input tells; where it leaves several readings with
    different numbers, a refusal with each.
    """
    inputs = {spec.path: InputSeen(spec.path) for spec in signature.inputs}
    findings: list[Finding] = []
    for leaf in assign(signature, observed) if signature.inputs else ():
        if isinstance(leaf, Leaf):
            found, columns = _learn_input(leaf, call, options)
            findings += [finding for finding in found if finding not in findings]
            if columns:
                inputs[leaf.spec.path] = replace(inputs[leaf.spec.path], columns=columns)
    blueprint = Blueprint(tuple(inputs.values()))
    return blueprint if any(seen.columns for seen in blueprint.inputs) else None, findings


def _learn_input(leaf: Leaf, call: Call, options: Options) -> tuple[list[Finding], tuple[ColumnSeen, ...]]:
    places = _places(leaf)
    elements = [_elements(leaf, place) for place in places]
    labelled = [place for place, found in zip(places, elements, strict=True) if found in LABELS]
    if not labelled or any(found not in (*USABLE, *LABELS) for found in elements):
        return [], ()
    labels = {place: found for place in labelled if (found := labels_of(leaf.observed, place)) and found.levels}
    if len(labels) < len(labelled) or (options.label_base is None and any(map(_may_be_numbers, labels.values()))):
        return [], ()
    readings = _readings(leaf, len(places), [len(found.levels) for found in labels.values()], call, options)
    if not readings:
        return [], ()
    if len(readings) > 1:
        return [_undecided(leaf, labels, readings)], ()
    how, base = readings[0]
    columns = tuple(
        _column(leaf, place, labels.get(place), found, how, base) for place, found in zip(places, elements, strict=True)
    )
    encoding = Encoding(tuple(map(EncodedColumn, places, columns)))
    by_guard = call.function == "safe_fit"
    told: list[Finding] = list(report_encoding(leaf.observed.arg, encoding, "message" if by_guard else "report"))
    last = all(column.levels is not None for column in columns[-len(labels) :])
    if how != "codes" and not by_guard and not last:
        made = tuple(name for column in columns for name in made_names(column))
        facts = {"made": made, "all_levels": how == "one-hot", "given": leaf.observed.given}
        told.append(Notice("column_layout", leaf.observed.arg, "warning", facts))
    return told, columns


def _places(leaf: Leaf) -> list[int | None]:
    """The columns that could be encoded: of a table for an input of features, or a vector by itself."""
    kind, spec = leaf.observed.kind, leaf.spec
    if spec.dtype == "string" or "text" in spec.takes or len(spec.shape) > 2:
        return []
    if kind.kind == "frame":
        return list(chosen_columns(leaf.steps) or range(leaf.shape[-1]))
    is_vector = kind.kind == "array" and (kind.rank == 1 or (kind.rank == 2 and kind.tail == (1,)))
    return [None] if is_vector and not leaf.steps else []


def _elements(leaf: Leaf, place: int | None) -> str:
    kind = leaf.observed.kind
    return str(kind.elements if place is None else kind.columns[place].elements)


def _may_be_numbers(labels: Labels) -> bool:
    """Whether text nobody declared to be categories may have been read as the numbers that it spells."""
    return not labels.declared and all(is_number(str(level)) for level in labels.levels)


def _readings(leaf: Leaf, count: int, sizes: list[int], call: Call, options: Options) -> list[tuple[How, int]]:
    """All encodings of so many columns, some with levels, that have the input's width."""
    width = leaf.spec.shape[-1] if len(leaf.spec.shape) == 2 else 1
    made = count - len(sizes)
    found: list[tuple[How, int]] = []
    if width == count:
        found += [("codes", base) for base in _bases(leaf, sizes, call, options)]
    if width == made + sum(sizes) and max(sizes) > 1:
        found.append(("one-hot", 0))
    if width == made + sum(sizes) - len(sizes) and max(sizes) > 1 and not (set(sizes) == {2} and ("codes", 0) in found):
        found.append(("dummies", 0))  # of two levels they are the codes
    decided = found and found[0][0] == "codes" and (options.label_base is not None or call.function == "safe_fit")
    return found[:1] if decided else found


def _bases(leaf: Leaf, sizes: list[int], call: Call, options: Options) -> Sequence[int]:
    if options.label_base is not None:
        return [int(options.label_base)]
    if call.function == "safe_fit":
        return [0]
    known = [use.layer.input_dim for use in leaf.spec.uses if use.kind == "ids" and hasattr(use.layer, "input_dim")]
    return [base for base in (0, 1) if all(max(sizes) + base <= size for size in known)]


def _column(
    leaf: Leaf, place: int | None, labels: Labels | None, elements: str, how: How, base: int
) -> ColumnSeen:  # fmt: skip
    kind = leaf.observed.kind
    name = leaf.spec.name if place is None else kind.columns[place].name
    if labels is None:
        return ColumnSeen(name, "boolean" if elements == "boolean" else "number")
    kinds = "category" if elements == "category" else "text"
    return ColumnSeen(name, kinds, labels.levels, how, base)  # type: ignore[arg-type]


def _undecided(
    leaf: Leaf, labels: dict[int | None, Labels], readings: list[tuple[How, int]]
) -> Diagnosis:  # fmt: skip
    kind, hows = leaf.observed.kind, {how for how, _ in readings}
    names = tuple(leaf.spec.name if place is None else kind.columns[place].name for place in labels)
    facts = {
        "columns": names,
        "levels": tuple(map(str, next(iter(labels.values())).levels)),
        "from_0": ("codes", 0) in readings,
        "from_1": ("codes", 1) in readings,
        "as_columns": bool(hows - {"codes"}),
        "all_levels": "one-hot" in hows,
        "count_of_readings": len(readings),
        "given": leaf.observed.given,
    }
    return Diagnosis("column_readings", leaf.observed.arg, facts)
