"""Errors of layers that get another shape than they take: while a model is built, and when it is called."""

from __future__ import annotations

import re
from math import prod
from typing import Any

from ..report import Diagnosis
from ..rules.layer_axes import LayerSeen, Shape, judge_rank, wanted_axes
from .family import sample_sizes
from .raised import Raised

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
}  # fmt: skip  # fmt: skip
NDIM = (
    r"(?:of layer|with layer|with the layer|of layer:?) [\"']?([\w./-]+?)[\"']? ?(?:is incompatible"
    r" with the layer)?:[: ]*"
    r"expected (min_|max_)?ndim=(\d+), found ndim=(\d+)(?:\. Full shape received: [\[(]([^\])]*)[\])])?"
)


def rank(raised: Raised) -> Diagnosis | None:
    """Another number of axes than a layer takes."""
    match = re.search(NDIM, raised.text)
    seen = raised.layer
    if match is None:
        if "Kernel shape must have the same length as input" in raised.text:
            return _kernel_rank(raised)
        if "`TimeDistributed` Layer should be passed" in raised.text and seen is not None and seen.shapes:
            return judge_rank(seen, 2)
        return None
    if seen is None or not seen.shapes or seen.name != match.group(1):
        sizes = sample_sizes(match.group(5))
        name = match.group(1)
        if sizes is None:
            facts = {
                "layer": name,
                "cls": class_of(name),
                "wanted": int(match.group(3)) - 1,
                "came": int(match.group(4)) - 1,
            }
            return Diagnosis("layer_rank", "x", {**facts, "axes": wanted_axes(class_of(name))})
        seen = LayerSeen(class_of(name), name, (sizes,), rows=_first(match.group(5)))
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
    sizes = sample_sizes(found[1]) if len(found) > 1 else None
    return judge_rank(LayerSeen(f"Conv{rank}D", "", (sizes or (),)))


def class_of(name: str) -> str:
    """What the name that Keras gave to a layer tells of its class; "" for a user's own name."""
    return CLASSES.get(re.sub(r"_\d+$", "", name.rpartition("/")[2]), "")


def _first(text: str) -> int | None:
    """The samples axis of `32, 28, 28`; None where it is open."""
    first = text.partition(",")[0].strip()
    return int(first) if first.isdigit() else None


def features(raised: Raised) -> Diagnosis | None:
    """Another number of features than the layer has weights for."""
    match = re.search(
        r"(?:of layer|with layer|with the layer) [\"']?([\w./-]+?)[\"']? ?(?:is incompatible with"
        r" the layer)?:[: ]*expected axis -1 of input "
        r"shape to have (?:value|the same value as) \{?(\d+)\}?,? but (?:received input with shape"
        r"|got) [\[(]([^\])]*)[\])]", raised.text,
    )  # fmt: skip
    if match is not None:
        sizes = sample_sizes(match.group(3)) or ()
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


def window(raised: Raised) -> Diagnosis | None:
    """A window larger than what it slides over."""
    if not re.search(
        r"Computed output size would be (?:zero or )?negative|Negative dimension size caused by subtracting",
        raised.text,
    ):
        return None
    text = re.sub(r"(?<=\w)\s+(?=\w)", ", ", raised.text)
    shape = re.search(r"inputs?[ ._,]+shapes?[=:] ?[\[(]([^\])]*)[\])]", text)
    kernel = re.search(r"(?:kernel[, ]+shape|pool_size)=[\[(]([^\])]*)[\])]|shapes: \[[^\]]*\], \[([^\]]*)\]", text)
    seen = raised.layer
    sizes = seen.shapes[0] if seen and seen.shapes else sample_sizes(shape.group(1)) if shape else None
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


def merge(raised: Raised) -> Diagnosis | None:
    """Inputs whose shapes differ in a layer that joins them."""
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
    return tuple(sample_sizes(part if part.startswith("None") else f"n, {part}") or () for part in found)


def reshape(raised: Raised) -> Diagnosis | None:
    """A shape with another number of values."""
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


def undefined(raised: Raised) -> Diagnosis | None:
    """An open size where weights need a number."""
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


def stateful(raised: Raised) -> Diagnosis | None:
    """A stateful layer without a batch size."""
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
