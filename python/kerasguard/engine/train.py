"""Keras' own fit() and evaluate(), on a model that an earlier failure may have spoiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from traceback import walk_tb
from typing import Any

from ..variables import array_of
from .forward import SPOILED, Outcome, raise_interrupt
from .state import ModelState

STEPS = ("train_function", "test_function")


def train(
    model: Any, state: ModelState, arguments: Mapping[str, Any], apart: bool = False, retry: bool = True
) -> Outcome:
    """Fit.

    `apart`: with traced steps of our own, as the targets have another rank than a plain call would give. `retry`:
    whether the data can be handed over a second time.
    """
    return _run(model, state, "train_function", model.fit, arguments, apart, retry)


def evaluate(
    model: Any, state: ModelState, arguments: Mapping[str, Any], apart: bool = False, retry: bool = True
) -> Outcome:
    """What evaluate() gives. `apart` and `retry`: as for `train`."""
    return _run(model, state, "test_function", model.evaluate, arguments, apart, retry)


def _run(
    model: Any, state: ModelState, function: str, method: Any, arguments: Mapping[str, Any], apart: bool, retry: bool
) -> Outcome:
    is_spoiled = make_ready(model, function == "train_function")
    if not is_spoiled and function == "train_function" and arguments.get("validation_data") is not None:
        apart = True  # what plain calls traced may not take it: found out at the end of an epoch, with weights changed
    if apart:
        with _own_steps(model, state):
            outcome = _call(model, function, method, arguments, retry)
    else:
        outcome = _call(model, function, method, arguments, retry)
    outcome.healed = (outcome.healed or is_spoiled) and outcome.error is None
    return outcome


def _call(model: Any, function: str, method: Any, arguments: Mapping[str, Any], retry: bool) -> Outcome:
    outcome, steps = Outcome(), _steps(model)
    is_used = getattr(model, function, None) is not None
    try:
        outcome.value = method(**arguments)
    except Exception as error:
        raise_interrupt(error)
        if is_of_callback(error):
            raise
        renew(model)
        if is_used and retry and _steps(model) == steps and any(text in str(error) for text in SPOILED):
            again = _call(model, function, method, arguments, retry=False)
            again.healed = again.error is None
            return again
        outcome.error = error
    return outcome


@contextmanager
def _own_steps(model: Any, state: ModelState) -> Iterator[None]:
    """Put our own traced steps in the place of those of plain calls.

    Keras can't run a step with (n,) that was traced with (n, 1), nor the other way: each keeps its own.
    """
    if not all(hasattr(model, name) for name in STEPS):
        yield
        return
    bound = _bound_to(model)
    theirs = {name: getattr(model, name) for name in STEPS}
    for name in STEPS:
        known, function = state.own_steps.get(name, ((), None))
        is_same = len(known) == len(bound) and all(a is b for a, b in zip(known, bound, strict=True))
        setattr(model, name, function if is_same else None)
    try:
        yield
    finally:
        for name in STEPS:
            state.own_steps[name] = (bound, getattr(model, name))
            setattr(model, name, theirs[name])


def _bound_to(model: Any) -> tuple[Any, ...]:
    """What is traced into a step: compile() and other trainable weights make it another one."""
    names = ("optimizer", "_compile_loss", "_compile_metrics", "run_eagerly", "jit_compile", "steps_per_execution")
    return (*(getattr(model, name, None) for name in names), *model.trainable_variables)


def make_ready(model: Any, trains: bool) -> bool:
    """Build the optimizer, and drop steps that can't run any more; whether there were such."""
    function = "train_function" if trains else "test_function"
    # traced by a call that failed before all variables were there: it would fail for ever
    is_spoiled = getattr(model, function, None) is not None and not _is_built(model, function)
    if is_spoiled:
        renew(model)
    if trains:
        _build_optimizer(model)
    return is_spoiled


def renew(model: Any) -> None:
    """Have Keras trace its steps anew, which leaves weights and optimizer as they are."""
    for name in STEPS:
        if getattr(model, name, None) is not None:
            setattr(model, name, None)  # made at the next call


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


def is_of_callback(error: Exception) -> bool:
    """Whether a callback of the user's own raised it, perhaps to steer the training: it is none of Keras' failures."""
    # Keras leaves its own frames out of the traceback
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    owners = [frame.f_locals.get(frame.f_code.co_varnames[0]) for frame in frames if frame.f_code.co_argcount]
    return any(hasattr(owner, "on_train_batch_end") and hasattr(owner, "set_params") for owner in owners)


def _steps(model: Any) -> int:
    """How many steps the optimizer has made: with as many as before, no weight was changed."""
    iterations = getattr(getattr(model, "optimizer", None), "iterations", None)
    return 0 if iterations is None else int(iterations)


def keep_variables(model: Any, trains: bool) -> Callable[[], None]:
    """Copy weights, states, metrics and what the optimizer keeps. Gives what puts them back."""
    if trains:
        _build_optimizer(model)
    kept = [(variable, array_of(variable).copy()) for variable in _variables(model, trains)]
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
