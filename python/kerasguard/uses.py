"""Which layers take the values of an input as they come: what a model's first layers tell about right inputs.

Read from the layers of a Sequential and the graph of a Functional model, nested ones included. Where layers on the way
move or pick values, the numbers of their places are sent through them once. What a subclassed model does is not to be
seen: it has no uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, Literal

import numpy as np

from .model_graph import is_sequential, layers_of

UseKind = Literal["ids", "rescaling", "spread"]
KINDS: dict[str, UseKind] = {
    "Embedding": "ids", "CategoryEncoding": "ids", "Rescaling": "rescaling", "Normalization": "spread",
    "BatchNormalization": "spread",
}  # fmt: skip
# At prediction these hand every value on where it stands.
SAME = {
    "InputLayer", "Identity", "ActivityRegularization", "Masking", "Dropout", "SpatialDropout1D", "SpatialDropout2D",
    "SpatialDropout3D", "AlphaDropout", "GaussianDropout", "GaussianNoise", "RandomFlip", "RandomRotation",
    "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness", "RandomShear", "RandomSharpness",
    "RandomHue", "RandomSaturation", "RandomGrayscale", "RandomColorJitter", "RandomErasing", "Cast",
}  # fmt: skip
# These move all values of a sample ...
MOVE_ALL = {"Reshape", "Flatten", "Permute", "ExpandDims", "Squeeze", "Transpose", "Swapaxes", "Moveaxis", "Ravel"}
# ... these pick, repeat or join values ...
MOVES = MOVE_ALL | {
    "GetItem", "RepeatVector", "Cropping1D", "Cropping2D", "Cropping3D", "Split", "Take", "Concatenate", "Stack", "Flip"
}  # fmt: skip
# ... and these keep no more than the range of the values.
RANGE = {"Resizing", "CenterCrop", "RandomCrop", "AveragePooling2D", "MaxPooling2D", "UpSampling2D"}
MOST_PLACES = 2**22  # values per sample whose places are followed


@dataclass(frozen=True, eq=False)
class Use:
    """A layer that takes an input's values. Its variables are to be read when values are judged: they change.

    `route`: names of the layer and of the models it is in, from the outside. `places`: which places of a sample reach
    the layer, `at`: where of its own sample of shape `tail`; None where all come as they are, or, if not `is_aligned`,
    in an order that is not known. `ignored`: values that a Masking layer takes out. `layouts`: remembered by `watch`.
    """

    layer: Any
    kind: UseKind
    route: tuple[str, ...]
    tail: tuple[int, ...] | None = None
    places: np.ndarray | None = None
    at: np.ndarray | None = None
    is_aligned: bool = True
    ignored: tuple[float, ...] = ()
    layouts: dict[Any, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, eq=False)
class Reach:
    """What has become of an input's values: the "same", "moved" to known places, "all" there, or only their "range"."""

    form: Literal["same", "moved", "all", "range"]
    origin: int = 0
    places: Any = None
    ignored: tuple[float, ...] = ()


def find_uses(model: Any, tensors: Sequence[Any]) -> list[tuple[Use, ...]]:
    """The uses of each input tensor."""
    walk = _Walk([tuple(tensor.shape)[1:] for tensor in tensors])
    if any(_name_of(layer) in KINDS for layer in layers_of(model)) and _runs_kerass_own(model, "predict_step"):
        starts: list[Reach | None] = [Reach("same", i) for i in range(len(tensors))]
        order = {id(tensor): start for tensor, start in zip(tensors, starts, strict=True)}
        inputs = getattr(model, "inputs", None) or ()
        came = [order.get(id(tensor)) for tensor in inputs] if len(inputs) > 1 else starts
        walk.through_model(model, came, ())
    return [tuple(found) for found in walk.found]


def _name_of(layer: Any) -> str:
    """The name of a class of Keras' own; somebody's subclass may do anything."""
    cls = type(layer)
    return cls.__name__ if cls.__module__.startswith(("keras.", "tf_keras.")) else ""


def _runs_kerass_own(model: Any, method: str) -> bool:
    function = getattr(type(model), method, None)
    return getattr(function, "__module__", "").startswith(("keras.", "tf_keras."))


class _Walk:
    """One walk through a model. A sample's values are numbered through all inputs."""

    def __init__(self, tails: list[tuple[int | None, ...]]) -> None:
        self.tails = tails
        sizes = [0 if None in tail or prod(tail) > MOST_PLACES else prod(tail) for tail in tails]  # type: ignore[arg-type]
        self.sizes = sizes
        self.starts = [sum(sizes[:i]) for i in range(len(sizes))]
        self.found: list[list[Use]] = [[] for _ in tails]

    def through_model(self, model: Any, came: list[Reach | None], route: tuple[str, ...]) -> list[Reach | None]:
        """What of the inputs reaches the outputs of a Sequential or Functional model."""
        if not _runs_kerass_own(model, "call"):
            return []
        if is_sequential(model):
            outputs = came[:1]
            for layer in model.layers:
                outputs = self._through(layer, outputs, None, route) if any(outputs) else []
            return outputs
        known = {id(t): reach for t, reach in zip(model.inputs, came, strict=False) if reach is not None}
        by_depth = getattr(model, "_nodes_by_depth", {})
        for depth in sorted(by_depth, reverse=True):
            for node in by_depth[depth]:
                if not hasattr(node, "operation") or node.is_input:
                    continue
                reaches = [known.get(id(t)) for t in node.arguments.keras_tensors]
                results = self._through(node.operation, reaches, node, route) if any(reaches) else []
                known.update({id(t): r for t, r in zip(node.outputs, results, strict=False) if r is not None})
        return [known.get(id(t)) for t in getattr(model, "outputs", ())]

    def _through(
        self, layer: Any, came: Sequence[Reach | None], node: Any, route: tuple[str, ...]
    ) -> list[Reach | None]:
        """What reaches the outputs of one layer or operation; a layer of interest is noted."""
        name, reach = _name_of(layer), came[0]
        if hasattr(layer, "layers") and hasattr(layer, "inputs"):
            return self.through_model(layer, list(came), (*route, layer.name))
        if name in KINDS:
            if reach is not None:
                self._note(layer, KINDS[name], reach, (*route, layer.name))
            return []
        if name in ("Concatenate", "Stack"):
            return self._moved(layer, came, node) if None not in came else []
        if len(came) != 1 or reach is None:
            return []
        if name in SAME or (name == "Activation" and layer.activation.__name__ == "linear"):
            return [replace(reach, ignored=(*reach.ignored, float(layer.mask_value))) if name == "Masking" else reach]
        if name in MOVES:
            return self._moved(layer, came, node) or (
                [replace(reach, form="all")] if name in MOVE_ALL and reach.form != "range" else []
            )
        return [replace(reach, form="range", places=None)] if name in RANGE else []

    def _note(self, layer: Any, kind: UseKind, reach: Reach, route: tuple[str, ...]) -> None:
        needed = {"ids": ("same", "moved", "all"), "spread": ("same", "moved")}.get(kind)
        if needed and reach.form not in needed:
            return
        if reach.form != "moved":
            use = Use(layer, kind, route, is_aligned=reach.form == "same", ignored=reach.ignored)
            self.found[reach.origin].append(use)
            return
        numbers, tail = reach.places[0].reshape(-1), reach.places.shape[1:]
        for found, start, size in zip(self.found, self.starts, self.sizes, strict=True):
            at = np.flatnonzero((numbers >= start) & (numbers < start + size))
            if len(at):
                found.append(Use(layer, kind, route, tail, numbers[at] - start, at, ignored=reach.ignored))

    def _moved(self, layer: Any, came: Sequence[Reach | None], node: Any) -> list[Reach | None]:
        """Send the numbers of places through a layer; nothing where that fails, or where samples would mix."""
        numbers = [self._numbers(reach) for reach in came if reach is not None]
        if any(number is None for number in numbers):
            return []
        try:
            result = _call(layer, numbers, node)
        except Exception:  # a way of calling that works on symbols only: then the values are lost from sight
            return []
        results = [np.asarray(item) for item in (result if isinstance(result, (list, tuple)) else [result])]
        total = sum(self.sizes)
        if any(item.shape[:1] != (2,) or not np.array_equal(item[1] - item[0], _full(item, total)) for item in results):
            return []
        ignored = tuple(value for reach in came if reach is not None for value in reach.ignored)
        return [Reach("moved", 0, item, ignored) for item in results]

    def _numbers(self, reach: Reach) -> np.ndarray | None:
        """The numbers of places of two samples, as they arrive."""
        if reach.form == "moved":
            return reach.places
        size, start = self.sizes[reach.origin], self.starts[reach.origin]
        if reach.form != "same" or not size:
            return None
        first = np.arange(size).reshape([n or 0 for n in self.tails[reach.origin]]) + start
        return np.stack([first, first + sum(self.sizes)])


def _full(item: np.ndarray, value: int) -> np.ndarray:
    return np.broadcast_to(value, item.shape[1:])


def _call(layer: Any, numbers: list[Any], node: Any) -> Any:
    """Call past `__call__`, which would cast the numbers and leave traces in the layer."""
    from keras import ops

    values = [ops.convert_to_tensor(number) for number in numbers]
    if node is None:
        return layer.call(values[0])
    known = {id(t): value for t, value in zip(node.arguments.keras_tensors, values, strict=True)}
    args, kwargs = node.arguments.fill_in(known)
    is_layer = hasattr(layer, "trainable_weights")  # its keyword arguments, as `training`, are those of __call__
    return layer.call(*args) if is_layer and args else layer.call(*args, **kwargs)
