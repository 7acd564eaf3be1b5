"""Does a layer get as many axes as it takes?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..report import Diagnosis

Shape = tuple[int | None, ...]
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")
SPACE = {1: ("time steps", "features"), 2: ("height", "width", "channels"), 3: ("depth", "height", "width", "channels")}


@dataclass(frozen=True)
class LayerSeen:
    """A layer that refused its input: shapes without the samples axis.

    `is_first`: whether it takes the model's input, None where that is not known. `before`: class and name of the layer
    before it. `rows`: how many samples, where data came.
    """

    cls: str
    name: str
    shapes: tuple[Shape, ...] = ()
    is_first: bool | None = None
    before: tuple[str, str] | None = None
    channels_first: bool = False
    rows: int | None = None


def wanted_axes(cls: str, channels_first: bool = False) -> tuple[str, ...] | None:
    """The axes that a layer of this class takes, without samples; None where any number will do."""
    if cls in RECURRENT:
        return ("time steps", "features")
    match = re.match(
        r"(?:Separable|Depthwise|Global)?(ConvLSTM|Conv|Max|Average|ZeroPadding|UpSampling|Cropping)\w*?(\d)D", cls
    )
    if match is None:
        return None
    axes = SPACE.get(int(match.group(2)))
    if axes is None or match.group(1) == "ConvLSTM":
        return None if axes is None else ("time steps", *SPACE[int(match.group(2))])
    return (axes[-1], *axes[:-1]) if channels_first else axes


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
    if missing == 1 and seen.is_first is not False:
        if axes == SPACE[1]:
            return Diagnosis("layer_steps", "x", {**facts, "fixed": (*shape, 1)})
        fixed = ((1, *shape), (3, *shape)) if seen.channels_first else ((*shape, 1), (*shape, 3))
        return Diagnosis("layer_channels", "x", {**facts, "fixed": fixed[0], "colour": fixed[1]})
    if missing == -1 and seen.is_first is not False:
        return Diagnosis("layer_samples", "x", {**facts, "fixed": shape[1:]})
    return Diagnosis("layer_axes", "x", facts)
