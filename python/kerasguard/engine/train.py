"""Keras' own fit() and evaluate(), on a model that an earlier failure may have spoiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .forward import SPOILED, Outcome, raise_interrupt
from .state import ModelState


def train(model: Any, state: ModelState, arguments: Mapping[str, Any], retry: bool = True) -> Outcome:
    """Fit. `retry`: whether the data can be handed over a second time."""
    _build_optimizer(model)
    if arguments.get("validation_data") is not None and model.test_function not in (None, state.test_function):
        # what plain calls traced may not take this data: found out at the end of an epoch, with the weights changed
        model.make_test_function(force=True)
    outcome = _call(model, "train_function", model.fit, arguments, retry)
    state.test_function = model.test_function
    return outcome


def evaluate(model: Any, state: ModelState, arguments: Mapping[str, Any], retry: bool = True) -> Outcome:
    """What evaluate() gives."""
    outcome = _call(model, "test_function", model.evaluate, arguments, retry)
    state.test_function = model.test_function
    return outcome


def _call(model: Any, function: str, method: Any, arguments: Mapping[str, Any], retry: bool) -> Outcome:
    outcome = Outcome()
    is_used = getattr(model, function, None) is not None
    if is_used and not _is_built(model, function):
        # traced by a call that failed before all variables were there: it would fail for ever
        renew(model)
        is_used, outcome.healed = False, True
    steps = _steps(model)
    try:
        outcome.value = method(**arguments)
    except Exception as error:
        raise_interrupt(error)
        renew(model)
        if is_used and retry and _steps(model) == steps and any(text in str(error) for text in SPOILED):
            again = _call(model, function, method, arguments, retry=False)
            again.healed = again.error is None
            return again
        outcome.error, outcome.healed = error, False
    return outcome


def renew(model: Any) -> None:
    """Have Keras trace its steps anew, which leaves weights and optimizer as they are."""
    for name in ("train", "test"):
        if getattr(model, f"{name}_function", None) is not None:
            getattr(model, f"make_{name}_function")(force=True)


def _build_optimizer(model: Any) -> None:
    """Give the optimizer its variables before anything can fail: half of them would spoil the model."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not getattr(optimizer, "built", True):
        optimizer.build(model.trainable_variables)


def _is_built(model: Any, function: str) -> bool:
    """Whether what a first call creates is all there."""
    parts = [getattr(model, name, None) for name in ("_compile_loss", "_compile_metrics")]
    parts += [getattr(model, "optimizer", None)] if function == "train_function" else []
    return all(getattr(part, "built", True) for part in parts if part is not None)


def _steps(model: Any) -> int:
    """How many steps the optimizer has made: with as many as before, no weight was changed."""
    iterations = getattr(getattr(model, "optimizer", None), "iterations", None)
    return 0 if iterations is None else int(iterations)


def keep_variables(model: Any, trains: bool) -> Callable[[], None]:
    """Copy weights, states, metrics and what the optimizer keeps. Gives what puts them back."""
    if trains:
        _build_optimizer(model)
    kept = [(variable, np.array(variable)) for variable in _variables(model, trains)]
    history = getattr(model, "history", None)

    def put_back() -> None:
        model.reset_metrics()  # those that were made since have no copy
        for variable, value in kept:
            variable.assign(value)
        if trains:
            model.history = history

    return put_back


def _variables(model: Any, trains: bool) -> list[Any]:
    found = [*model.variables, *getattr(model, "metrics_variables", ())]
    optimizer = getattr(model, "optimizer", None) if trains else None
    own = getattr(optimizer, "variables", ())
    found += own() if callable(own) else own
    return list({id(variable): variable for variable in found}.values())
