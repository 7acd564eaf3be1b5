"""Names of losses and metrics that Keras 2 wrote and Keras 3 looks for in vain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def old_names(training: dict[str, Any]) -> dict[str, Any]:
    """Losses and metrics that a compile state calls by a bare function name."""
    import keras

    words = set(_strings([training.get(key) for key in ("loss", "metrics", "weighted_metrics")]))
    found = {}
    for word in words:
        try:
            known = keras.losses.get(word)
        except ValueError:
            try:
                known = keras.metrics.get(word)
            except ValueError:
                continue
        if callable(known) and word.islower():
            found[word] = known
    return found


def unknown_names(training: dict[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Losses that a compile state calls by a name that neither Keras nor the user has."""
    import keras

    found = []
    for word in _strings(training.get("loss")):
        try:
            keras.losses.get(word)
        except ValueError:
            found += [word] if word not in given else []
    return found


def _strings(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict) and "class_name" in node:  # an object; the strings in it are its settings
        return _strings(node.get("config")) if node["class_name"] == "function" else []
    if isinstance(node, dict):
        return [text for value in node.values() for text in _strings(value)]
    if isinstance(node, list):
        return [text for value in node for text in _strings(value)]
    return []
