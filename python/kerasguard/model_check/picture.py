"""Layer by layer what goes in and out, read from the model without running it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..signature import ModelSignature

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Row:
    """One layer: shapes with the samples axis, None where they are not known.

    `weights`: how many numbers it learned or keeps; None of a layer that was never built. `fault`: what is wrong there,
    in a few words. `after`: what feeds it, as 0-based places of rows, or names of inputs.
    """

    name: str
    cls: str
    takes: tuple[Shape, ...] | None = None
    gives: tuple[Shape, ...] | None = None
    weights: int | None = None
    fault: str = ""
    after: tuple[int | str, ...] = ()


@dataclass(frozen=True)
class Node:
    """A layer at one place in the graph: the tensors it gets and gives, as keys, with their declared shapes.

    `after`: as of a `Row`.
    """

    layer: Any
    takes: tuple[tuple[int, Shape], ...]
    gives: tuple[tuple[int, Shape], ...]
    after: tuple[int | str, ...] = ()

    @property
    def row(self) -> Row:
        """As declared."""
        return Row(
            str(self.layer.name), type(self.layer).__name__, tuple(shape for _, shape in self.takes) or None,
            tuple(shape for _, shape in self.gives), count_weights(self.layer), after=self.after,
        )  # fmt: skip


def nodes_of(model: Any) -> list[Node]:
    """The layers in the order in which they run; nothing of what has no graph."""
    if not getattr(model, "layers", None) or not getattr(model, "built", True) or getattr(model, "is_servable", False):
        return []
    try:
        if not model.inputs:
            return []
    except (AttributeError, ValueError):  # as Keras says of a model without declared inputs
        return []
    if _is_sequential(model):
        return _chain(model)
    by_depth = getattr(model, "_nodes_by_depth", None) or {}
    nodes = [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]
    return _linked([found for found in map(_node, nodes) if found is not None and found.takes], model.inputs)


def _linked(nodes: list[Node], inputs: list[Any]) -> list[Node]:
    """The nodes, which know now what feeds them."""
    came: dict[int, int | str] = {id(tensor): _input_name(tensor, i, len(inputs)) for i, tensor in enumerate(inputs)}
    came |= {key: i for i, node in enumerate(nodes) for key, _ in node.gives}
    return [replace(node, after=tuple(came[key] for key, _ in node.takes if key in came)) for node in nodes]


def _input_name(tensor: Any, i: int, count: int) -> str:
    """The name that the user gave to an input, else its number."""
    name = str(getattr(tensor, "name", "")).split(":")[0]
    if name.startswith(("keras_tensor", "input_")) or not name:
        return f"input {i + 1}" if count > 1 else "input"
    return name


def _is_sequential(model: Any) -> bool:
    return any(cls.__name__ == "Sequential" for cls in type(model).__mro__)


def _node(node: Any) -> Node | None:
    layer = getattr(node, "operation", None) or getattr(node, "layer", None)  # Keras 3, tf_keras
    if layer is None:
        return None
    given = (
        getattr(node, "input_tensors", None) if hasattr(node, "output_tensors") else getattr(node, "keras_inputs", ())
    )
    made = getattr(node, "output_tensors", None) or getattr(node, "outputs", ())
    return Node(layer, tuple(map(_keyed, _flat(given))), tuple(map(_keyed, _flat(made))))


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in _flat(value[key])]
    return [leaf for item in value for leaf in _flat(item)] if isinstance(value, (list, tuple)) else [value]


def _keyed(tensor: Any) -> tuple[int, Shape]:
    return id(tensor), shape_of(tensor.shape)


def shape_of(shape: Any) -> Shape:
    """Of a tensor, without a batch size that binds nothing."""
    return tuple(None if size is None else int(size) for size in shape)


def _chain(model: Any) -> list[Node]:
    """A Sequential: each layer gets what the one before gives."""
    tensor = model.inputs[0]
    came = (id(tensor), shape_of(tensor.shape))
    found: list[Node] = []
    for i, layer in enumerate(model.layers):
        made = (-1 - i, output_shape(layer, came[1]))
        if made[1] is None:
            return found
        found.append(Node(layer, (came,), ((made[0], made[1]),), (i - 1,) if i else ()))
        came = (made[0], made[1])
    return found


def output_shape(layer: Any, shape: Any) -> Any:
    """What a layer makes of a shape; None where that can't be told."""
    try:
        found = layer.compute_output_shape(shape)
    except Exception:  # a layer of the user's own may do what can't be told
        return None
    if isinstance(found, (list, tuple)) and found and isinstance(found[0], (list, tuple)):
        return shape_of(found[0]) if len(found) == 1 else None
    return shape_of(found)


def count_weights(layer: Any) -> int | None:
    """How many numbers a layer holds."""
    if not getattr(layer, "built", True):
        return None
    total = 0
    for weight in getattr(layer, "weights", ()):
        size = 1
        for length in weight.shape:
            size *= int(length or 0)
        total += size
    return total


def rows_of(model: Any, signature: ModelSignature) -> list[Row]:
    """The picture as declared."""
    nodes = nodes_of(model)
    if nodes:
        return [node.row for node in nodes]
    if signature.source == "servable":
        takes, gives = (tuple(spec.shape for spec in part) for part in (signature.inputs, signature.outputs))
        return [Row(signature.name, "SavedModel", takes, gives, 0)]
    return [_loose(layer) for layer in getattr(model, "layers", ())]


def _loose(layer: Any) -> Row:
    """A layer of a subclassed model: what its first call showed."""
    inner = nodes_of(layer)
    if inner:
        takes, gives = (tuple(shape_of(tensor.shape) for tensor in part) for part in (layer.inputs, layer.outputs))
        return Row(str(layer.name), type(layer).__name__, takes, gives, count_weights(layer))
    config = layer.get_build_config() if getattr(layer, "built", False) and hasattr(layer, "get_build_config") else None
    shape = (config or {}).get("input_shape")
    is_plain = isinstance(shape, (list, tuple)) and bool(shape) and not isinstance(shape[0], (list, tuple))
    came = (None, *shape_of(shape)[1:]) if is_plain and shape else None
    made = output_shape(layer, came) if came is not None else None
    return Row(
        str(layer.name), type(layer).__name__, None if came is None else (came,), None if made is None else (made,),
        count_weights(layer),
    )  # fmt: skip
