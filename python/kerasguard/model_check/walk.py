"""The shapes of the user's data sent through the layers, until one can't take them. No layer runs or changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..explain.families import find_family, find_unknown
from ..explain.raised import read_exception
from ..model_graph import Node, Shape, nodes_of, shape_of
from ..report import Diagnosis
from ..rules.layer_axes import RECURRENT, LayerSeen, judge_rank
from .picture import Row, count_weights


def walk(nodes: list[Node], inputs: dict[int, Shape]) -> tuple[list[Row], Diagnosis | None]:
    """The rows up to the fault, and the fault. `inputs`: the shapes of the data by the keys of the input tensors."""
    known: dict[int, Shape] = dict(inputs)
    before: dict[int, tuple[str, str]] = {}
    rows: list[Row] = []
    for node in nodes:
        came = [known.get(key) for key, _ in node.takes]
        if any(shape is None for shape in came):
            return rows, None  # a layer before it makes what can't be told
        shapes = [shape for shape in came if shape is not None]
        name, cls = str(node.layer.name), type(node.layer).__name__
        fault = _fault(node, shapes, before.get(node.takes[0][0]))
        row = Row(name, cls, tuple(shapes), None, count_weights(node.layer), after=node.after)
        if fault is not None:
            return [*rows, row], fault
        made, fault = _made(node, shapes)
        if fault is not None:
            return [*rows, row], fault
        rows.append(replace(row, gives=tuple(made) if made else None))
        for (key, _), shape in zip(node.gives, made, strict=False):
            known[key], before[key] = shape, (cls, name)
    return rows, None


def fits(shape: Shape, declared: Shape) -> bool:
    """Whether a shape is one of those that were declared; the samples axis is free."""
    return len(shape) == len(declared) and all(
        want in (None, size) for size, want in zip(shape[1:], declared[1:], strict=True)
    )


def _fault(node: Node, shapes: list[Shape], before: tuple[str, str] | None) -> Diagnosis | None:
    """What the layer says it takes, against what it would get."""
    layer = node.layer
    specs = getattr(layer, "input_spec", None)
    specs = specs if isinstance(specs, (list, tuple)) else [specs] * len(shapes)
    for spec, shape, (_, declared) in zip(specs, shapes, node.takes, strict=False):
        seen = LayerSeen(type(layer).__name__, str(layer.name), (shape[1:],), before is None, before)
        least, most = _ranks(spec)
        if len(shape) < least or len(shape) > most:
            return judge_rank(seen, (least if len(shape) < least else most) - 1)
        for axis, size in (getattr(spec, "axes", None) or {}).items():
            if size is not None and len(shape) > abs(int(axis)) and shape[int(axis)] not in (None, size):
                return _features(seen, int(size), shape[int(axis)])
        learns = type(layer).__name__ in RECURRENT and len(shape) == len(declared)
        if learns and declared[-1] not in (None, shape[-1]):
            return _features(seen, declared[-1], shape[-1])
    return None


def _ranks(spec: Any) -> tuple[int, int]:
    exact = getattr(spec, "ndim", None)
    if exact is not None:
        return exact, exact
    return getattr(spec, "min_ndim", None) or 0, getattr(spec, "max_ndim", None) or 99


def _features(seen: LayerSeen, wanted: Any, came: Any) -> Diagnosis:
    return Diagnosis(
        "layer_features", "x", {"layer": seen.name, "wanted": wanted, "came": came, "seen": seen.shapes[0]}
    )


def misfit(row: Row, declared: tuple[Shape, ...] | None) -> bool:
    """Whether data reach a layer in another shape than it was built for."""
    return bool(row.takes and declared) and not all(map(fits, row.takes or (), declared or ()))


def _made(node: Node, shapes: list[Shape]) -> tuple[list[Shape], Diagnosis | None]:
    """What the layer gives: as declared where the data fit, else computed."""
    declared = [shape for _, shape in node.gives]
    rows = shapes[0][0]
    is_fitting = all(fits(shape, want) for shape, (_, want) in zip(shapes, node.takes, strict=True))
    inner = [] if is_fitting else nodes_of(node.layer)
    if inner:
        _, fault = walk(inner, {id(tensor): shape for tensor, shape in zip(node.layer.inputs, shapes, strict=False)})
        if fault is not None:
            return [], fault
    if is_fitting:
        closed = all(None not in shape[1:] for shape in declared)
        if closed:
            return [(rows if shape[0] is None else shape[0], *shape[1:]) for shape in declared], None
    if not hasattr(node.layer, "compute_output_shape"):
        return [], None
    try:
        found = node.layer.compute_output_shape(shapes[0] if len(shapes) == 1 else shapes)
    except Exception as error:
        raised = read_exception(error)
        layer = LayerSeen(type(node.layer).__name__, str(node.layer.name), tuple(shape[1:] for shape in shapes))
        return [], find_family(_at(raised, layer)) or find_unknown(_at(raised, layer))
    if isinstance(found, (list, tuple)) and found and isinstance(found[0], (list, tuple)):
        return [shape_of(shape) for shape in found], None
    return [shape_of(found)], None


def _at(raised: Any, layer: LayerSeen) -> Any:
    return replace(raised, layer=raised.layer or layer, is_keras=True)


def walk_unbuilt(layers: list[Any], shape: Shape) -> tuple[list[Row], Diagnosis | None]:
    """The same for a Sequential that was never built, with copies of its layers: it stays as it is."""
    import keras

    rows: list[Row] = []
    tensor: Any = keras.KerasTensor((None, *shape[1:]))
    for layer in layers:
        takes = ((shape[0], *shape_of(tensor.shape)[1:]),)
        name, cls = str(layer.name), type(layer).__name__
        try:
            copy = type(layer).from_config(layer.get_config())
            tensor = copy(tensor)
            gives = (shape[0], *shape_of(tensor.shape)[1:])
        except Exception as error:
            raised = read_exception(error)
            return [*rows, Row(name, cls, takes)], find_family(raised) or find_unknown(raised)
        rows.append(Row(name, cls, takes, (gives,)))
    return rows, None
