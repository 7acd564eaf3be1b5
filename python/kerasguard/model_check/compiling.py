"""How a model was compiled, beyond its losses. Only reads the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..rules.compiled import Compiled
from ..targets import TargetSpec


def read_compiled(model: Any, specs: Sequence[TargetSpec]) -> Compiled:
    """The facts that rules about a compiled model need."""
    optimizer = getattr(model, "optimizer", None)
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of mixed precision
    return Compiled(
        tuple(_metrics(_given(model, "metrics"), spec.name, i, len(specs)) for i, spec in enumerate(specs)),
        type(optimizer).__name__,
        _rate(optimizer),
        tuple(map(_is_half, getattr(model, "outputs", None) or ())),
        _frozen(model),
        tuple(_strange(model, specs)),
    )


def _strange(model: Any, specs: Sequence[TargetSpec]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Losses and metrics by names that no output has, or in a list of another length than there are outputs."""
    known = {*(spec.name for spec in specs), *(getattr(model, "output_names", None) or ())}
    is_new = not any(
        cls.__module__.startswith("tf_keras") for cls in type(model).__mro__
    )  # Keras 2 gives each output all metrics of a list
    for what in ("loss", "loss_weights", "metrics", "weighted_metrics") if specs and not specs[0].is_free else ():
        given = _given(model, what)
        if isinstance(given, dict) and "class_name" not in given:
            names = tuple(str(name) for name in given if name not in known)
            if names:
                yield what, names
        is_listed = what.endswith("metrics") and isinstance(given, (list, tuple))
        if is_listed and is_new and len(specs) > 1 and len(given) not in (0, len(specs)):
            yield what, ()


def _given(model: Any, part: str) -> Any:
    try:
        return (model.get_compile_config() or {}).get(part)
    except Exception:  # a class of the user's own, with its own way to compile
        return None


def _metrics(given: Any, name: str, index: int, count: int) -> tuple[str, ...]:
    """The names of the metrics of one output."""
    if isinstance(given, dict) and "class_name" not in given:
        given = given.get(name)
    elif isinstance(given, (list, tuple)) and count > 1 and len(given) == count:
        given = given[index]
    items = given if isinstance(given, (list, tuple)) else [given]
    return tuple(item for item in items if isinstance(item, str))


def _rate(optimizer: Any) -> float | None:
    """The learning rate, where it is one number."""
    try:
        held = getattr(optimizer, "_learning_rate", None)
        if held is not None and not hasattr(held, "shape"):  # a schedule
            return None
        return float(np.asarray(optimizer.learning_rate))
    except Exception:  # no number, or an optimizer of the user's own
        return None


def _is_half(tensor: Any) -> bool:
    dtype = getattr(tensor, "dtype", None)
    return str(getattr(dtype, "name", dtype)) == "float16"


def _frozen(model: Any) -> tuple[bool, bool]:
    """Whether no weight is trained though there are layers with some, and whether the model itself is not frozen.

    A model is frozen as a whole for a reason, as the critic of a GAN is once it was compiled.
    """
    weighted = [layer for layer in getattr(model, "layers", ()) if getattr(layer, "variables", None)]
    could = [layer for layer in weighted if not str(type(layer).__name__).endswith(("Normalization", "Vectorization"))]
    is_frozen = bool(could) and not getattr(model, "trainable_weights", True)
    is_frozen = is_frozen and not any(layer.trainable for layer in could)
    return is_frozen, is_frozen and bool(model.trainable)
