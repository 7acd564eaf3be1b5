"""What earlier versions of Keras 3 computed or wrote otherwise than the installed one."""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .keras2_weights import find_objects

_TRANSPOSED = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")


@dataclass
class Earlier:
    """A config of an earlier Keras 3. `changes`: what was put otherwise; `unlike`: what predicts otherwise now."""

    config: dict[str, Any]
    changes: list[str] = field(default_factory=list)
    unlike: list[str] = field(default_factory=list)


def mend_earlier(config: dict[str, Any], version: str) -> Earlier:
    """The config of a model of Keras 3 such that the installed Keras predicts as the writer of the file."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    mended = Earlier(copy.deepcopy(config))
    if not numbers > (3,):
        if numbers and '"class_name": "RandomCrop"' in json.dumps(config):
            mended.unlike.append("RandomCrop leaves pictures whole in a prediction")
        return mended
    has_mask = '"mask_zero": true' in json.dumps(config) or '"class_name": "Masking"' in json.dumps(config)
    for model in _models(mended.config):
        _find_padding(model, mended)
    for node in find_objects(mended.config):
        name, inner = node["class_name"], node.get("config")
        if not isinstance(inner, dict):
            continue
        if name == "Discretization" and numbers < (3, 12) and "int" in str(inner.get("dtype")):
            mended.unlike.append("Discretization no longer cuts its input to whole numbers")
        if name == "LayerNormalization":
            _sort_axes(node, mended)
        if name == "MultiHeadAttention" and numbers < (3, 3) and has_mask:
            mended.unlike.append("MultiHeadAttention takes the mask of its inputs otherwise")
        is_hot = inner.get("output_mode") == "one_hot" and (_input_shape(node) or [0])[-1] == 1
        if name == "Discretization" and numbers < (3, 3) and is_hot:
            mended.unlike.append("Discretization with one_hot gives another shape")
        if name == "RandomCrop" and numbers < (3, 8):
            mended.unlike.append("RandomCrop leaves pictures whole in a prediction")
    mended.changes, mended.unlike = sorted(set(mended.changes)), sorted(set(mended.unlike))
    return mended


def _models(config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The configs of all models in a model."""
    for node in find_objects(config):
        inner = node.get("config")
        if isinstance(inner, dict) and isinstance(inner.get("layers"), list):
            yield inner


def _find_padding(model: dict[str, Any], mended: Earlier) -> None:
    """Earlier versions did not write `output_padding`; the shapes that they wrote tell what it was."""
    layers = [layer for layer in model["layers"] if isinstance(layer, dict)]
    shapes = _shapes(layers)
    for layer in layers:
        inner, shape = layer.get("config"), _input_shape(layer)
        if layer.get("class_name") not in _TRANSPOSED or not isinstance(inner, dict) or "output_padding" in inner:
            continue
        given = shapes.get(str(layer.get("name") or inner.get("name")))
        if given is None or not isinstance(shape, list):
            continue
        paddings = itertools.product(*(range(stride) for stride in inner["strides"]))
        fitting = [
            padding for padding in (None, *paddings) if _gives(layer["class_name"], inner, padding, shape, given)
        ]
        if fitting and fitting[0] is not None:
            inner["output_padding"] = list(fitting[0])
            mended.changes.append(f"{layer['class_name']} output_padding")


def _input_shape(layer: dict[str, Any]) -> list[Any] | None:
    """What went in, as far as the file tells."""
    shape = (layer.get("build_config") or {}).get("input_shape")
    given = next(iter(find_objects(layer.get("inbound_nodes"))), {}).get("config") or {}
    shape = shape if isinstance(shape, list) else given.get("shape")
    return shape if isinstance(shape, list) else None


def _gives(name: str, config: dict[str, Any], padding: Any, shape: list[Any], given: list[Any]) -> bool:
    import keras

    keys = ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate")
    layer = getattr(keras.layers, name)(**{key: config[key] for key in keys}, output_padding=padding)
    return list(layer.compute_output_shape(tuple(shape))) == given


def _shapes(layers: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """The shapes of outputs, as the layers that take them tell; by the name of the layer."""
    found: dict[str, list[Any]] = {}
    for before, after in itertools.pairwise(layers):
        shape = (after.get("build_config") or {}).get("input_shape")
        if "inbound_nodes" not in after and isinstance(shape, list):  # one after the other, in a Sequential
            found[str((before.get("config") or {}).get("name"))] = shape
    for node in find_objects([layer.get("inbound_nodes") for layer in layers]):
        inner = node.get("config")
        if node["class_name"] == "__keras_tensor__" and isinstance(inner, dict):
            name, call, output = inner.get("keras_history") or ("", 1, 0)
            if call == 0 and output == 0 and isinstance(inner.get("shape"), list):
                found[str(name)] = inner["shape"]
    return found


def _sort_axes(node: dict[str, Any], mended: Earlier) -> None:
    """The installed Keras sorts them as they are written, negative ones first: written so that the order stays."""
    axes, shape = node["config"].get("axis"), _input_shape(node)
    if not isinstance(axes, list) or axes == sorted(axes) or not isinstance(shape, list):
        return
    rank = len(shape)
    for words in itertools.product(*((axis % rank - rank, axis % rank) for axis in axes)):
        if list(words) == sorted(words):
            node["config"]["axis"] = list(words)
            mended.changes.append("LayerNormalization axis")
            return
