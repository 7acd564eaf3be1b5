"""Which axes the layers of a class take."""

from __future__ import annotations

import re

RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")
SPACE = {1: ("time steps", "features"), 2: ("height", "width", "channels"), 3: ("depth", "height", "width", "channels")}


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
