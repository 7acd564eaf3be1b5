"""Errors of layers that get another shape than they take: while a model is built, and when it is called."""

from __future__ import annotations

import re
from math import prod
from typing import Any

from ..layer_axes import RECURRENT, SPACE, wanted_axes
from ..report import Diagnosis
from .raised import LayerSeen, Raised, Shape

SHAPE = r"[\[(]([^\])]*)[\])]"
MODELS = ("Sequential", "Functional", "Model")
# The names that Keras gives to layers tell their class; users' own names do not.
CLASSES = {
    **{f"conv{n}d": f"Conv{n}D" for n in (1, 2, 3)}, **{f"conv{n}d_transpose": f"Conv{n}DTranspose" for n in (1, 2, 3)},
    **{f"{a}_pooling{n}d": f"{b}Pooling{n}D" for n in (1, 2, 3) for a, b in (
        ("max", "Max"), ("average", "Average"), ("global_max", "GlobalMax"), ("global_average", "GlobalAverage"))},
    "lstm": "LSTM", "gru": "GRU", "simple_rnn": "SimpleRNN", "rnn": "RNN", "bidirectional": "Bidirectional",
    "separable_conv2d": "SeparableConv2D", "depthwise_conv2d": "DepthwiseConv2D", "dense": "Dense",
    "flatten": "Flatten",
    "separable_conv1d": "SeparableConv1D", "depthwise_conv1d": "DepthwiseConv1D", "time_distributed": "TimeDistributed",
    "embedding": "Embedding", "batch_normalization": "BatchNormalization", "up_sampling2d": "UpSampling2D",
}  # fmt: skip
NDIM = (
    r"(?:of layer|with layer|with the layer|of layer:?) [\"']?([\w./-]+?)[\"']? ?(?:is incompatible"
    r" with the layer)?:[: ]*"
    r"expected (min_|max_)?ndim=(\d+), found ndim=(\d+)(?:\. Full shape received: [\[(]([^\])]*)[\])])?"
)


def judge_rank(seen: LayerSeen, wanted: int | None = None) -> Diagnosis | None:
    """A layer that got too few or too many axes."""
    shape = seen.shapes[0]
    axes = wanted_axes(seen.cls, seen.channels_first)
    facts: dict[str, Any] = {
        "layer": seen.name, "cls": seen.cls, "seen": shape, "axes": axes, "first": shape[0] if shape else None,
        "wanted": len(axes) if axes else wanted, "before": seen.before[1] if seen.before else "",
        "before_cls": seen.before[0] if seen.before else "", "fed": seen.is_first is not False,
        "later": seen.is_first is False, "unsure": seen.is_first is None,
        "many": wanted is not None and len(shape) > wanted,
    }  # fmt: skip
    if axes is None:
        return Diagnosis("layer_axes", "x", facts)
    missing = len(axes) - len(shape)
    facts["many"] = missing < 0
    if missing == 1 and axes == SPACE[1] and seen.before is not None and seen.before[0] in RECURRENT:
        return Diagnosis("layer_sequences", "x", facts)
    if missing == 1 and seen.rows is not None and len(axes) > 2 and shape[-1] in (1, 3, 4) and not seen.channels_first:
        return Diagnosis(
            "layer_one_sample", "x", {**facts, "whole": (seen.rows, *shape), "all_axes": ("samples", *axes)}
        )
    if missing == 1 and len(axes) > 3 and shape[-1] in (1, 3, 4):
        return Diagnosis("layer_axes", "x", facts)  # it has channels: steps or depth may be what is missing
    if missing == 1 and seen.is_first is not False:
        if axes == SPACE[1]:
            return Diagnosis("layer_steps", "x", {**facts, "fixed": (*shape, 1)})
        fixed = ((1, *shape), (3, *shape)) if seen.channels_first else ((*shape, 1), (*shape, 3))
        return Diagnosis("layer_channels", "x", {**facts, "fixed": fixed[0], "colour": fixed[1]})
    if missing == -1 and seen.is_first is not False:
        return Diagnosis("layer_samples", "x", {**facts, "fixed": shape[1:]})
    return Diagnosis("layer_axes", "x", facts)


def _rank(raised: Raised) -> Diagnosis | None:
    match = re.search(NDIM, raised.text)
    seen = raised.layer
    if match is None:
        if "Kernel shape must have the same length as input" in raised.text:
            return _kernel_rank(raised)
        if "`TimeDistributed` Layer should be passed" in raised.text and seen is not None and seen.shapes:
            return judge_rank(seen, 2)
        return None
    if seen is None or not seen.shapes or seen.name != match.group(1):
        sizes = _sizes(match.group(5))
        name = match.group(1)
        if sizes is None:
            facts = {
                "layer": name,
                "cls": _class_of(name),
                "wanted": int(match.group(3)) - 1,
                "came": int(match.group(4)) - 1,
            }
            return Diagnosis("layer_rank", "x", {**facts, "axes": wanted_axes(_class_of(name))})
        seen = LayerSeen(_class_of(name), name, (sizes,), rows=_first(match.group(5)))
    return judge_rank(seen, int(match.group(3)) - 1)


def _kernel_rank(raised: Raised) -> Diagnosis | None:
    """`received kernel of shape (3, 3, 1, 4) and input of shape (None, 100, 28, 28, 1)`."""
    found = re.findall(r"of shape [\[(]([^\])]*)[\])]", raised.text)
    rank = len(found[0].split(",")) - 2 if found else 0
    seen = raised.layer
    if seen is not None and seen.shapes and seen.cls == "TimeDistributed":  # the layer in it takes an axis less
        return judge_rank(seen, rank + 2)
    if seen is not None:
        return judge_rank(seen) if seen.shapes else None
    sizes = _sizes(found[1]) if len(found) > 1 else None
    return judge_rank(LayerSeen(f"Conv{rank}D", "", (sizes or (),)))


def _class_of(name: str) -> str:
    return CLASSES.get(re.sub(r"_\d+$", "", name.rpartition("/")[2]), "")


def _first(text: str) -> int | None:
    """The samples axis of `32, 28, 28`; None where it is open."""
    first = text.partition(",")[0].strip()
    return int(first) if first.isdigit() else None


def _sizes(text: str | None) -> Shape | None:
    """`None, 28, 28` without its samples."""
    parts = [part.strip() for part in (text or "").split(",") if part.strip()]
    if len(parts) < 2:
        return None
    return tuple(int(part) if part.isdigit() else None for part in parts[1:])


def _features(raised: Raised) -> Diagnosis | None:
    match = re.search(
        r"(?:of layer|with layer|with the layer) [\"']?([\w./-]+?)[\"']? ?(?:is incompatible with"
        r" the layer)?:[: ]*expected axis -1 of input "
        r"shape to have (?:value|the same value as) \{?(\d+)\}?,? but (?:received input with shape"
        r"|got) [\[(]([^\])]*)[\])]", raised.text,
    )  # fmt: skip
    if match is not None:
        sizes = _sizes(match.group(3)) or ()
        facts = {
            "layer": match.group(1),
            "wanted": int(match.group(2)),
            "came": sizes[-1] if sizes else None,
            "seen": sizes,
        }
        return Diagnosis("layer_features", "x", facts) if facts["came"] is not None else None
    match = re.search(r"Matrix size-incompatible: In\[0\]: \[\d+,(\d+)\], In\[1\]: \[(\d+),\d+\]", raised.text)
    if match is None or raised.own is not None:  # a product of the user's own
        return None
    # the layer is among the names of nodes, but with numbers that TensorFlow adds
    facts = {"layer": "", "wanted": int(match.group(2)), "came": int(match.group(1))}
    return Diagnosis("layer_features", "x", facts)


def _input(raised: Raised) -> Diagnosis | None:
    """What a whole model says of its inputs."""
    match = re.search(r"expected shape=[\[(]([^\])]*)[\])], found shape=[\[(]([^\])]*)[\])]", raised.text)
    if match is not None:
        wanted, came = (_sizes(group) or () for group in match.groups())
        seen = raised.layer
        if seen is not None and seen.before is not None and raised.call is None and seen.cls in MODELS:
            return Diagnosis("layer_model", "x", {"layer": seen.name, "cls": "Model", "seen": came, "want": wanted})
        return Diagnosis("error_input_shape", "x", {"seen": came, "want": wanted})
    shape = r"[\[(](?:None, )?([^\])]*)[\])]"
    match = re.search(rf"Expected shape {SHAPE}, but input has incompatible shape {SHAPE}", raised.text)
    match = match or re.search(rf"expected \w+ to have shape {shape} but got array with shape {shape}", raised.text)
    if match is not None and "checking target" not in raised.text:
        is_old = "but got array" in match.group(0)
        wanted, came = (_sizes(f"n, {group}" if is_old else group) or () for group in match.groups())
        return Diagnosis("error_input_shape", "x", {"seen": came, "want": wanted})
    match = re.search(
        r"expected \w+ to have (\d+) dimensions, but got array with shape [\[(]([^\])]*)[\])]", raised.text
    )
    if match is not None and "checking target" not in raised.text:
        return Diagnosis("error_input_rank", "x", {"wanted": int(match.group(1)), "seen": _sizes(match.group(2)) or ()})
    match = re.search(r"expects (\d+) (?:named )?input\(s\).*?received (\d+) input tensor", raised.text)
    if match is not None:
        return _inputs(raised, int(match.group(1)), int(match.group(2)))
    match = re.search(r"Missing data for input \"(\S+?)\"", raised.text)
    if match is not None:
        return Diagnosis("error_input_missing", "x", {"name": match.group(1)})
    return None


def _inputs(raised: Raised, wanted: int, came: int) -> Diagnosis:
    """Of a model, or of one layer in it."""
    name = re.search(r"[Ll]ayer \"?([\w./-]+)\"? expects", raised.text)
    is_layer = name is not None and (
        raised.layer.cls not in MODELS if raised.layer is not None
        else bool(_class_of(name.group(1))) or bool(re.match(r"(dropout|activation|reshape)", name.group(1)))
    )  # fmt: skip
    facts = {
        "wanted": wanted, "came": came, "layer": name.group(1) if name else "",
        "cls": _class_of(name.group(1)) if name else "", "many": came > wanted == 1,
    }  # fmt: skip
    return Diagnosis("layer_inputs" if is_layer else "error_inputs", "x", facts)


def _kernel(raised: Raised) -> Diagnosis | None:
    if not re.search(
        r"Computed output size would be (?:zero or )?negative|Negative dimension size caused by subtracting",
        raised.text,
    ):
        return None
    text = re.sub(r"(?<=\w)\s+(?=\w)", ", ", raised.text)
    shape = re.search(r"inputs?[ ._,]+shapes?[=:] ?[\[(]([^\])]*)[\])]", text)
    kernel = re.search(r"(?:kernel[, ]+shape|pool_size)=[\[(]([^\])]*)[\])]|shapes: \[[^\]]*\], \[([^\]]*)\]", text)
    seen = raised.layer
    sizes = seen.shapes[0] if seen and seen.shapes else _sizes(shape.group(1)) if shape else None
    window = tuple(int(n) for n in re.findall(r"\d+", kernel.group(1) or kernel.group(2))) if kernel else ()
    if sizes is not None and len(window) > len(sizes) - 1:
        window = window[: len(sizes) - 1]
    name, cls = (seen.name, seen.cls) if seen else ("", "")
    space = len(sizes) - 1 if sizes and len(sizes) in (2, 3, 4) else 2
    facts = {
        "layer": name, "cls": cls, "seen": sizes, "window": window, "pools": "Pooling" in cls, "space": space,
        "convolves": "Pooling" not in cls,
    }  # fmt: skip
    return Diagnosis("layer_window", "x", facts)


def _merge(raised: Raised) -> Diagnosis | None:
    pattern = (
        r"Inputs have incompatible shapes|requires inputs with matching shapes"
        r"|Operands could not be broadcast together with shapes"
        r"|Incompatible input shapes: axis values"
    )
    if not re.search(pattern, raised.text):
        return None
    seen = raised.layer
    shapes = seen.shapes if seen and len(seen.shapes) > 1 else _merged(raised.text)
    cls = seen.cls if seen else "Concatenate" if "Concatenate" in raised.text else ""
    facts = {"layer": seen.name if seen else "", "cls": cls, "shapes": shapes, **_mended(shapes)}
    return Diagnosis("layer_merge", "x", facts)


def _mended(shapes: tuple[Shape, ...]) -> dict[str, Any]:
    """How shapes that differ are made alike: by units on the last axis, by cropping or resizing on those before."""
    facts: dict[str, Any] = dict.fromkeys(("ranks", "last", "series", "pictures"), False)
    facts |= {"units": None, "sizes": (), "crop": 0}
    if len(shapes) < 2:
        return facts
    if len({len(shape) for shape in shapes}) > 1:
        return {**facts, "ranks": True}
    axis = next((i for i in range(len(shapes[0])) if len({shape[i] for shape in shapes}) > 1), None)
    known = axis is not None and all(shape[axis] is not None for shape in shapes)
    if axis is None or not known:
        return facts
    along = [int(shape[axis] or 0) for shape in shapes]
    if axis == len(shapes[0]) - 1:
        return {**facts, "last": True, "units": along[0]}
    if len(shapes[0]) == 2:
        return {**facts, "series": True, "crop": max(along) - min(along)}
    least = min(shapes, key=lambda shape: int(shape[axis] or 0))
    return {**facts, "pictures": len(least) == 3 and None not in least[:2], "sizes": least[:2]}


def _merged(text: str) -> tuple[Shape, ...]:
    found = re.findall(r"\(((?:None, ?)?\d[\d, ]*)\)", text)
    return tuple(_sizes(part if part.startswith("None") else f"n, {part}") or () for part in found)


def _reshape(raised: Raised) -> Diagnosis | None:
    match = re.search(
        r"total size of (?:the tensor|new array) must be unchanged.*?input_shape ?= ?[\[(]([^\])]*)[\])],?"
        r" (?:target|output)_shape ?= ?[\[(]([^\])]*)[\])]",
        raised.text,
    )
    if match is None:
        return _reshape_values(raised)
    came, wanted = (tuple(int(n) for n in re.findall(r"\d+", group)) for group in match.groups())
    name = raised.layer.name if raised.layer else ""
    before = raised.layer.before if raised.layer and raised.layer.before else ("", "")
    facts = {"layer": name, "seen": came, "want": wanted, "has": prod(came), "needs": prod(wanted),
             "dense": before[0] == "Dense", "before": before[1]}  # fmt: skip
    return Diagnosis("layer_reshape", "x", facts)


def _reshape_values(raised: Raised) -> Diagnosis | None:
    """What TensorFlow says of a whole batch."""
    match = re.search(
        r"Input to reshape is a tensor with (\d+) values, but the requested shape (?:has|requires a multiple of) (\d+)",
        raised.text,
    )
    if match is None or raised.own is not None:
        return None
    return Diagnosis("layer_reshape_values", "x", {"has": int(match.group(1)), "needs": int(match.group(2))})


def _undefined(raised: Raised) -> Diagnosis | None:
    if not re.search(
        r"initialize variables must be fully-defined"
        r"|last dimension of the inputs to a Dense layer should be defined"
        r"|The last dimension of the inputs to `?Dense`? should be defined",
        raised.text,
    ):
        return None
    seen = raised.layer
    flattened = bool(seen and seen.before and seen.before[0] == "Flatten")
    facts = {
        "layer": seen.name if seen else "",
        "cls": seen.cls if seen else "",
        "flattened": flattened,
        "open": not flattened,
    }
    return Diagnosis("layer_undefined", "x", facts)


def _stateful(raised: Raised) -> Diagnosis | None:
    if re.search(
        r"using `?stateful=True`? in a RNN, the batch size must be static"
        r"|If a RNN is stateful, it needs to know its batch size",
        raised.text,
    ):
        seen = raised.layer
        sizes = seen.shapes[0] if seen and seen.shapes else ()
        return Diagnosis(
            "layer_stateful",
            "x",
            {
                "layer": seen.name if seen else "",
                "cls": seen.cls if seen else "",
                "sizes": sizes,
                "shaped": bool(sizes),
                "unshaped": not sizes,
            },
        )
    return None


def _ids(raised: Raised) -> Diagnosis | None:
    match = re.search(r"indices\[([\d,]*)\] = (-?\d+) is not in \[0, (\d+)\)", raised.text)
    if match is None:
        return None
    value, count = int(match.group(2)), int(match.group(3))
    return Diagnosis("error_ids", "x", {"value": value, "count": count, "size": value + 1, "above": value >= count})


LAYER_FAMILIES = (_stateful, _rank, _features, _input, _kernel, _merge, _reshape, _undefined, _ids)
