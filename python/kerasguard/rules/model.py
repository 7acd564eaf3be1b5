"""Faults of the model itself that a prediction must know."""

from __future__ import annotations

from collections.abc import Iterator

from ..report import Diagnosis, Finding, Notice
from ..signature import ModelSignature


def check_built(signature: ModelSignature) -> Iterator[Finding]:
    """Refuse a model that was never built: the guard would be the one to give it random weights."""
    if signature.source == "none":
        yield Diagnosis("model_unbuilt", "model", {"sequential": signature.is_sequential})


def check_outputs(signature: ModelSignature) -> Iterator[Finding]:
    """Warn of a softmax over one unit, which is 1 whatever comes."""
    for spec in signature.outputs:
        if spec.activation == "softmax" and spec.shape[-1] == 1:
            yield Notice("model_softmax_one_unit", "model", "warning", {"layer": spec.layer}, once=True)
