"""Faults that the layers of a model show by how they follow on each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..activations import CHANCES, SHARES
from ..report import Diagnosis, Finding, Notice
from ..signature import ModelSignature
from .layer_axes import RECURRENT, LayerSeen, judge_rank, wanted_axes

if TYPE_CHECKING:
    from ..model_check.stages import Stage

# These work on the last axis alone, or on each number, whatever the other axes are.
POINTWISE = frozenset({
    "Dense", "Dropout", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "InputLayer",
    "LayerNormalization", "BatchNormalization", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "ActivityRegularization", "Normalization", "Rescaling",
})  # fmt: skip
DROPOUTS = frozenset({"Dropout", "AlphaDropout", "GaussianDropout", "SpatialDropout1D", "GaussianNoise"})
NORMS = frozenset({"BatchNormalization", "LayerNormalization"})
MOVES = frozenset({"Flatten", "Reshape", "Squeeze", "ExpandDims", "Identity", *DROPOUTS})
AUGMENTS = frozenset({
    "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomCrop", "Resizing",
    "CenterCrop", "Identity",
})  # fmt: skip
ACTIVATIONS = frozenset({"Activation", "Softmax", "Sigmoid"})  # layers and operations that are nothing else
PICTURE_LAYERS = ("Conv2D", "SeparableConv2D", "DepthwiseConv2D")
ENLARGES = ("UpSampling", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "Resizing", "Resize")
SMALLEST_PICTURE = 8
FEWEST_SAMPLES = 100  # shorter axes are more likely time steps
CLASSES = ("sparse", "categories", "binary")  # kinds of losses
PIXELS = 1 / 100  # a Rescaling by less is for numbers up to 255


def check_softmax(stages: Sequence[Stage], last: Sequence[Stage | None]) -> Iterator[Finding]:
    """Warn of a softmax over one unit, wherever it is: it is 1 whatever comes."""
    for stage in stages:
        shape = stage.gives[0] if stage.gives else ()
        if stage.activation == "softmax" and -len(shape) <= stage.axis < len(shape) and shape[stage.axis] == 1:
            facts = _at(stage) | {"inside": bool(last) and stage not in last and len(shape) > 2}
            yield Notice("model_softmax_one_unit", "model", "warning", facts, once=True)


def check_flatten(
    last: Sequence[Stage | None], stages: Sequence[Stage], signature: ModelSignature, losses: Sequence[str | None]
) -> Iterator[Finding]:
    """Warn where Dense layers end a model on places that are not the input's own: the axes of pictures were not joined.

    `losses`: kinds by output; what a loss of one's own compares is not known, as of objects in each part of a picture.
    """
    if not signature.inputs or any(stage.cls.startswith(ENLARGES) for stage in stages):
        return
    for stage, loss in zip(last, losses, strict=False):
        end, found = stage, False
        while end is not None and end.cls in POINTWISE and len(end.before) == 1:
            found, end = found or end.cls == "Dense", end.before[0]
        if stage is None or end is None or not found or not end.gives or loss == "custom":
            continue
        shape, came = stage.gives[0], signature.inputs[0].shape
        if len(shape) != len(end.gives[0]) or shape[1:-1] == came[1:-1]:  # the same sizes: a class for each pixel
            continue
        if len(shape) >= 4 and _has(stages, ("Conv", "SeparableConv", "DepthwiseConv")):
            yield _unflattened(stage, end, len(shape) - 2)
        elif len(shape) == 3 and loss not in (None, "none") and _loses_steps(end, stages, loss):
            yield _unflattened(stage, end, 1)


def _unflattened(stage: Stage, end: Stage, rank: int) -> Notice:
    output = stage.gives[0]
    facts = {"output": output[1:], "after": end.name, "units": output[-1], "rank": rank, "steps": rank == 1}
    return Notice("model_flatten", "model", "warning", _at(stage) | facts)


def _loses_steps(end: Stage, stages: Sequence[Stage], loss: str | None) -> bool:
    """Fewer steps than came, and nothing that reads steps one by one, as speech is read.

    A convolution alone cuts steps off both ends: numbers can be forecast for those that are left, classes hardly.
    """
    return (
        (_has(stages, ("MaxPooling1D", "AveragePooling1D")) or loss in CLASSES)
        and end.cls.startswith(("Conv1D", "SeparableConv1D", "MaxPooling1D", "AveragePooling1D", "Dropout"))
        and not _has(stages, (*RECURRENT, "MultiHeadAttention", "Attention", "AdditiveAttention"))
    )


def _has(stages: Sequence[Stage], starts: tuple[str, ...]) -> bool:
    return any(stage.cls.startswith(starts) for stage in stages)


def check_counts(
    stages: Sequence[Stage], signature: ModelSignature, data: tuple[int, ...] | None = None
) -> Iterator[Finding]:
    """Warn of an input shape whose first axis no layer uses: does it count samples?

    `data`: the whole shape of what is to be predicted. Without it, few samples look like time steps, powers of 2 like
    points or patches, and equal sides like a picture; none of them is told.
    """
    if len(signature.inputs) != 1 or not stages:
        return
    shape = signature.inputs[0].shape[1:]
    if len(shape) < 2 or not shape[0]:
        return
    is_unused = all(stage.cls in POINTWISE for stage in stages)
    squares = _is_square(shape) and stages[0].cls.startswith(PICTURE_LAYERS)
    looks_like_samples = shape[0] >= FEWEST_SAMPLES and shape[0] & (shape[0] - 1) and not _is_picture(shape)
    if (is_unused and data == shape and shape[0] > 1) or (looks_like_samples and (is_unused or squares)):
        facts = {"seen": shape, "first": shape[0], "fixed": shape[1:], "unused": is_unused, "squares": not is_unused}
        yield Notice("model_counts_samples", "model", "warning", _at(stages[0]) | facts)


def _is_square(shape: tuple[int | None, ...]) -> bool:
    """As many as 600 of 28 x 28."""
    if len(shape) != 3 or shape[0] is None or shape[1] is None or shape[1] != shape[2]:
        return False
    return shape[0] > shape[1] >= SMALLEST_PICTURE


def _is_picture(shape: tuple[int | None, ...]) -> bool:
    return len(shape) == 3 and shape[2] in (1, 3, 4) and (shape[0] or 0) < 20 * (shape[1] or 1)


def check_channels(stages: Sequence[Stage]) -> Iterator[Finding]:
    """Warn of a picture with its channels first in a layer that takes them last."""
    for stage in stages:
        if not stage.cls.startswith(PICTURE_LAYERS) or stage.channels_first:
            continue
        if stage.before != (None,) or not stage.takes or len(stage.takes[0]) != 4:
            continue
        channels, height, width = stage.takes[0][1:]
        if channels in (1, 3) and height == width and (height or 0) >= SMALLEST_PICTURE:
            facts = {"seen": (channels, height, width), "fixed": (height, width, channels)}
            yield Notice("model_channels_first", "model", "warning", _at(stage) | facts)


def check_ends(last: Sequence[Stage | None], losses: Sequence[str | None]) -> Iterator[Finding]:
    """Warn of what stands behind the activation of an output, where nothing should."""
    for stage, loss in zip(last, losses, strict=False):
        if stage is None or not stage.before or stage.before[0] is None:
            continue
        before = stage.before[0]
        while before.cls in DROPOUTS and len(before.before) == 1 and before.before[0] is not None:
            before = before.before[0]
        trains = loss not in (None, "none", "custom")
        facts = _at(stage) | {
            "cls": stage.cls, "activation": stage.activation, "before": before.name, "first": before.activation,
            "plain": len(stage.route) == len(before.route) == 1,
        }  # fmt: skip
        is_probability = before.activation in SHARES | CHANCES and before.gives == stage.takes
        if stage.cls in ACTIVATIONS and stage.activation in SHARES | CHANCES and is_probability:
            yield Notice("model_activation_twice", "model", "warning", facts)
        elif stage.cls in NORMS and trains and is_probability:
            yield Notice("model_norm_last", "model", "warning", facts)
        elif stage.cls in DROPOUTS and trains:
            yield Notice("model_dropout_last", "model", "warning", facts)


def check_scaled_twice(stages: Sequence[Stage]) -> Iterator[Finding]:
    """Warn of pixels that are divided twice, as where a model from keras.applications has its own Rescaling."""
    for stage in stages:
        if not _scales_pixels(stage):
            continue
        before = _before(stage, AUGMENTS)
        if before is not None and _scales_pixels(before):
            yield Notice("model_scaled_twice", "model", "warning", _at(stage) | {"before": before.name})


def _scales_pixels(stage: Stage) -> bool:
    return stage.scale is not None and 0 < stage.scale <= PIXELS


def check_ids(stages: Sequence[Stage]) -> Iterator[Finding]:
    """Refuse a table with fewer rows than the layer before it has ids."""
    for stage in stages:
        before = _before(stage, MOVES) if stage.takes_ids is not None else None
        if before is not None and before.gives_ids is not None and before.gives_ids > (stage.takes_ids or 0):
            facts = {"cls": stage.cls, "size": stage.takes_ids, "ids": before.gives_ids, "before": before.name,
                     "before_cls": before.cls, "embeds": stage.cls == "Embedding"}  # fmt: skip
            yield Diagnosis("model_ids", "model", _at(stage) | facts)


def _before(stage: Stage, passes: frozenset[str]) -> Stage | None:
    """The one stage that feeds it, past those that change no number."""
    found: Stage | None = stage
    while found is not None:
        found = found.before[0] if len(found.before) == 1 else None
        if found is None or found.cls not in passes:
            return found
    return None


def check_unused(inputs: tuple[str, ...], layers: tuple[str, ...]) -> Iterator[Finding]:
    """Warn of inputs that reach no output, and of layers that no call of the model has used."""
    if inputs:
        yield Notice("model_input_unused", "model", "warning", {"input": inputs[0], "inputs": inputs})
    if layers:
        yield Notice("model_layer_unused", "model", "message", {"layer": layers[0], "layers": layers})


def check_empty(layers: Sequence[tuple[tuple[str, ...], str]]) -> Iterator[Finding]:
    """Refuse layers that must learn from data and have not. `layers`: their routes and classes."""
    for route, cls in layers:
        facts = {"layer": route[-1], "route": route, "cls": cls, "bins": cls == "Discretization"}
        yield Diagnosis("model_not_learned", "model", facts)


def check_chain(layers: Sequence[tuple[str, str, bool, int | None]]) -> Iterator[Finding]:
    """Refuse layers of an unbuilt chain that can't follow on each other, whatever the data.

    `layers`: name, class, whether it gives all steps, units.
    """
    known: tuple[int | None, ...] | None = None
    before: tuple[str, str] | None = None
    for name, cls, gives_steps, units in layers:
        axes = wanted_axes(cls)
        if known is not None and axes is not None and len(axes) != len(known):
            fault = judge_rank(LayerSeen(cls, name, (known,), False, before))
            if fault is not None:
                yield fault
            return
        if cls in RECURRENT:
            known = (None, units) if gives_steps else (units,)
        elif cls == "Flatten" or cls.startswith("Global"):
            known = (None,)
        elif cls == "Dense" and known is not None:
            known = (*known[:-1], units)
        elif cls not in POINTWISE:
            known = None
        before = (cls, name) if cls not in POINTWISE or cls == "Dense" else before


def _at(stage: Stage) -> dict[str, Any]:
    return {"layer": stage.name, "route": stage.route}
