"""Is a value missing?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..report import Diagnosis
from ..signature import ModelSignature, TensorSpec
from ..steps import chosen_columns
from .structure import Leaf


def check_known_missing(leaf: Leaf, dtype: str, options: Any) -> Iterator[Diagnosis]:
    """Refuse missing values that were seen before any conversion: R's NA, None, pandas' NA, masked values."""
    if may_stand(leaf.spec, dtype, options):
        return
    chosen = chosen_columns(leaf.steps)
    cells = leaf.observed.missing_in(chosen)
    if cells:
        yield missing_values(leaf, cells)


def may_stand(spec: TensorSpec, dtype: str, options: Any) -> bool:
    """Whether missing values are no problem: their rows are left out, or they go to the model as NaN."""
    has_nan = "float" in dtype and not any(use.kind == "ids" for use in spec.uses)
    return bool(options.missing == "na_rows" or (options.missing == "pass" and has_nan))


def check_rows_apart(signature: ModelSignature, options: Any) -> Iterator[Diagnosis]:
    """Refuse to leave rows out where other rows depend on them."""
    if options.missing != "na_rows":
        return
    if signature.stateful_batch is not None:
        yield Diagnosis("missing_rows_mix", "missing", {"why": "state"})
    elif options.steps is not None:
        yield Diagnosis("missing_rows_mix", "missing", {"why": "steps"})


def missing_values(leaf: Leaf, cells: Any, what: str = "missing") -> Diagnosis:
    """The one diagnosis of missing and infinite values."""
    facts = {"cells": cells, "given": leaf.observed.given, "what": what}
    masked = leaf.observed.given.cls.endswith("MaskedArray")
    return Diagnosis("missing_masked" if masked else f"{what}_values", leaf.observed.arg, facts)
