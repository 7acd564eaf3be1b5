"""Layer by layer what goes in and out, read from the model without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..model_graph import Node, Shape, nodes_of, output_shape, shape_of
from ..signature import ModelSignature


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
        return list(map(_row, nodes))
    if signature.source == "servable":
        takes, gives = (tuple(spec.shape for spec in part) for part in (signature.inputs, signature.outputs))
        return [Row(signature.name, "SavedModel", takes, gives, 0)]
    return [_loose(layer) for layer in getattr(model, "layers", ())]


def _row(node: Node) -> Row:
    """As declared."""
    return Row(
        str(node.layer.name), type(node.layer).__name__, tuple(shape for _, shape in node.takes) or None,
        tuple(shape for _, shape in node.gives), count_weights(node.layer), after=node.after,
    )  # fmt: skip


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
