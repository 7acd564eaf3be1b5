"""What is remembered of a model between calls: signature, plans, compiled pass. It lives and dies with the model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from operator import is_
from typing import Any

from ..blueprints import ATTRIBUTE as BLUEPRINT
from ..model_graph import layers_of
from ..plan import Plan
from ..signature import ModelSignature, make_signature
from .compiled import CompiledPass, NotCompilable, why_not

ATTRIBUTE = "_kerasguard_state"
VERSION = "_kerasguard_version"
MOST_PLANS = 256  # kinds of data that one model meets; far more would be a leak


class ModelState:
    """Remembered until the model's structure changes; new weights change nothing, the pass reads the variables."""

    def __init__(self, model: Any, fingerprint: list[Any], told: set[str], is_stale: bool) -> None:
        self.fingerprint = fingerprint
        self.signature: ModelSignature = make_signature(model)
        self._plans: dict[Any, Plan] = {}
        self.told = told
        self.is_stale = is_stale  # predict() itself still runs the model as it was before a change
        self.predict_function: Any = None
        self.own_steps: dict[str, tuple[tuple[Any, ...], Any]] = {}  # see train.py
        self._compiled: dict[tuple[str, ...], CompiledPass | NotCompilable] = {}
        self._lock = threading.Lock()
        self.running = threading.RLock()  # predict() keeps its function on the model: one thread at a time

    def compiled(self, model: Any, dtypes: tuple[str, ...]) -> CompiledPass | None:
        """The compiled pass for inputs of these types, traced at first use; None for a model left to predict()."""
        if dtypes not in self._compiled:
            with self._lock:
                if dtypes not in self._compiled:
                    self._compiled[dtypes] = _compile(model, self.signature, dtypes)
        found = self._compiled[dtypes]
        return found if isinstance(found, CompiledPass) else None

    def plan_for(self, key: Any, make: Callable[[], Plan]) -> Plan:
        """The plan for a kind of data, made at its first call."""
        try:
            plan = self._plans.get(key)
        except TypeError:  # an option that is no option, which the plan refuses
            return make()
        if plan is None:
            plan = make()
            if plan.is_reusable:
                if len(self._plans) >= MOST_PLANS:
                    self._plans.clear()
                self._plans[key] = plan
        return plan

    def __reduce__(self) -> Any:
        return _forgotten, ()  # graphs can't be pickled or copied: a copy of the model starts afresh


def _forgotten() -> None:
    return None


def _compile(model: Any, signature: ModelSignature, dtypes: tuple[str, ...]) -> CompiledPass | NotCompilable:
    reason = why_not(model, signature)
    if reason:
        return NotCompilable(reason)
    try:
        return CompiledPass(model, signature, dtypes)
    except NotCompilable as error:
        return error


def state_of(model: Any) -> ModelState:
    """The state of a model, made anew when the model is not the one it was made for."""
    current = fingerprint(model)
    function = getattr(model, "predict_function", None)
    state = model.__dict__.get(ATTRIBUTE)
    if isinstance(state, ModelState) and is_same(state.fingerprint, current):
        state.predict_function = function
        return state
    told: set[str] = set()
    is_stale = False
    if isinstance(state, ModelState):
        told = state.told - {"model_changed"}  # another change is another thing to tell
        # predict() still runs the graph from before the change; that a model was built since is no change
        is_stale = function is not None and function is state.predict_function and state.signature.source != "none"
    state = ModelState(model, current, told, is_stale)
    state.predict_function = function
    object.__setattr__(model, ATTRIBUTE, state)  # plain setattr would have Keras track it
    return state


# What calls, training and saving change in a model without changing what it computes at prediction.
VOLATILE = frozenset({
    "_called", "_compile_config", "_compile_loss", "_compile_metrics", "_compiled_trainable_state", "_dropout_mask",
    "_eval_epoch_iterator", "_jax_state", "_jax_state_synced", "_jit_compile", "_loss_tracker", "_metrics",
    "_recurrent_dropout_mask", "_run_eagerly", "_trainable", "compiled", "history", "loss", "optimizer",
    "predict_function", "stop_evaluating", "stop_predicting", "stop_training", "test_function", "train_function",
    "training", ATTRIBUTE, BLUEPRINT, VERSION,
})  # fmt: skip
PLAIN = (int, float, str, tuple)


def fingerprint(model: Any) -> list[Any]:
    """What decides the graph but for the values of variables.

    Every attribute of the model and its layers (activations, rates, number types, what adapt() learned ...), their
    code, their order and their variables, and how the model is compiled.
    """
    parts = [getattr(model, "jit_compile", None), getattr(model, "run_eagerly", None)]
    flat = getattr(model, "_flatten_layers", None)
    for layer in flat() if flat is not None else [model, *layers_of(model)]:
        attributes = layer.__dict__
        parts += (layer, type(layer).call)
        parts += [value for name, value in attributes.items() if name not in VOLATILE]
        variables = attributes.get("_trainable_variables")
        if variables:
            parts += map(id, variables)
    return parts


def is_same(before: list[Any], now: list[Any]) -> bool:
    """Whether all parts are the same objects, or equal numbers and names."""
    if len(before) != len(now):
        return False
    return all(map(is_, before, now)) or all(
        a is b or (type(a) is type(b) and isinstance(a, PLAIN) and a == b) for a, b in zip(before, now, strict=True)
    )
