"""The layers of a model and how they feed each other, read without running it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Node:
    """A layer at one place in the graph: the tensors it gets and gives, as keys, with their declared shapes.

    `after`: what feeds it, as 0-based places of nodes, or names of inputs.
    """

    layer: Any
    takes: tuple[tuple[int, Shape], ...]
    gives: tuple[tuple[int, Shape], ...]
    after: tuple[int | str, ...] = ()


def layers_of(model: Any) -> list[Any]:
    """All layers, those of nested models included."""
    found: list[Any] = []
    for layer in getattr(model, "layers", ()):
        found.append(layer)
        found.extend(layers_of(layer) if hasattr(layer, "layers") else ())
    return found


def is_sequential(model: Any) -> bool:
    """Whether it is one; tf_keras' is another class."""
    return any(cls.__name__ == "Sequential" for cls in type(model).__mro__)


def leaves(node: Any) -> list[Any]:
    """The leaves of a structure in Keras' order (dict keys sorted)."""
    if isinstance(node, dict):
        return [leaf for key in sorted(node) for leaf in leaves(node[key])]
    return [leaf for item in node for leaf in leaves(item)] if isinstance(node, (list, tuple)) else [node]


def nodes_of(model: Any) -> list[Node]:
    """The layers in the order in which they run; nothing of what has no graph."""
    if not getattr(model, "layers", None) or not getattr(model, "built", True) or getattr(model, "is_servable", False):
        return []
    try:
        if not model.inputs:
            return []
    except (AttributeError, ValueError):  # as Keras says of a model without declared inputs
        return []
    if is_sequential(model):
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


def _node(node: Any) -> Node | None:
    layer = getattr(node, "operation", None) or getattr(node, "layer", None)  # Keras 3, tf_keras
    if layer is None:
        return None
    given = (
        getattr(node, "input_tensors", None) if hasattr(node, "output_tensors") else getattr(node, "keras_inputs", ())
    )
    made = getattr(node, "output_tensors", None) or getattr(node, "outputs", ())
    return Node(layer, tuple(map(_keyed, leaves(given))), tuple(map(_keyed, leaves(made))))


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
