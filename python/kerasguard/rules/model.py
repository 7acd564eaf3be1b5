"""Faults of the model itself that a prediction must know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..report import Diagnosis, Finding, Notice
from ..signature import ModelSignature
from ..targets import TargetSpec


def check_built(signature: ModelSignature) -> Iterator[Finding]:
    """Refuse a model that was never built: the guard would be the one to give it random weights."""
    if signature.source == "none":
        yield Diagnosis("model_unbuilt", "model", {"sequential": signature.is_sequential})


def check_outputs(signature: ModelSignature) -> Iterator[Finding]:
    """Warn of a softmax over one unit, which is 1 whatever comes."""
    for spec in signature.outputs:
        if spec.activation == "softmax" and spec.shape[-1] == 1:
            yield Notice("model_softmax_one_unit", "model", "warning", {"layer": spec.layer}, once=True)


# What the picture of a model says beside the layer that a finding names.
SHORT = {
    "model_softmax_one_unit": "always 1",
    "model_flatten": "Flatten missing?",
    "model_not_adapted": "never adapted",
    "model_weights_nan": "NaN weights",
    "model_loss_one_unit": "one unit",
    "label_logits": "no probabilities",
    "label_probabilities": "probabilities",
    "layer_stateful": "no batch size",
    "model_counts_samples": "counts samples?",
}
# These work on the last axis alone, whatever the others are.
POINTWISE = {
    "Dense", "Dropout", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "InputLayer",
    "LayerNormalization",
    "BatchNormalization", "GaussianNoise", "AlphaDropout", "ActivityRegularization", "Normalization", "Rescaling",
}  # fmt: skip
FEWEST_SAMPLES = 16  # shorter axes are more likely time steps


def check_stateful(layers: list[tuple[str, str]]) -> Iterator[Finding]:
    """Refuse stateful layers of a model that declares no batch size. `layers`: their names and classes."""
    for name, cls in layers:
        facts = {"layer": name, "cls": cls, "sizes": (), "shaped": False, "unshaped": True}
        yield Diagnosis("layer_stateful", "model", facts)


def check_flatten(rows: Sequence[Any], signature: ModelSignature) -> Iterator[Finding]:
    """Warn where a Dense layer ends a model that still has the axes of pictures, but not the input's own sizes."""
    if len(rows) < 2 or rows[-1].cls != "Dense" or not rows[-1].gives or not signature.inputs:
        return
    shape, came = rows[-1].gives[0], signature.inputs[0].shape
    has_pictures = any(row.cls.startswith(("Conv2D", "Conv3D", "SeparableConv2D")) for row in rows)
    if len(shape) < 4 or not has_pictures or shape[1:-1] == came[1:-1]:  # the same sizes: a class for each pixel
        return
    first = next(row for row in reversed(rows) if row.cls != "Dense" and row.gives)
    facts = {"layer": rows[-1].name, "output": shape[1:], "after": first.name, "units": shape[-1]}
    yield Notice("model_flatten", "model", "warning", facts)


def check_counts(rows: Sequence[Any], signature: ModelSignature) -> Iterator[Finding]:
    """Warn of an input shape whose first axis no layer uses: does it count samples?"""
    if len(signature.inputs) != 1 or not rows or any(row.cls not in POINTWISE for row in rows):
        return
    shape = signature.inputs[0].shape
    if len(shape) < 3 or (shape[1] or 0) < FEWEST_SAMPLES:
        return
    facts = {"layer": rows[0].name, "seen": shape[1:], "first": shape[1], "fixed": shape[2:]}
    yield Notice("model_counts_samples", "model", "warning", facts)


def check_finite(layers: tuple[str, ...]) -> Iterator[Finding]:
    """Refuse weights that are no numbers. `layers`: those that have some."""
    if layers:
        yield Diagnosis("model_weights_nan", "model", {"layer": layers[0], "layers": layers})


def check_units(specs: Sequence[TargetSpec]) -> Iterator[Finding]:
    """Warn of a loss between classes over one unit, which is zero whatever comes."""
    for spec in specs:
        if (
            spec.kind in ("sparse", "categories")
            and spec.units == 1
            and spec.loss
            and spec.output.activation != "softmax"
        ):
            facts = {"layer": spec.output.layer, "loss": spec.loss.name}
            yield Notice("model_loss_one_unit", "model", "warning", facts)
