"""The options of a call, checked once."""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .report import Diagnosis

CHOICES: dict[str, tuple[Any, ...]] = {
    "order": (None, "C", "F"),
    "repairs": ("tell", "quiet", "refuse"),
    "missing": ("refuse", "na_rows", "pass"),
    "novel_levels": ("refuse", "missing"),
    "type": ("raw", "class", "prob"),
}


class Foreign(str):
    """What another language shows of a value that none of the options can have: it is no text."""


@dataclass(frozen=True)
class Options:
    """What the user asked for; hashable, a part of the plan's key.

    `predicts`: whether there will be an answer, in whose rows NA can stand.
    """

    order: Any = None
    repairs: Any = "tell"
    batch_size: Any = None
    steps: Any = None
    missing: Any = "refuse"
    predicts: bool = True
    type: Any = "raw"
    threshold: Any = 0.5
    label_base: Any = None
    novel_levels: Any = "refuse"


def check_options(options: Options) -> Iterator[Diagnosis]:
    """Refuse an option that has none of its values. R's whole-number doubles are whole numbers."""
    for name, choices in CHOICES.items():
        value = getattr(options, name)
        if name == "missing" and not options.predicts:
            choices = tuple(choice for choice in choices if choice != "na_rows")
        if not is_among(value, choices):
            yield Diagnosis("option_value", name, {"value": shown(value), "choices": choices, "first": choices[-2]})
    base = options.label_base
    if base is not None and not (is_whole(base) and base in (0, 1)):
        yield Diagnosis("option_base", "label_base", {"value": shown(base), "choices": (None, 0, 1)})
    for name in ("batch_size", "steps"):
        size = getattr(options, name)
        if name == "batch_size" and isinstance(size, str) and size == "auto":
            continue
        if size is not None and not (is_whole(size) and size >= 1):
            yield Diagnosis("option_count", name, {"value": shown(size)})
    yield from check_threshold(options.threshold, options.type)


def check_threshold(threshold: Any, type_: Any) -> Iterator[Diagnosis]:
    """Refuse what is no probability, and one where nothing is decided by it."""
    if threshold is None or (type(threshold) is float and threshold == 0.5):
        return
    is_number = isinstance(threshold, numbers.Real) and math.isfinite(threshold)
    if isinstance(threshold, bool) or not is_number or not 0 <= float(threshold) <= 1:
        yield Diagnosis("option_threshold", "threshold", {"value": shown(threshold)})
    elif type_ in ("raw", "prob"):
        yield Diagnosis("option_threshold_unused", "threshold", {"type": type_, "threshold": float(threshold)})


def is_among(value: Any, choices: tuple[Any, ...]) -> bool:
    """Whether `value` is one of some texts, or None where that is one of them."""
    return (value is None or (isinstance(value, str) and not isinstance(value, Foreign))) and value in choices


def shown(value: Any) -> Any:
    """A value as a message tells it: text in quotes; None, numbers and flags are written by each language."""
    if isinstance(value, (list, tuple, set)):
        return f"{len(value)} values"
    if isinstance(value, str) and not isinstance(value, Foreign):
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return float(value) if isinstance(value, numbers.Real) else str(value)


def is_whole(value: Any) -> bool:
    """Whether `value` is a whole number; True and False are not."""
    try:
        return not isinstance(value, (bool, str)) and int(value) == value
    except (TypeError, ValueError, OverflowError):
        return False
