"""Is a value missing?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..report import Diagnosis
from ..steps import Columns
from .structure import Leaf


def check_known_missing(leaf: Leaf, options: Any) -> Iterator[Diagnosis]:
    """Refuse missing values that were seen before any conversion: R's NA, None, pandas' NA, masked values."""
    chosen = next((step.indices for step in leaf.steps if isinstance(step, Columns)), None)
    cells = leaf.observed.missing_in(chosen)
    if cells:
        yield missing_values(leaf, cells)


def missing_values(leaf: Leaf, cells: Any, what: str = "missing") -> Diagnosis:
    """The one diagnosis of missing and infinite values."""
    facts = {"cells": cells, "given": leaf.observed.given, "what": what}
    masked = leaf.observed.given.cls.endswith("MaskedArray")
    return Diagnosis("missing_masked" if masked else f"{what}_values", leaf.observed.arg, facts)
