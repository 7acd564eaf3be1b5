"""What a model expects, read from the model without changing or running it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from .activations import activation_behind, activation_of
from .model_graph import is_sequential, layers_of, leaves
from .uses import Use, find_uses

Source = Literal["inputs", "build config", "servable", "none"]


@dataclass(frozen=True)
class TensorSpec:
    """One input or output. `shape[0]` is the samples axis (None), other None axes are free.

    `firm` axes are declared by the model; the others were only seen at the first call of a subclassed model.
    `narrow`: the smaller float type that the first layer computes in, under a mixed precision policy.
    `takes`: "ids" or "text", where the model declares no dtype but has layers that look such values up.
    `activation` and `layer`: of outputs, what the last layer does to them and its name. `uses`: of inputs, the layers
    that take their values.
    """

    path: tuple[str | int, ...]
    name: str
    shape: tuple[int | None, ...]
    dtype: str | None
    axes: tuple[str, ...]
    firm: bool = True
    narrow: str | None = None
    takes: frozenset[str] = frozenset()
    activation: str | None = None
    layer: str = ""
    uses: tuple[Use, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class ModelSignature:
    """Inputs and outputs in the order of the flattened `structure`, whose leaves are indices into `inputs`."""

    name: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    structure: Any
    stateful_batch: int | None
    source: Source
    is_sequential: bool = False


def is_model(value: object) -> bool:
    """Recognise a model by what it can do: tf_keras models are no `keras.Model`."""
    return _makes_models(type(value))  # type: ignore[arg-type]


@lru_cache(maxsize=1024)
def _makes_models(cls: Any) -> bool:
    return all(hasattr(cls, name) for name in ("predict", "layers", "weights", "get_config"))


def make_signature(model: Any) -> ModelSignature:
    """Read the signature of a Keras model; `source` is "none" for a model that was never built.

    Functional models tell their structure in `.input`, Sequential ones in `.inputs` (`.input` raises on a fresh
    one), subclassed ones only the shapes of their first call, in `get_build_config()`.
    """
    name = str(getattr(model, "name", "model"))
    tensors, source = _input_tensors(model)
    if source == "none":
        return ModelSignature(name, (), (), None, None, "none", is_sequential(model))
    image_format = _data_format(model)
    inputs: list[TensorSpec] = []
    structure = _walk(tensors, (), inputs, image_format, firm=source != "build config")
    inputs = [replace(spec, narrow=_narrow(model)) for spec in inputs]
    if source == "inputs":
        uses = find_uses(model, leaves(tensors))
        inputs = [replace(spec, uses=found) for spec, found in zip(inputs, uses, strict=True)]
    if source == "build config":
        inputs = [_undeclared(spec, i, model) for i, spec in enumerate(inputs)]
    if source == "servable":
        inputs = [replace(spec, name=name) for spec, name in zip(inputs, model.input_names, strict=True)]
    outputs: list[TensorSpec] = []
    _walk(_output_tensors(model), (), outputs, image_format, firm=True)
    behind = zip(outputs, leaves(_output_tensors(model)), _last_layers(model, outputs), strict=True)
    outputs = [_with_activation(spec, tensor, layer) for spec, tensor, layer in behind]
    if source == "servable" and len(model.activations) == len(outputs):
        outputs = [replace(spec, activation=name) for spec, name in zip(outputs, model.activations, strict=True)]
    return ModelSignature(name, tuple(inputs), tuple(outputs), structure, _stateful_batch(model, tensors), source)


def _input_tensors(model: Any) -> tuple[Any, Source]:
    if not getattr(model, "built", True):
        return None, "none"
    if getattr(model, "is_servable", False):
        return model.input, "servable"
    is_chain = is_sequential(model)
    tensors = None
    try:
        tensors = model.inputs if is_chain else model.input
    except (AttributeError, ValueError):  # Keras raises either for a model without declared inputs
        tensors = getattr(model, "inputs", None)
    if is_chain and isinstance(tensors, (list, tuple)) and len(tensors) == 1:
        tensors = tensors[0]
    if tensors is not None and not (isinstance(tensors, (list, tuple)) and not tensors):
        return tensors, "inputs"
    config = model.get_build_config() if hasattr(model, "get_build_config") else None
    shape = (config or {}).get("input_shape")
    return (shape, "build config") if shape is not None else (None, "none")


def _output_tensors(model: Any) -> Any:
    try:
        return model.output
    except (AttributeError, ValueError):
        return getattr(model, "outputs", None) or ()


def traced_outputs(model: Any, signature: ModelSignature) -> tuple[TensorSpec, ...]:
    """The outputs of a model that declares none: what its call makes of inputs of this shape, without computing.

    Nothing where that is not to be known.
    """
    try:
        import keras

        tensors = [keras.KerasTensor(spec.shape, spec.dtype or "float32") for spec in signature.inputs]
        outputs: list[TensorSpec] = []
        _walk(model.compute_output_spec(_filled(signature.structure, tensors)), (), outputs, _data_format(model), True)
    except Exception:  # a call of the user's own, which may do what can't be traced
        return ()
    return tuple(outputs)


def _filled(structure: Any, leaves: list[Any]) -> Any:
    """The structure with the leaves that its indices stand for."""
    if isinstance(structure, dict):
        return {key: _filled(item, leaves) for key, item in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure)(_filled(item, leaves) for item in structure)
    return leaves[structure]


def _walk(node: Any, path: tuple, found: list[TensorSpec], image_format: str, firm: bool) -> Any:
    """Collect the leaves of a structure of tensors or shapes in Keras' order (dict keys sorted)."""
    if isinstance(node, dict):
        return {key: _walk(node[key], (*path, key), found, image_format, firm) for key in sorted(node)}
    if isinstance(node, (list, tuple)) and not _is_shape(node):
        kind = tuple if isinstance(node, tuple) else list
        return kind(_walk(item, (*path, i), found, image_format, firm) for i, item in enumerate(node))
    found.append(_spec(node, path, image_format, firm))
    return len(found) - 1


def _is_shape(node: Any) -> bool:
    return bool(node) and all(size is None or isinstance(size, int) for size in node)


def _spec(node: Any, path: tuple, image_format: str, firm: bool) -> TensorSpec:
    shape = tuple(node) if _is_shape_like(node) else tuple(node.shape)
    dtype = None if _is_shape_like(node) else _dtype_name(node.dtype)
    is_key = bool(path) and isinstance(path[-1], str)
    # tf_keras calls its tensors "name:0"
    name = str(path[-1]) if is_key else str(getattr(node, "name", "") or "input").split(":")[0]
    shape = (None, *(None if size is None else int(size) for size in shape[1:]))
    return TensorSpec(path, name, shape, dtype, axes_of(shape, image_format), firm)


def _is_shape_like(node: Any) -> bool:
    return isinstance(node, (list, tuple))


def _dtype_name(dtype: Any) -> str:
    return str(getattr(dtype, "name", dtype))


def axes_of(shape: tuple, image_format: str = "channels_last") -> tuple[str, ...]:
    """The usual meaning of the axes of an input, by its rank."""
    names = {
        1: ("samples",),
        2: ("samples", "features"),
        3: ("samples", "time steps", "features"),
        4: ("samples", "height", "width", "channels"),
        5: ("samples", "depth", "height", "width", "channels"),
    }.get(len(shape))
    if names is None:
        return ("samples", *(f"axis {i + 1}" for i in range(1, len(shape))))
    if image_format == "channels_first" and len(shape) > 2:
        return ("samples", names[-1], *names[1:-1])
    return names


def _data_format(model: Any) -> str:
    for layer in layers_of(model):
        found = getattr(layer, "data_format", None)
        if found:
            return str(found)
    return "channels_last"


def _undeclared(spec: TensorSpec, i: int, model: Any) -> TensorSpec:
    """What a first call tells: no names, and of sequences of ids not even a length."""
    takes = frozenset(word for word, layers in (("ids", ID_LAYERS), ("text", TEXT_LAYERS)) if _has(model, layers))
    name = spec.name if spec.path and isinstance(spec.path[-1], str) else f"input {i + 1}"
    return replace(spec, name=name, takes=takes, shape=(None,) * len(spec.shape) if "ids" in takes else spec.shape)


def _last_layers(model: Any, outputs: list[TensorSpec]) -> list[Any]:
    """The layer behind each output, None where that is not to be seen."""
    layers = list(getattr(model, "layers", ()))
    if len(outputs) == 1:
        return [_innermost(layers[-1])] if layers and is_sequential(model) else [_by_name(model, 0)]
    return [_by_name(model, i) for i in range(len(outputs))]


def _by_name(model: Any, i: int) -> Any:
    names = getattr(model, "output_names", None) or ()
    found = [layer for layer in getattr(model, "layers", ()) if i < len(names) and layer.name == names[i]]
    return _innermost(found[0]) if found else None


def _innermost(layer: Any) -> Any:
    while getattr(layer, "layers", None) and is_sequential(layer):
        layer = layer.layers[-1]
    return layer


def _with_activation(spec: TensorSpec, tensor: Any, layer: Any) -> TensorSpec:
    activation = activation_behind(tensor) or activation_of(layer)
    return replace(spec, activation=activation, layer=str(getattr(layer, "name", "")))


# Layers that look values up: whole numbers mean ids to them and are not to be made floats, nor is text.
ID_LAYERS = {"Embedding", "IntegerLookup", "CategoryEncoding", "Hashing"}
TEXT_LAYERS = {"TextVectorization", "StringLookup", "Hashing"}


def _narrow(model: Any) -> str | None:
    """float16 when every layer computes in it: then the first one casts its input to it."""
    layers = [layer for layer in layers_of(model) if type(layer).__name__ != "InputLayer"]
    dtypes = {str(getattr(layer, "compute_dtype", "")) for layer in layers}
    return "float16" if dtypes == {"float16"} and not _has(model, ID_LAYERS) else None


def _has(model: Any, names: set[str]) -> bool:
    return any(type(layer).__name__ in names for layer in layers_of(model))


def _stateful_batch(model: Any, tensors: Any) -> int | None:
    """The batch size that a stateful layer binds; a fixed batch shape without one binds nothing."""
    if getattr(model, "is_servable", False):
        return model.fixed_rows  # its graph takes no other number
    if not any(getattr(layer, "stateful", False) for layer in layers_of(model)):
        return None
    while isinstance(tensors, dict) or (isinstance(tensors, (list, tuple)) and not _is_shape(tensors)):
        tensors = next(iter(tensors.values())) if isinstance(tensors, dict) else tensors[0]
    size = (tensors if _is_shape_like(tensors) else tensors.shape)[0]
    return None if size is None else int(size)
