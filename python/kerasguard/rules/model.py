"""Faults of the model itself that a prediction must know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..report import Diagnosis, Finding, Notice
from ..signature import ModelSignature


def check_built(signature: ModelSignature) -> Iterator[Finding]:
    """Refuse a model that was never built: the guard would be the one to give it random weights."""
    if signature.source == "none":
        yield Diagnosis("model_unbuilt", "model")


def check_outputs(model: Any, signature: ModelSignature) -> Iterator[Finding]:
    """Warn of a softmax over one unit, which is 1 whatever comes."""
    for layer, units in output_layers(model, signature):
        activation = getattr(layer, "activation", None)
        if getattr(activation, "__name__", "") == "softmax" and units == 1:
            facts = {"layer": str(getattr(layer, "name", ""))}
            yield Notice("model_softmax_one_unit", "model", "warning", facts, once=True)


def output_layers(model: Any, signature: ModelSignature) -> list[tuple[Any, int | None]]:
    """The layer behind each output with the length of its last axis."""
    found = []
    layers = {str(getattr(layer, "name", "")): layer for layer in getattr(model, "layers", ())}
    names = getattr(model, "output_names", None) or ()
    for i, spec in enumerate(signature.outputs):
        layer = layers.get(str(names[i])) if i < len(names) else None
        if layer is None and len(signature.outputs) == 1 and layers:
            layer = list(layers.values())[-1]
        if layer is not None:
            found.append((layer, spec.shape[-1]))
    return found
