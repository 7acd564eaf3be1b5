"""What is remembered of a model between calls: signature, plans, compiled pass. It lives and dies with the model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ..plan import Plan
from ..signature import ModelSignature, layers_of, make_signature
from .compiled import CompiledPass, NotCompilable, why_not

ATTRIBUTE = "_kerasguard_state"
MOST_PLANS = 256  # kinds of data that one model meets; far more would be a leak


class ModelState:
    """Remembered until the model's structure changes; new weights change nothing, the pass reads the variables."""

    def __init__(self, model: Any, fingerprint: list[Any], told: set[str], is_stale: bool) -> None:
        self.fingerprint = fingerprint
        self.signature: ModelSignature = make_signature(model)
        self._plans: dict[Any, Plan] = {}
        self.told = told
        self.is_stale = is_stale  # predict() itself still runs the model as it was before a change
        self._compiled: dict[tuple[str, ...], CompiledPass | NotCompilable] = {}
        self._lock = threading.Lock()

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
    state = model.__dict__.get(ATTRIBUTE)
    if isinstance(state, ModelState) and state.fingerprint == current:
        return state
    told, is_stale = set(), False
    if isinstance(state, ModelState):
        # another change is another thing to tell; that a model was built since is none
        told = state.told - {"model_changed"}
        is_stale = state.signature.source != "none" and getattr(model, "predict_function", None) is not None
    state = ModelState(model, current, told, is_stale)
    object.__setattr__(model, ATTRIBUTE, state)  # plain setattr would have Keras track it
    return state


def fingerprint(model: Any) -> list[Any]:
    """What decides the graph but for the values of variables: compared by identity at every call.

    Layers and their order, activations, number types, LoRA, the variables themselves, and how the model is compiled.
    """
    get = model.__dict__.get
    parts = [
        getattr(model, "jit_compile", None), getattr(model, "run_eagerly", None), get("steps_per_execution"),
        get("_functional"), get("predict_step"), get("call"), get("built"), type(model),
    ]  # fmt: skip
    flat = getattr(model, "_flatten_layers", None)
    for layer in flat(include_self=False) if flat is not None else layers_of(model):
        read = layer.__dict__.get
        parts += (layer, read("activation"), read("_dtype_policy"), read("lora_enabled"), read("call"))
        variables = read("_trainable_variables")
        if variables:
            parts += map(id, variables)
    return parts
