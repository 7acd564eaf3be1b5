"""The calls of a Functional model's layers as Keras 2 wrote them, put as Keras 3 reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Protocol

from .keras2_weights import find_objects
from .operations import OPERATIONS, translate

MODELS = ("Functional", "Model")
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
BY_TRAINING = {"BatchNormalization", "Dropout", "SyncBatchNormalization"}


class Notes(Protocol):
    """Where changes are remembered, and what would change predictions."""

    blocked: str

    def note(self, change: str) -> None:
        """Remember a change, once."""


def mend_calls(config: dict[str, Any], notes: Notes) -> None:
    """Put the calls of a Functional config into Keras 3's words, in place."""
    layers = {layer["name"]: layer for layer in config.get("layers", ()) if "name" in layer}
    _count_anew(config, layers, notes)
    for layer in layers.values():
        nodes = layer.get("inbound_nodes") or []
        notes.blocked = notes.blocked or _find_training(layer, nodes)
        if layer.get("class_name") not in OPERATIONS:
            layer["inbound_nodes"] = [_call(node, str(layer.get("class_name")), notes) for node in nodes]
    changes, why = translate(list(layers.values()), _tensor)
    for change in changes:
        notes.note(change)
    notes.blocked = notes.blocked or why


def _count_anew(config: dict[str, Any], layers: dict[str, Any], notes: Notes) -> None:
    """Keras 2 counts the calls of a nested model from its own first one on, Keras 3 does not.

    But where a nested Functional gives an output: there Keras 3 counts as Keras 2.
    """
    inner = list(places([layer.get("inbound_nodes") for layer in layers.values()]))
    outer = list(places([config.get("input_layers"), config.get("output_layers")]))
    for name, layer in layers.items():
        cls = layer.get("class_name")
        own = [place for place in inner + outer if place[0] == name]
        calls = max(len(layer.get("inbound_nodes") or ()), 1)
        first, last = min((p[1] for p in own), default=0), max((p[1] for p in own), default=0)
        if first < 1 or (cls not in (*MODELS, "Sequential") and last < calls):
            continue
        for place in own:
            if cls not in MODELS or any(place is other for other in inner):
                place[1] -= 1
                notes.note(f"calls of {cls}")


def _find_training(layer: dict[str, Any], calls: list[Any]) -> str:
    """Keras 3's predict() overrules training=True of a call, Keras 2 predicts by it."""
    names = {str(node["class_name"]) for node in find_objects(layer)}
    differs = any(name.endswith(("Dropout", "Noise")) or name in BY_TRAINING for name in names)
    if not differs or '"training": true' not in json.dumps(calls):
        return ""
    return f"{layer.get('name')!r} is called with training=True, which Keras 3's predict() overrules"


def _call(node: Any, name: str, notes: Notes) -> Any:
    """A call with tensors among its keywords, or with the first states of a recurrent layer among its inputs."""
    if not isinstance(node, list) or not node or not all(is_place(place) for place in node):
        return node
    keywords = dict(node[-1][3]) if len(node[-1]) > 3 and isinstance(node[-1][3], dict) else {}
    inputs = [_tensor(place) for place in node]
    if name in RECURRENT and len(inputs) > 1:
        keywords["initial_state"] = inputs[1:]
        inputs = inputs[:1]
        notes.note(f"{name} initial_state")
    elif any(is_place(value) for value in keywords.values()):
        notes.note(f"{name} {' '.join(key for key, value in keywords.items() if is_place(value))}")
    else:
        return node
    keywords = {key: _tensor(value) if is_place(value) else value for key, value in keywords.items()}
    return {"args": inputs if len(inputs) == 1 else [inputs], "kwargs": keywords}


def places(waiting: list[Any]) -> Iterator[list[Any]]:
    """Every [layer, call, output, ...] in parts of a functional config, to be changed in place."""
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting += node.values()
        elif isinstance(node, list):
            if is_place(node):
                yield node
                waiting += node[3:]
            else:
                waiting += node


def is_place(node: Any) -> bool:
    """Whether it is [layer, call, output] or [layer, call, output, keywords]."""
    is_short = isinstance(node, list) and 3 <= len(node) <= 4 and isinstance(node[0], str)
    return is_short and all(type(number) is int for number in node[1:3])


def _tensor(place: list[Any]) -> dict[str, Any]:
    """What Keras 3 writes for the output of a layer; shape and type are looked up in the layer."""
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [1], "dtype": "float32", "keras_history": place[:3]},
    }
