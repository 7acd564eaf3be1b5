"""The weights of older `.h5` files, put into the form that the layers of Keras 3 have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

CONVOLUTIONS = {"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D"}
CUDNN = {"CuDNNLSTM": 4, "CuDNNGRU": 3}  # gates


def find_conversions(config: Any, backend: str) -> list[str]:
    """What of a model's weights has another form, in words; empty for nearly all files."""
    names = set(_class_names(config))
    found = [f"weights of {name}" for name in sorted(names & set(CUDNN))]
    if backend == "theano" and names & CONVOLUTIONS:  # it convolves, where the others correlate
        found.append("convolution kernels of Theano")
    return found


def convert_weights(h5: Any, config: Any, backend: str) -> None:
    """Change them in an open `.h5` file, as Keras 2 did when it read such a file into the layers of Keras 3."""
    names = set(_class_names(config))
    groups = list(_groups(h5.get("model_weights", h5)))
    if names & set(CUDNN):
        for group, members in groups:
            for trio in zip(members, members[1:], members[2:], strict=False):
                _from_cudnn(group, trio)
    if backend == "theano":
        kinds = {layer["config"].get("name"): layer["class_name"] for layer in _layers(config)}
        for group, members in groups:
            count = {"ConvLSTM2D": 2}.get(str(kinds.get(group.name.split("/")[-1])), 1)
            if kinds.get(group.name.split("/")[-1]) in CONVOLUTIONS:
                for name in members[:count]:
                    kernel = np.asarray(group[name])
                    _put(group, name, kernel[tuple(slice(None, None, -1) for _ in kernel.shape[:-2])])


def _class_names(config: Any) -> Iterator[str]:
    return (str(node["class_name"]) for node in find_objects(config))


def _layers(config: Any) -> Iterator[dict[str, Any]]:
    return (node for node in find_objects(config) if isinstance(node.get("config"), dict))


def find_objects(config: Any) -> Iterator[dict[str, Any]]:
    """Every object of a config."""
    waiting = [config]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting += node.values()
            if "class_name" in node:
                yield node
        elif isinstance(node, list):
            waiting += node


def _groups(root: Any) -> Iterator[tuple[Any, list[str]]]:
    """The group of every layer with the names of its weights, in their order."""
    for name in root:
        names = root[name].attrs.get("weight_names", ())
        yield root[name], [n.decode("utf-8") if isinstance(n, bytes) else str(n) for n in names]


def _from_cudnn(group: Any, names: tuple[str, str, str]) -> None:
    """Of three weights in a row that are those of one such layer, which its bias of twice the length tells."""
    kernel, recurrent, bias = (np.asarray(group[name]) for name in names)
    units = recurrent.shape[0]
    gates = next((n for n in CUDNN.values() if bias.shape == (2 * n * units,)), None)
    if gates is None or recurrent.shape != (units, gates * units) or kernel.shape[1:] != (gates * units,):
        return
    _put(group, names[0], _by_gate(kernel, gates, lambda part: part.T.reshape(part.shape, order="F")))
    _put(group, names[1], _by_gate(recurrent, gates, lambda part: part.T))
    _put(group, names[2], bias.reshape(2, -1).sum(0) if gates == CUDNN["CuDNNLSTM"] else bias.reshape(2, -1))


def _by_gate(kernel: np.ndarray, gates: int, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    return np.hstack([change(part) for part in np.hsplit(kernel, gates)])


def _put(group: Any, name: str, values: np.ndarray) -> None:
    del group[name]
    group[name] = np.ascontiguousarray(values)
