"""Are the elements numbers where numbers are expected, and text where text is?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..observe.observed import USABLE
from ..report import Diagnosis, Finding
from .structure import Leaf

# one code per kind of column or array that is no number
CODES = {
    "text": "text", "category": "category", "date": "date", "duration": "duration", "complex": "complex",
    "list": "list", "mixed": "mixed", "other": "other", "number": "number", "boolean": "number",
}  # fmt: skip


def check_elements(leaf: Leaf, options: Any) -> Iterator[Finding]:
    """Refuse text, categories, dates, complex numbers and lists for a model of numbers, and numbers for one of text."""
    wants_text = leaf.spec.dtype == "string"
    kind = leaf.observed.kind
    if kind.kind == "frame":
        yield from _check_columns(leaf, wants_text)
        return
    kinds = {child.elements for child in kind.children} if kind.children else {kind.elements}
    for elements in sorted(kinds):
        if _suits(elements, wants_text, leaf.spec.dtype):
            continue
        if wants_text:
            yield Diagnosis("dtype_not_text", leaf.observed.arg, {"given": leaf.observed.given})
        else:
            facts = {"given": leaf.observed.given, "names": kind.names, "dtype": kind.dtype}
            yield Diagnosis(f"dtype_{CODES[elements]}", leaf.observed.arg, facts)


def _check_columns(leaf: Leaf, wants_text: bool) -> Iterator[Finding]:
    columns = leaf.observed.kind.columns
    used = [i for step in leaf.steps if hasattr(step, "indices") for i in step.indices] or range(len(columns))
    found: dict[str, list[int]] = {}
    for i in used:
        if not _suits(columns[i].elements, wants_text, leaf.spec.dtype):
            found.setdefault(columns[i].elements, []).append(i)
    for elements, places in found.items():
        facts = {
            "columns": tuple(columns[i].name for i in places),
            "places": tuple(places),
            "dtypes": tuple(columns[i].dtype for i in places),
            "given": leaf.observed.given,
            "can_drop": not leaf.steps and len(columns) - len(places) >= (leaf.spec.shape[-1] or 1),
        }
        yield Diagnosis("column_not_text" if wants_text else f"column_{CODES[elements]}", leaf.observed.arg, facts)


def without_columns(leaf: Leaf, findings: list[Finding]) -> Leaf:
    """The view once columns that can be dropped are: their number need not be refused a second time."""
    dropped = sum(len(f.facts["columns"]) for f in findings if f.facts.get("can_drop"))
    return replace(leaf, shape=(leaf.shape[0], leaf.shape[1] - dropped)) if dropped else leaf


def _suits(elements: str, wants_text: bool, dtype: str | None) -> bool:
    if wants_text:
        return elements in ("text", "missing")
    return elements in USABLE or (elements == "complex" and (dtype or "").startswith("complex")) or (
        elements == "text" and dtype is None
    )  # fmt: skip
