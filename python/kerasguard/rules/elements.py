"""Are the elements numbers where numbers are expected, and text where text is?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..observe.observed import USABLE
from ..report import Diagnosis, Finding, Notice
from ..signature import TensorSpec
from ..steps import chosen_columns
from .structure import Leaf

# one code per kind of column or array that is no number
CODES = {
    "text": "text", "category": "category", "date": "date", "duration": "duration", "complex": "complex",
    "list": "list", "mixed": "mixed", "other": "other", "number": "number", "boolean": "number",
    "labelled": "labelled", "unreadable": "encoding",
}  # fmt: skip
# refused in the same words, whether the model takes numbers or text
ANYWHERE = ("labelled", "unreadable")


def check_elements(leaf: Leaf, options: Any) -> Iterator[Finding]:
    """Refuse text, categories, dates, complex numbers and lists for a model of numbers, and numbers for one of text."""
    wants_text = leaf.spec.dtype == "string"
    kind = leaf.observed.kind
    if kind.kind == "frame":
        yield from _check_columns(leaf, wants_text)
        return
    kinds = {child.elements for child in kind.children} if kind.children else {kind.elements}
    for elements in sorted(kinds):
        if _suits(elements, wants_text, leaf.spec):
            continue
        if wants_text and elements not in ANYWHERE:
            yield Diagnosis("dtype_not_text", leaf.observed.arg, {"given": leaf.observed.given})
        else:
            facts = {"given": leaf.observed.given, "names": kind.names, "dtype": kind.dtype}
            yield Diagnosis(f"dtype_{CODES[elements]}", leaf.observed.arg, facts)


def report_cast(leaf: Leaf, dtype: str) -> Iterator[Finding]:
    """Tell, in reports only, what is cast and that names were not looked at. R has nothing but doubles to give."""
    kind = leaf.observed.kind
    came = {column.dtype for column in kind.columns} or {child.dtype for child in kind.children} or {kind.dtype}
    if dtype != "string" and came != {dtype} and not (came <= {"float64"} and leaf.observed.given.type == "double"):
        yield Notice("dtype_cast", leaf.observed.arg, "report", {"came": tuple(sorted(came)), "dtype": dtype})
    if kind.names and chosen_columns(leaf.steps) is None:
        yield Notice("column_by_position", leaf.observed.arg, "report", {"columns": kind.names})


def _check_columns(leaf: Leaf, wants_text: bool) -> Iterator[Finding]:
    columns = leaf.observed.kind.columns
    used = chosen_columns(leaf.steps) or range(len(columns))
    found: dict[str, list[int]] = {}
    for i in used:
        if not _suits(columns[i].elements, wants_text, leaf.spec):
            found.setdefault(columns[i].elements, []).append(i)
    all_places = sorted(place for places in found.values() for place in places)
    for elements, places in found.items():
        facts = {
            "columns": tuple(columns[i].name for i in places),
            "place": places[0],
            "dtypes": tuple(columns[i].dtype for i in places),
            "by_name": all(columns[i].by_name for i in all_places),
            "given": leaf.observed.given,
            "drop": tuple(all_places),
            "dropped": tuple(columns[i].name for i in all_places),
            "can_drop": not leaf.steps and len(columns) - len(all_places) >= (leaf.spec.shape[-1] or 1),
        }
        code = "not_text" if wants_text and elements not in ANYWHERE else CODES[elements]
        yield Diagnosis(f"column_{code}", leaf.observed.arg, facts)


def without_columns(leaf: Leaf, findings: list[Finding]) -> Leaf:
    """The view once columns that can be dropped are: their number need not be refused a second time."""
    dropped = next((len(f.facts["drop"]) for f in findings if f.facts.get("can_drop")), 0)
    return replace(leaf, shape=(leaf.shape[0], leaf.shape[1] - dropped)) if dropped else leaf


def _suits(elements: str, wants_text: bool, spec: TensorSpec) -> bool:
    if wants_text:
        return elements in ("text", "missing")
    return elements in USABLE or (elements == "complex" and (spec.dtype or "").startswith("complex")) or (
        elements == "text" and "text" in spec.takes
    )  # fmt: skip
