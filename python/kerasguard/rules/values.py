"""What the measured values say: not finite, too large, merged, fractions where integers are expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..measure import Measured
from ..report import Diagnosis, Finding, Notice
from .missing import may_stand, missing_values
from .structure import Leaf


def check_values(leaf: Leaf, measured: Measured, options: Any) -> Iterator[Finding]:
    """Refuse values that are missing or that the input's number type cannot hold; warn of merged ones."""
    arg, given = leaf.observed.arg, leaf.observed.given
    if measured.missing and not may_stand(leaf.spec, measured.dtype, options):
        yield missing_values(leaf, measured.missing)
    if measured.infinite:
        yield missing_values(leaf, measured.infinite, "infinite")
    for code in ("too_large", "subnormal", "fractions", "outside", "merged"):
        found = getattr(measured, code)
        if found is None:
            continue
        facts = {"cells": found.cells, "values": found.values, "dtype": measured.dtype, "given": given}
        if code in ("outside", "too_large"):
            facts["limit"] = measured.limit
        if code == "merged":
            yield Notice("dtype_merged", arg, "warning", facts)
        else:
            yield Diagnosis(f"dtype_{code}", arg, facts)
