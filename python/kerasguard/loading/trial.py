"""Whether a file gives the model back: found out when it is written, not by who needs it in another session."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ..engine import state_of
from ..engine.structure import fill, flatten
from ..messages import keras_sentence
from ..model_graph import layers_of
from ..report import Call, Diagnosis
from .load import load_with_report

ROWS, FREE = 2, 8  # samples of the trial, and steps or pixels where a model takes any number
MOST_TEXT = 200
CLOSE = 1e-3  # of the largest value: Keras may sum in another order, but means the same numbers


def find_loss(call: Call, model: Any, file: Path) -> tuple[str, dict[str, Any]] | None:
    """What is lost between this model and its file, with its own code at hand: Keras' configs may forget.

    Returns:
        "differs" (it computes something else) or "lost" (it can't be loaded), and facts; None where all is well, or
        can't be told.
    """
    with randomness_kept():
        found, report = load_with_report(call, file, False, _own_code(model), False)
        problem = next((finding for finding in report.findings if isinstance(finding, Diagnosis)), None)
        if problem is not None:
            if problem.code not in ("load_failed", "load_broken"):
                return None  # it needs code that is not found here: told otherwise
            return _lost(problem.facts.get("error", "ValueError"), problem.facts["sentence"])
        try:
            before = _computed(model)
        except Exception:  # made-up data may not do
            return None
        if before is None:
            return None
        try:
            after = _computed(found)
        except Exception as error:
            return _lost(type(error).__name__, keras_sentence(error))
    if after is None or _are_close(before, after):
        return None
    return "differs", {}


def _lost(error: Any, sentence: Any) -> tuple[str, dict[str, Any]]:
    text = str(sentence).rstrip(".")
    text = text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 3] + "..."  # Keras shows code of a lambda as bytes
    return "lost", {"error": str(error), "sentence": text}


@contextmanager
def randomness_kept() -> Iterator[None]:
    """Leave the numbers that come next as they are: layers draw seeds while they are made."""
    states = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def _own_code(model: Any) -> dict[str, Any]:
    """Classes and functions in a model that are not Keras' own, by the names that its config knows."""
    found: dict[str, Any] = {}
    for layer in (model, *layers_of(model)):
        for part in (layer, *vars(layer).values()):
            code = part if hasattr(part, "__code__") else type(part)
            name = getattr(code, "__name__", "")
            if name.isidentifier() and not _is_known(code):
                found.setdefault(name, code)
    return found


def _is_known(code: Any) -> bool:
    module = str(getattr(code, "__module__", "")).split(".")[0]
    return module in ("keras", "tf_keras", "builtins", "tensorflow", "numpy", "kerasguard")


def _computed(model: Any) -> list[np.ndarray] | None:
    """What it makes of the same numbers each time; None where what it makes is not the same each time."""
    signature = state_of(model).signature
    if signature.stateful_batch is not None or not signature.inputs:
        return None
    values = [_numbers(spec) for spec in signature.inputs]
    data = fill(signature.structure, values)
    if not hasattr(model, "stateless_call"):  # tf_keras
        return [np.asarray(part) for part in flatten(model(data, training=False))]
    import keras

    states = [variable.value for variable in model.non_trainable_variables]
    result, after = model.stateless_call([v.value for v in model.trainable_variables], states, data, training=False)
    number = keras.ops.convert_to_numpy
    if any(not np.array_equal(number(a), number(b)) for a, b in zip(states, after, strict=True)):
        return None  # random, or counting
    return [number(part) for part in flatten(result)]


def _numbers(spec: Any) -> Any:
    import keras

    shape = tuple(FREE if size is None else size for size in spec.shape[1:])
    dtype = spec.dtype or "float32"
    if dtype == "string":
        import tensorflow as tf

        return tf.constant(np.full((ROWS, *shape), "a b"))
    draw = np.random.default_rng(1)
    is_float = "float" in dtype
    values = draw.normal(size=(ROWS, *shape)) if is_float else draw.integers(0, 2, (ROWS, *shape))
    return keras.ops.convert_to_tensor(values, dtype)


def _are_close(before: list[np.ndarray], after: list[np.ndarray]) -> bool:
    if [part.shape for part in before] != [part.shape for part in after]:
        return False
    for a, b in zip(before, after, strict=True):
        a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
        top = np.max(np.abs(a[np.isfinite(a)]), initial=0.0)
        if not np.allclose(a, b, rtol=CLOSE, atol=CLOSE * top, equal_nan=True):
            return False
    return True
