"""The compile state of older files in the words of Keras 3: losses, metrics, optimizers and their schedules."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from .keras2 import named, parameters

# Names of losses and metrics that Keras 3 has under another one only.
OLD_WORDS = {
    "kullback_leibler_divergence": "kl_divergence", "KLD": "kl_divergence", "kld": "kl_divergence",
    "logcosh": "log_cosh", "cosine_proximity": "cosine_similarity", "cosine": "cosine_similarity",
    "huber_loss": "huber", "MSE": "mse", "MAE": "mae", "MAPE": "mape", "MSLE": "msle",
}  # fmt: skip


def mend_training(config: dict[str, Any]) -> dict[str, Any]:
    """Loss, metrics and optimizer of an older file in Keras 3's words."""
    config = copy.deepcopy(config)
    for key in ("optimizer_config", "optimizer"):
        if isinstance(config.get(key), dict):
            config[key] = _optimizer(config[key])
    for key in ("loss", "metrics", "weighted_metrics"):
        if key in config:
            config[key] = _judges(config[key])
    for key in ("run_eagerly", "steps_per_execution", "jit_compile"):  # Keras 2 writes None for "not set"
        if key in config and config[key] is None:
            del config[key]
    return config


def _optimizer(node: dict[str, Any]) -> dict[str, Any]:
    import keras

    name = str(node.get("class_name")).removeprefix("Custom>")
    cls = getattr(keras.optimizers, name, None)
    config = node.get("config")
    if name.startswith("LossScaleOptimizer") and isinstance(config, dict):
        return _scaling_optimizer(node)
    if not isinstance(cls, type) or not isinstance(config, dict):
        return node
    config = dict(config)
    if "lr" in config:
        config["learning_rate"] = config.pop("lr")
    decay = config.pop("decay", 0) or 0
    rate = config.get("learning_rate")
    if decay and isinstance(rate, (int, float)):  # rate / (1 + decay * step)
        settings = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay, "staircase": False}
        config["learning_rate"] = named("InverseTimeDecay", "keras.optimizers.schedules", settings)
    elif isinstance(rate, dict) and hasattr(keras.optimizers.schedules, str(rate.get("class_name"))):
        settings = {key: value for key, value in (rate.get("config") or {}).items() if value is not None}
        config["learning_rate"] = named(rate["class_name"], "keras.optimizers.schedules", settings)
    known, _ = parameters(cls)
    config = {key: value for key, value in config.items() if key in known and (value is not None or key == "name")}
    return named(name, "keras.optimizers", config)


def _scaling_optimizer(node: dict[str, Any]) -> dict[str, Any]:
    """The one around another that mixed precision needs; its settings were named otherwise."""
    config = node["config"]
    inner = config.get("inner_optimizer") or config.get("optimizer")
    if not isinstance(inner, dict):
        return node
    inner = _optimizer(inner)
    settings = {
        "initial_scale": config.get("initial_scale"),
        "dynamic_growth_steps": config.get("dynamic_growth_steps"),
    }
    if isinstance(config.get("loss_scale"), dict):  # before TensorFlow 2.4
        old = config["loss_scale"].get("config") or {}
        settings = {"initial_scale": old.get("initial_loss_scale"), "dynamic_growth_steps": old.get("increment_period")}
    kept = {key: value for key, value in settings.items() if value is not None}
    return named("LossScaleOptimizer", "keras.optimizers", {"inner_optimizer": inner, **kept})


def _judges(node: Any) -> Any:
    """Losses and metrics, by name or as objects, in whatever structure."""
    import keras

    if isinstance(node, list):
        return [_judges(item) for item in node]
    if isinstance(node, str):
        return OLD_WORDS.get(node, node)
    if not isinstance(node, dict):
        return node
    name, config = node.get("class_name"), node.get("config")
    if not isinstance(name, str) or not isinstance(config, dict):
        return {key: _judges(value) for key, value in node.items()}
    if name in ("MeanMetricWrapper", "LossFunctionWrapper"):
        shown = config.get("name")
        return shown if shown in ("accuracy", "acc") else _judges(config.get("fn", node))
    cls: Any = getattr(keras.losses, name, None) or getattr(keras.metrics, name, None)
    if not isinstance(cls, type):
        return node
    known: Callable[[str], bool] = parameters(cls)[0].__contains__
    kept = {key: value for key, value in config.items() if known(key) and key != "fn"}
    if kept.get("reduction") == "auto":
        kept["reduction"] = "sum_over_batch_size"
    return named(name, "keras.losses" if hasattr(keras.losses, name) else "keras.metrics", kept)
