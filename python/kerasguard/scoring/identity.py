"""Which job results belong to: the model and all options that they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..blueprint_json import to_json
from ..blueprints import blueprint_of
from ..weights import weights_digest
from .batch import Scorer

FORMAT = 1  # of the journal and of the results
# Parts of a config that no number of a prediction comes from, or that differ from session to session
ASIDE = ("compile_config", "build_config", "shared_object_id", "registered_name", "module")


def job_of(scorer: Scorer, schema: Any) -> dict[str, Any]:
    """What must be the same for results to go into one folder; plain data, the same in every session.

    Neither the number of rows that are read at once nor the engine is in it: no result depends on them.
    """
    options, columns = scorer.options, scorer.columns
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
    """A digest of weights, layers and what training saw."""
    parts = [weights_digest(model), json.dumps(_config(model), default=repr, sort_keys=True), *_vocabularies(model)]
    blueprint = blueprint_of(model)
    if blueprint is not None:
        parts += [to_json(replace(blueprint, weights=None, versions={})), str(blueprint.stale)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _config(model: Any) -> Any:
    try:
        config = model.get_config()
    except Exception:  # of a model of the user's own
        return type(model).__name__
    names: dict[str, str] = {}
    _gather(config, names)
    return _renamed(config, names)


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
    if isinstance(config, Mapping):
        return {str(key): _renamed(value, names) for key, value in config.items() if key not in ASIDE}
    if isinstance(config, (list, tuple)):
        return [_renamed(value, names) for value in config]
    return names.get(config, config) if isinstance(config, str) else config


def _loss(model: Any) -> Any:
    """As the user compiled it: classes and probabilities may depend on it."""
    compiled = getattr(model, "_compile_config", None)
    config = getattr(compiled, "config", None) or {}
    return {key: _plain(value) for key, value in config.items() if key in ("loss", "loss_weights")}


def _plain(value: Any) -> Any:
    get = getattr(value, "get_config", None)
    return [type(value).__name__, get()] if get is not None else getattr(value, "__name__", value)


def _vocabularies(model: Any) -> list[str]:
    """What lookup layers were told, which their config does not say."""
    flat = getattr(model, "_flatten_layers", None)
    layers = [layer for layer in flat() if hasattr(layer, "get_vocabulary")] if flat is not None else []
    return [repr(layer.get_vocabulary()) for layer in layers]
