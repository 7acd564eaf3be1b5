"""What Keras says, without what it says around it."""

from __future__ import annotations

import re

NOISE = re.compile(
    r"Arguments received|Exception encountered|Graph execution error|Detected at|File \"|<|•|\[\[|\(?\d+\) |Stack trace"
)


def without_colours(text: str) -> str:
    """Without the codes by which a terminal colours it."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def keras_sentence(error: BaseException) -> str:
    """Keras' own sentence without colours, node names, frames and dumps of arguments."""
    lines = [line.strip() for line in without_colours(str(error)).splitlines() if line.strip()]
    kept = [line for line in lines if not NOISE.match(line)]
    sentence = (kept or lines or [type(error).__name__])[0]
    return sentence if len(sentence) <= 300 else sentence[:297] + "..."
