"""The options of a call, checked once."""

from __future__ import annotations

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
        if not (value is None or isinstance(value, str)) or value not in choices:
            yield Diagnosis("option_value", name, {"value": str(value), "choices": choices, "first": choices[-2]})
    if options.label_base is not None and not (is_whole(options.label_base) and options.label_base in (0, 1)):
        facts = {"value": str(options.label_base), "choices": (None, 0, 1), "first": 1}
        yield Diagnosis("option_value", "label_base", facts)
    for name in ("batch_size", "steps"):
        size = getattr(options, name)
        if name == "batch_size" and isinstance(size, str) and size == "auto":
            continue
        if size is not None and not (is_whole(size) and size >= 1):
            yield Diagnosis("option_count", name, {"value": size if isinstance(size, (int, float)) else str(size)})


def is_whole(value: Any) -> bool:
    """Whether `value` is a whole number; True and False are not."""
    try:
        return not isinstance(value, (bool, str)) and int(value) == value
    except (TypeError, ValueError, OverflowError):
        return False
