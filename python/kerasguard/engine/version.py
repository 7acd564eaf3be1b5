"""Which state of a model this is: a token that another one follows once anything that decides predictions changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from ..blueprint_json import to_json
from ..blueprints import ATTRIBUTE as BLUEPRINT
from ..blueprints import blueprint_of
from ..weights import Marks, weights_digest
from .state import VERSION, state_of


class _Version:
    """Quick marks of weights, structure, loss and blueprint, and a digest: marks change for nothing, too."""

    def __init__(self, model: Any, parts: list[Any]) -> None:
        self._marks, self._parts = Marks(model, whole=True), parts
        self.digest = _digest(model)
        self.token = object()

    def holds(self, model: Any, parts: list[Any]) -> bool:
        """Whether no mark has changed."""
        return all(a is b for a, b in zip(self._parts, parts, strict=True)) and self._marks.hold(model)

    def __reduce__(self) -> Any:
        return _forgotten, ()  # a copy of the model is another model


def _forgotten() -> None:
    return None


def version_of(model: Any) -> object:
    """The token of the model as it is now. Kept with the model: what marks it refers to it."""
    known = model.__dict__.get(VERSION)
    parts = [state_of(model), getattr(model, "_compile_config", None), model.__dict__.get(BLUEPRINT)]
    if isinstance(known, _Version) and known.holds(model, parts):
        return known.token
    found = _Version(model, parts)
    if isinstance(known, _Version) and known.digest == found.digest:
        found.token = known.token
    object.__setattr__(model, VERSION, found)  # plain setattr would have Keras track it
    return found.token


def _digest(model: Any) -> str:
    blueprint = blueprint_of(model)
    parts = [weights_digest(model), _config(model), *_vocabularies(model)]
    parts += [] if blueprint is None else [to_json(replace(blueprint, weights=None, versions={}))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _config(model: Any) -> str:
    """Its layers and losses. How it is optimized does not matter to its predictions."""
    try:
        import keras

        config = keras.saving.serialize_keras_object(model)
        (config.get("compile_config") or {}).pop("optimizer", None)
    except Exception:  # a get_config() of the user's own, or a model of tf_keras
        config = {"class": type(model).__name__, "id": id(model)}
    return json.dumps(config, default=repr, sort_keys=True)


def _vocabularies(model: Any) -> list[str]:
    """What lookup layers were told, which their config does not say."""
    flat = getattr(model, "_flatten_layers", None)
    layers = [layer for layer in flat() if hasattr(layer, "get_vocabulary")] if flat is not None else []
    return [repr(layer.get_vocabulary()) for layer in layers]
