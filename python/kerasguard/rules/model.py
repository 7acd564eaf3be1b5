"""Faults of the model itself that a prediction must know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..report import Diagnosis, Finding, Notice
from ..signature import ModelSignature
from ..targets import TargetSpec
from .layer_axes import wanted_axes


def check_built(signature: ModelSignature) -> Iterator[Finding]:
    """Refuse a model that was never built: the guard would be the one to give it random weights."""
    if signature.source == "none":
        axes = wanted_axes(signature.first)
        facts = {"sequential": signature.is_sequential, "axes": axes, "stateful": signature.needs_batch}
        yield Diagnosis("model_unbuilt", "model", facts)


def check_outputs(signature: ModelSignature) -> Iterator[Finding]:
    """Warn of a softmax over one unit, which is 1 whatever comes."""
    for spec in signature.outputs:
        if spec.activation == "softmax" and spec.shape[-1] == 1:
            yield Notice("model_softmax_one_unit", "model", "warning", {"layer": spec.layer}, once=True)


def check_stateful(layers: list[tuple[str, str]]) -> Iterator[Finding]:
    """Refuse stateful layers of a model that declares no batch size. `layers`: their names and classes."""
    for name, cls in layers:
        facts = {"layer": name, "cls": cls, "sizes": (), "shaped": False, "unshaped": True}
        yield Diagnosis("layer_stateful", "model", facts)


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
