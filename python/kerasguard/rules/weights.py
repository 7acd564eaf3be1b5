"""class_weight and sample_weight: do they say which class or sample weighs how much?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..observe import Observed
from ..observe.labels import level_text
from ..report import Diagnosis, Finding, Notice, Repair


@dataclass(frozen=True)
class ClassWeight:
    """What came: `keys` (None where there are none) with their `values`; `cls` is what the user calls it.

    `only_text`: the language has no other keys than text, so that "0" is but the way to write 0.
    """

    keys: tuple[Any, ...] | None
    values: tuple[Any, ...]
    cls: str
    only_text: bool = False


def check_class_weight(
    given: ClassWeight, classes: Sequence[int], levels: tuple[str, ...] | None, outputs: int
) -> tuple[list[Finding], dict[int, float]]:
    """Findings, and the weight of each class by its code.

    Args:
        given: What came.
        classes: The codes that there are.
        levels: The names of the classes in the order of their codes, where the targets have names.
        outputs: How many outputs the model has.
    """
    arg = "class_weight"
    names = levels or tuple(map(str, classes))
    facts = {"classes": names, "cls": given.cls, "outputs": outputs}
    if outputs > 1:
        return [Diagnosis("class_weight_outputs", arg, facts)], {}
    if given.keys is None:
        facts |= {"in_order_of_classes": len(given.values) == len(classes) > 0, "last": len(classes) - 1}
        return [Diagnosis("class_weight_keys", arg, facts)], {}
    wrong = tuple(str(v) for v in given.values if not _is_weight(v))
    if wrong:
        return [Diagnosis("class_weight_values", arg, facts | {"values": wrong[:3]})], {}
    codes = _codes(given.keys, classes, levels)
    unknown = tuple(str(key) for key, code in zip(given.keys, codes, strict=True) if code is None)
    if unknown:
        return [
            Diagnosis("class_weight_unknown", arg, facts | {"unknown": unknown, "keys": tuple(map(str, given.keys))})
        ], {}
    if len(set(codes)) < len(codes):
        return [Diagnosis("class_weight_twice", arg, facts | {"keys": tuple(map(str, given.keys))})], {}
    weights = {int(code): float(value) for code, value in zip(codes, given.values, strict=True) if code is not None}
    pairs = tuple((str(key), code) for key, code in zip(given.keys, codes, strict=True))
    is_other = any(key != str(code) for key, code in pairs)
    # Keras would look text up in vain
    if is_other or any(isinstance(key, str) for key in given.keys):
        told = Notice if given.only_text and not is_other else Repair  # no repair: there is no other way to write it
        return [told("class_weight_read", arg, "message", facts | {"pairs": pairs})], weights
    return [], weights


def _is_weight(value: Any) -> bool:
    try:
        return not isinstance(value, (str, bool)) and math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def _codes(keys: Sequence[Any], classes: Sequence[int], levels: tuple[str, ...] | None) -> list[int | None]:
    """The code that each key means. One that is the name of a class makes all of them names."""
    names = [level_text(key) for key in keys]
    if levels and len(levels) == len(classes) and any(name in levels for name in names):
        return [classes[levels.index(name)] if name in levels else None for name in names]
    numbers = [_whole(key) for key in keys]
    return [number if number in classes else None for number in numbers]


def _whole(key: Any) -> int | None:
    """A key that is a whole number, or the text of one."""
    try:
        return int(str(key)) if isinstance(key, str) else int(key) if int(key) == key else None
    except (TypeError, ValueError, OverflowError):
        return None


def check_sample_weight(observed: Observed, shape: tuple[int, ...], target: Any, rows: int | None) -> Iterator[Finding]:
    """One weight per sample; for targets with a time axis also one per step."""
    facts = {"given": observed.given, "rows": rows, "found": shape[0] if shape else 1}
    arg = observed.arg
    if rows is not None and (not shape or shape[0] != rows):
        yield Diagnosis("sample_weight_rows", arg, facts)
    elif len(shape) > 1 and target is not None and shape != tuple(target.shape[: len(shape)]):
        yield Diagnosis("sample_weight_shape", arg, facts)
