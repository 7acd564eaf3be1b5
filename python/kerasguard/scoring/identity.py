"""Which job results belong to: the model and all options that they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..blueprint_json import to_json
from ..blueprints import blueprint_of
from ..engine import state_of
from ..targets import output_names
from ..weights import weights_digest
from .batch import Scorer
from .columns import model_columns
from .own_code import layers_of, plain, programs_of

FORMAT = 1  # of the journal and of the results
# Parts of a config that no number of a prediction comes from, or that differ from session to session
ASIDE = ("compile_config", "build_config", "shared_object_id", "registered_name", "module")


def job_of(scorer: Scorer, schema: Any) -> dict[str, Any]:
    """What must be the same for results to go into one folder; plain data, the same in every session.

    Neither the number of rows that are read at once nor the engine is in it: no result depends on them.
    """
    options, columns = scorer.options, model_columns(scorer.opened(), scorer.columns, schema)
    about = {
        "kerasguard": FORMAT,
        "model": model_digest(scorer.opened()),
        "loss": None if options.type == "raw" else repr(_loss(scorer.opened())),
        "columns": dict(columns) if isinstance(columns, Mapping) else columns,
        "keep": scorer.keep,
        "missing": options.missing,
        "type": options.type,
        "threshold": float(options.threshold) if options.type == "class" and options.threshold is not None else None,
        "order": options.order,
        "novel_levels": options.novel_levels,
        "schema": {field.name: str(field.type) for field in schema},
    }
    return json.loads(json.dumps(about))  # tuples are lists there


def model_digest(model: Any) -> str:
    """A digest of weights, layers, their code and what training saw."""
    about = [_config(model), programs_of(model), _lookups(model), _outputs(model)]
    parts = [weights_digest(model), *(json.dumps(each, default=plain, sort_keys=True) for each in about)]
    blueprint = blueprint_of(model)
    if blueprint is not None:
        parts += [to_json(replace(blueprint, weights=None, versions={})), str(blueprint.stale)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _config(model: Any) -> Any:
    """The configs of a model and of all its layers: that of a class of the user's own need not hold theirs."""
    configs = [_own_config(layer) for layer in layers_of(model) or [model]]
    names: dict[str, str] = {}
    _gather(configs, names)
    return _renamed(configs, names)


def _own_config(layer: Any) -> Any:
    try:
        return [type(layer).__name__, layer.get_config()]
    except Exception:  # of the user's own, or with such a layer in it
        return type(layer).__name__


def _gather(config: Any, names: dict[str, str]) -> None:
    """Names of layers, numbered as they come: those that Keras makes count up with every model of a session."""
    if isinstance(config, Mapping):
        if isinstance(config.get("name"), str):
            names.setdefault(config["name"], f"#{len(names)}")
        for value in config.values():
            _gather(value, names)
    elif isinstance(config, (list, tuple)):
        for value in config:
            _gather(value, names)


def _renamed(config: Any, names: dict[str, str]) -> Any:
    """With these numbers where a layer is meant: "relu" may be an activation beside a layer of that name."""
    if isinstance(config, Mapping):
        if config.get("class_name") == "__lambda__":  # bytes with the place in a file; `programs_of` has what it does
            return "__lambda__"
        return {
            str(key): names.get(value, value) if key == "name" and isinstance(value, str) else _renamed(value, names)
            for key, value in config.items()
            if key not in ASIDE
        }
    if isinstance(config, (list, tuple)):
        items = [_renamed(value, names) for value in config]
        is_place = len(items) > 1 and isinstance(items[0], str) and type(items[1]) is int  # ["dense", 0, 0]
        return [names.get(items[0], items[0]), *items[1:]] if is_place else items
    return config


def _outputs(model: Any) -> Any:
    """The names of several outputs: columns are called by them."""
    signature = state_of(model).signature
    return output_names(model, signature) if len(signature.outputs) > 1 else None


def _loss(model: Any) -> Any:
    """As the user compiled it: classes and probabilities may depend on it."""
    compiled = getattr(model, "_compile_config", None)
    config = getattr(compiled, "config", None) or {}
    return {key: _plain(value) for key, value in config.items() if key in ("loss", "loss_weights")}


def _plain(value: Any) -> Any:
    get = getattr(value, "get_config", None)
    return [type(value).__name__, get()] if get is not None else getattr(value, "__name__", value)


def _lookups(model: Any) -> list[Any]:
    """What lookup layers were told, which their config does not say."""
    layers = [layer for layer in layers_of(model) if hasattr(layer, "get_vocabulary")]
    inner = [getattr(layer, "_lookup_layer", layer) for layer in layers]
    weights = [getattr(layer, "idf_weights", None) for layer in inner]
    return [
        [repr(layer.get_vocabulary()), None if known is None else np.asarray(known).tolist()]
        for layer, known in zip(layers, weights, strict=True)
    ]
