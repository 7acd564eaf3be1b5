"""Faults of how a model was compiled: its losses, metrics and optimizer beside its outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..activations import CHANCES, SHARES
from ..report import Finding, Notice
from ..targets import TargetSpec

# What such an activation gives is below or above 0 only in part: no logits.
BOUNDED = frozenset({"relu", "relu6", "tanh", "hard_tanh", "softsign", "softplus", "exponential"})
NEGATIVE = frozenset({"linear", "tanh", "elu", "selu", "leaky_relu", "gelu", "silu", "swish", "softsign", "hard_tanh"})
# Losses that take the logarithm of an output
POSITIVE = {"poisson": "exponential", "kl_divergence": "softmax"}
ADAPTIVE = frozenset({"Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "Lion", "Lamb"})
LARGEST_RATE, LARGEST_ADAPTIVE = 10.0, 1.0  # from there every step throws away what was learned


@dataclass(frozen=True)
class Compiled:
    """How a model trains. `metrics`: names by output; `rate`: None where a schedule sets it; `halves`: by output.

    `strange`: parts of compile() that are not those of the outputs, with the names that are none of an output.
    `frozen`: that no weight is trained, and whether each layer says so, not the model as a whole.
    """

    metrics: tuple[tuple[str, ...], ...]
    optimizer: str
    rate: float | None
    halves: tuple[bool, ...]
    frozen: tuple[bool, bool] = (False, False)
    strange: tuple[tuple[str, tuple[str, ...]], ...] = ()


def check_compiled_with(specs: Sequence[TargetSpec], compiled: Compiled) -> Iterator[Finding]:
    """All of it."""
    for i, spec in enumerate(specs):
        yield from check_pair(spec)
        yield from check_metrics(spec, compiled.metrics[i] if i < len(compiled.metrics) else ())
        yield from check_half(spec, i < len(compiled.halves) and compiled.halves[i])
    yield from check_rate(compiled)
    for what, given in compiled.strange:
        names = tuple(spec.name for spec in specs)
        yield Notice("model_compiled_names", "model", "warning", {"what": what, "outputs": names, "given": given})
    if compiled.frozen[0]:
        facts = {"whole": not compiled.frozen[1]}
        yield Notice("model_frozen", "model", "warning" if compiled.frozen[1] else "report", facts)


def check_pair(spec: TargetSpec) -> Iterator[Finding]:
    """Warn of a loss and a last activation that don't belong together, whatever the targets."""
    loss, activation, units = spec.loss, spec.output.activation, spec.units
    if loss is None or not loss.is_builtin or activation is None:
        return
    facts = {"layer": spec.output.layer, "loss": loss.name, "activation": activation, "units": units}
    is_many = units is not None and units > 1
    is_crossentropy = spec.kind in ("sparse", "categories", "binary") and loss.name != "categorical_hinge"
    if is_crossentropy and loss.from_logits and activation in BOUNDED:
        yield Notice("label_bounded_logits", "model", "warning", facts)
    elif is_crossentropy and spec.kind != "binary" and not loss.from_logits and activation in CHANCES and is_many:
        yield Notice("label_independent", "model", "warning", facts)
    elif is_crossentropy and spec.kind == "binary" and activation in SHARES and (units or 0) > 2:
        yield Notice("label_shares", "model", "warning", facts)
    elif spec.kind == "hinge" and activation in SHARES | CHANCES | {"relu"}:
        yield Notice("label_hinge", "model", "warning", facts)
    elif loss.name in POSITIVE and activation in NEGATIVE:
        wanted = "sigmoid" if units == 1 and loss.name == "kl_divergence" else POSITIVE[loss.name]
        yield Notice("label_below_zero", "model", "warning", facts | {"wanted": wanted})


def check_metrics(spec: TargetSpec, metrics: Sequence[str]) -> Iterator[Finding]:
    """Warn of an accuracy of numbers, which counts how often a prediction equals the target exactly."""
    is_number = spec.kind == "numbers" and spec.units == 1 and spec.output.activation in ("linear", "relu", "softplus")
    if is_number and {"accuracy", "acc"} & set(metrics):
        facts = {"layer": spec.output.layer, "loss": spec.loss.name if spec.loss else "", "metric": "accuracy"}
        yield Notice("model_accuracy", "model", "warning", facts)


def check_half(spec: TargetSpec, is_half: bool) -> Iterator[Finding]:
    """Tell of probabilities computed in 16 bits: they end at 6e-8, and so does what a cross-entropy learns from."""
    if is_half and spec.kind in ("sparse", "categories", "binary") and spec.output.activation in SHARES | CHANCES:
        facts = {"layer": spec.output.layer, "activation": spec.output.activation, "units": spec.units}
        yield Notice("model_half_output", "model", "message", facts)


def check_rate(compiled: Compiled) -> Iterator[Finding]:
    """Warn of a learning rate with which nothing is learned."""
    rate = compiled.rate
    if rate is None or rate != rate:
        return
    largest = LARGEST_ADAPTIVE if compiled.optimizer in ADAPTIVE else LARGEST_RATE
    if rate <= 0 or rate >= largest:
        facts = {"rate": rate, "optimizer": compiled.optimizer, "zero": rate == 0}
        yield Notice("model_learning_rate", "model", "warning", facts)
