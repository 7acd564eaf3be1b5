"""Model, and data if there are any -> what is wrong, and where in the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..engine import flatten, state_of
from ..guarding import live
from ..job import add, convert, start
from ..messages.faults import short
from ..messages.picture import made_for
from ..model_graph import Node, Shape, layers_of, nodes_of
from ..observe import Observed, observe
from ..options import Options
from ..report import Call, Diagnosis, Finding, Notice, Report
from ..rules import layers as order
from ..rules import model as rules
from ..rules.compiled import check_compiled_with
from ..rules.held import not_a_model
from ..rules.training import check_losses
from ..signature import ModelSignature, is_model
from ..targets import is_keras, target_specs
from .compiling import read_compiled
from .picture import Row, rows_of
from .result import ModelCheck
from .stages import Stages, is_empty, stages_of
from .walk import misfit, walk, walk_unbuilt


def check_model(model: Any, x: Any = None) -> ModelCheck:
    """Look for what is wrong with a model before it runs, and show what goes in and out of each layer.

    Args:
        model: A Keras model, built or not; it is not changed.
        x: Data to walk through it, as in `safe_predict`: their shapes go from layer to layer until one can't take
            them. The model does not run.

    Returns:
        A `ModelCheck`, which prints as a table of layers and the findings with their fixes, with `.ok`, `.findings`,
        `.codes` and `.rows`. Nothing is raised.
    """
    return check(Call("check_model"), model, None if x is None else observe(x))


def check(call: Call, model: Any, x: Observed | None) -> ModelCheck:
    """As `check_model`, in the words of `call`."""
    model, opened = live(model, call)
    if opened:
        return ModelCheck(Report(call, tuple(opened)), ())
    if not is_model(model):
        return ModelCheck(Report(call, (not_a_model(model, call),)), ())
    state = state_of(model)
    call.model_name = state.signature.name
    findings = _unique(_static(model, state.signature, x))
    rows = rows_of(model, state.signature)
    if x is not None:
        rows = _walked(call, model, state.signature, x, findings, rows)
    call.function = "check_model"
    return ModelCheck(Report(call, tuple(findings)), tuple(_marked(rows, findings)))


def _static(model: Any, signature: ModelSignature, x: Observed | None) -> Iterator[Finding]:
    """What can be seen of the model; `x` only as far as it is the input shape once more."""
    layers = layers_of(model)
    if signature.source == "none":
        yield from rules.check_built(signature)
        yield from rules.check_stateful([(layer.name, type(layer).__name__) for layer in layers if _is_stateful(layer)])
        if signature.is_sequential and x is None:  # data are walked through it
            yield from order.check_chain([_link(layer) for layer in layers])
        return
    stages = stages_of(model)
    specs = target_specs(model, signature) if _is_compiled(model) else ()
    losses: list[str | None] = [spec.kind for spec in specs] or [None] * len(stages.last)
    yield from order.check_softmax(stages.all, stages.last)
    yield from order.check_flatten(stages.last, stages.all, signature, losses)
    if stages.last:  # else the call of the model may do more than its layers
        data = tuple(x.shape) if x is not None and x.kind.rank else None
        yield from order.check_counts(stages.all, signature, data)
    yield from order.check_channels(stages.all)
    yield from order.check_ends(stages.last, losses)
    yield from order.check_scaled_twice(stages.all)
    yield from order.check_ids(stages.all)
    yield from order.check_unused(stages.unused, _never_called(model) if signature.source == "build config" else ())
    yield from _unlearned(model, stages)
    yield from rules.check_finite(
        tuple(str(layer.name) for layer in layers if not hasattr(layer, "layers") and not _are_finite(layer))
    )
    if not specs:
        yield Notice("model_not_compiled", "model", "report")
        return
    yield from check_losses(specs)
    yield from rules.check_units(specs)
    yield from check_compiled_with(specs, read_compiled(model, specs))


def _is_compiled(model: Any) -> bool:
    compiled = getattr(model, "compiled", None)
    return bool(getattr(model, "_is_compiled", True) if compiled is None else compiled)


def _unlearned(model: Any, stages: Stages) -> Iterator[Finding]:
    """Layers that must learn from data before training, and have not."""
    after_rescaling = {id(stage.layer) for stage in stages.all if any(b and b.scale is not None for b in stage.before)}
    routes = list({id(layer): (layer, route) for layer, route in _routes(model, ())}.values())
    for layer, route in routes:
        # behind a Rescaling it has nothing to do; the models of keras.applications are built with such a one
        if type(layer).__name__ == "Normalization" and _is_default(layer) and id(layer) not in after_rescaling:
            facts = {"layer": str(layer.name), "route": route, "stale": _has_weights(layer)}
            yield Notice("model_not_adapted", "model", "warning", facts, once=True)
    yield from check_unlearned(model)


def check_unlearned(model: Any) -> Iterator[Diagnosis]:
    """Layers that fail when they are called, as they have learned no words or bins."""
    routes = {id(layer): (route, type(layer).__name__) for layer, route in _routes(model, ()) if is_empty(layer)}
    yield from order.check_empty(list(routes.values()))


def _never_called(model: Any) -> tuple[str, ...]:
    """Layers of a subclassed model that would have weights by now."""
    return tuple(
        str(layer.name) for layer in getattr(model, "layers", ())
        if not getattr(layer, "built", True) and not getattr(layer, "layers", None) and _makes_weights(layer)
    )  # fmt: skip


def _makes_weights(layer: Any) -> bool:
    """By its class: Keras' own base class makes none."""
    build = getattr(type(layer), "build", None)
    return is_keras(type(layer).__module__) and getattr(build, "__qualname__", "Layer.build") != "Layer.build"


def _link(layer: Any) -> tuple[str, str, bool, int | None]:
    """What of a layer tells which layers can follow it."""
    units = getattr(layer, "units", None)
    cls = type(layer).__name__ if is_keras(type(layer).__module__) else ""
    gives_steps = bool(getattr(layer, "return_sequences", False)) and not getattr(layer, "return_state", False)
    return str(layer.name), cls, gives_steps, units if isinstance(units, int) else None


def _unique(findings: Iterator[Finding]) -> list[Finding]:
    """Once for a layer that stands at several places."""
    found: dict[Any, Finding] = {}
    for finding in findings:
        found.setdefault((finding.code, finding.facts.get("layer"), finding.facts.get("route")), finding)
    return list(found.values())


def _is_stateful(layer: Any) -> bool:
    return bool(getattr(layer, "stateful", False)) and not hasattr(layer, "layers")


def _routes(model: Any, route: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    for layer in getattr(model, "layers", ()):
        place = (*route, str(layer.name))
        yield layer, place
        yield from _routes(layer, place)


def _is_default(layer: Any) -> bool:
    """A Normalization that was not adapted, nor given a mean and variance."""
    mean, variance = getattr(layer, "mean", None), getattr(layer, "variance", None)
    if getattr(layer, "input_mean", None) is not None or mean is None or variance is None:
        return False
    return bool((np.asarray(mean) == 0).all() and (np.asarray(variance) == 1).all())


def _has_weights(layer: Any) -> bool:
    """Its weights were set, which does not change what it computes with."""
    found = [np.asarray(getattr(layer, name)) for name in ("adapt_mean", "adapt_variance") if hasattr(layer, name)]
    return len(found) == 2 and bool((found[0] != 0).any() or (found[1] != 1).any())


def _are_finite(layer: Any) -> bool:
    for weight in getattr(layer, "weights", ()):
        values = np.asarray(weight)
        if values.dtype.kind == "f" and values.size and not np.isfinite(values.min() + values.max()):
            return bool(np.isfinite(values).all())
    return True


def _walked(
    call: Call, model: Any, signature: ModelSignature, x: Observed, findings: list[Finding], rows: list[Row]
) -> list[Row]:
    """The rows with the shapes of the data; what is wrong with the data, or where they get stuck, is found."""
    if signature.source == "none":
        if x.kind.kind not in ("array", "frame") or not signature.is_sequential:
            return rows
        rows, fault = walk_unbuilt(list(model.layers), tuple(x.shape))
        if fault is not None:  # what the data tell of a layer, in place of what is known without them
            findings[:] = [f for f in findings if (f.code, f.facts.get("layer")) != (fault.code, fault.facts["layer"])]
            findings.append(fault)
        rest = model.layers[len(rows) :]
        return [*rows, *(Row(str(layer.name), type(layer).__name__) for layer in rest)]
    job = start(call, model, x, Options(missing="pass", predicts=False))
    shapes = None
    if job.ok and x.stream is None:
        arrays = convert(job)
        shapes = None if arrays is None else [tuple(array.shape) for array in flatten(arrays)]
    add(findings, [finding for finding in job.findings if finding.level != "report"])
    if shapes is None and x.kind.kind in ("array", "frame") and len(signature.inputs) == 1:
        shapes = [tuple(x.shape)]
    if shapes is None and x.kind.kind == "list" and len(x.children) == len(signature.inputs):
        shapes = [tuple(child.shape) for child in x.children]
    nodes = nodes_of(model)
    if shapes is None or not nodes:
        return rows
    walked = _through(model, signature, nodes, rows, shapes, findings if job.ok else [])
    if job.ok or any(row.fault for row in walked):
        return walked
    for i, (row, declared) in enumerate(zip(walked, rows, strict=True)):
        if misfit(row, declared.takes):  # no layer says so, but the model was made for another shape
            return [
                *walked[:i],
                replace(row, fault=made_for(declared.takes)),
                *walked[i + 1 :],
            ]
    return walked


def _through(
    model: Any, signature: ModelSignature, nodes: list[Node], rows: list[Row], shapes: list[Shape],
    findings: list[Finding],
) -> list[Row]:  # fmt: skip
    """The rows with shapes sent through the layers; where one can't take them, that is found."""
    tensors = [tensor for tensor in flatten(getattr(model, "inputs", None) or [])]
    given = _by_tensor(model, signature, tensors, shapes)
    walked, fault = walk(nodes, given)
    if fault is not None and walked:
        findings.append(fault)
        walked[-1] = replace(walked[-1], fault=short(fault))
    rest = [replace(row, takes=None, gives=None) for row in rows[len(walked) :]]
    return [*walked, *rest] if walked else rows


def _by_tensor(model: Any, signature: ModelSignature, tensors: list[Any], shapes: list[Shape]) -> dict[int, Shape]:
    """The shapes of the data by the tensors of the graph, which may stand in another order than the structure's."""
    if len(tensors) == 1:
        return {id(tensors[0]): shapes[0]}
    try:
        ordered = flatten(model.input)
    except (AttributeError, ValueError):
        ordered = tensors
    return {id(tensor): shape for tensor, shape in zip(ordered, shapes, strict=False)}


def _marked(rows: list[Row], findings: list[Finding]) -> Iterator[Row]:
    """The layers that findings name."""
    named: dict[Any, Finding] = {}
    for finding in findings:
        if finding.level != "report":
            route = finding.facts.get("route") or (finding.facts.get("layer"),)
            named.setdefault(route[0], finding)  # of a model within the model its row
    for row in rows:
        found = named.get(row.name)
        if found is not None and not row.fault:
            row = replace(row, fault=short(found))
        yield row
