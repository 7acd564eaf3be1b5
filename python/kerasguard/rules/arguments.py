"""Do the arguments of fit() and evaluate() beside the data have values that they can have?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Real
from typing import Any

from ..options import is_among, is_whole, shown
from ..report import Diagnosis, Finding

COUNTS = ("batch_size", "epochs", "steps_per_epoch", "validation_steps", "validation_batch_size", "steps")


def check_arguments(arguments: Mapping[str, Any]) -> Iterator[Finding]:
    """Refuse what Keras would fail of later, or take for something else."""
    yield from _check_kinds(arguments)
    split = arguments.get("validation_split")
    is_number = isinstance(split, (int, float)) and not isinstance(split, bool)
    if split is not None and not (is_number and 0 <= split < 1):
        yield Diagnosis("option_split", "validation_split", {"value": shown(split)})
    yield from check_verbose(arguments.get("verbose", "auto"))
    yield from _check_shuffle(arguments.get("shuffle", True))
    yield from _check_counts(arguments)


def check_verbose(value: Any) -> Iterator[Finding]:
    """Keras draws nothing, or a bar, for what it does not know."""
    choices = ("auto", 0, 1, 2)
    if not (is_among(value, choices) or (isinstance(value, Real) and value in choices)):
        yield Diagnosis("option_value", "verbose", {"value": shown(value), "choices": choices, "first": "auto"})


def _check_shuffle(value: Any) -> Iterator[Finding]:
    """Keras takes anything for yes or no; "batch" mixes whole batches. A missing value in R is neither."""
    is_flag = isinstance(value, bool) or (is_whole(value) and value in (0, 1))
    choices = (True, False, "batch")
    if not is_flag and not is_among(value, choices):
        yield Diagnosis("option_value", "shuffle", {"value": shown(value), "choices": choices, "first": True})


def _check_kinds(arguments: Mapping[str, Any]) -> Iterator[Finding]:
    """R tells by a dict what it can't hand over as callbacks or validation data. A class is no callback yet."""
    callbacks = arguments.get("callbacks")
    listed = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    strange = [item["class"] for item in listed if isinstance(item, dict)]
    strange += [f"the class {item.__name__}" for item in listed if isinstance(item, type)]
    if strange:
        yield Diagnosis("callbacks_kind", "callbacks", {"cls": strange[0]})
    if isinstance(validation := arguments.get("validation_data"), dict):
        yield Diagnosis("validation_kind", "validation_data", {"cls": validation["class"]})


def _check_counts(arguments: Mapping[str, Any]) -> Iterator[Finding]:
    freq = arguments.get("validation_freq", 1)
    epochs = freq if isinstance(freq, (list, tuple, set)) else [freq]
    if not all(is_whole(epoch) and epoch >= 1 for epoch in epochs):
        yield Diagnosis("option_count", "validation_freq", {"value": shown(freq)})
    first = arguments.get("initial_epoch") or 0
    if not (is_whole(first) and first >= 0):
        yield Diagnosis("option_count", "initial_epoch", {"value": shown(first)})
    for name in COUNTS:
        value = arguments.get(name)
        if value is not None and not (is_whole(value) and value >= (name != "epochs")):
            yield Diagnosis("option_count", name, {"value": shown(value)})
