"""Do the names of flat columns tell their time step and feature?"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

NUMBER = re.compile(r"\d+")
# A number after one of these words counts time steps; after others it may count features just as well.
STEP_WORD = re.compile(r"(^|[^a-z])(t|time|step|timestep|time_step|ts)[._ -]?$", re.IGNORECASE)
# These count from now backwards, or may: "t-1" is before "t-0", and lag 1 the newest or the oldest of the lags.
LAG_WORD = re.compile(r"lag|lead|prev|ago|minus|past|last|-\s?\d|(^|[^a-z])m\d", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """`order` "C": step by step, "F": feature by feature. `direction`: how the steps are numbered.

    Lags tell the grouping, not the direction: lag1 may be the oldest or the newest value. "either": as many steps as
    features, and nothing tells which of them the numbers count.
    """

    order: Literal["C", "F"]
    direction: Literal["forward", "backward", "lags", "either"]


def read_layout(names: tuple[str, ...], steps: int, features: int) -> Layout | None:
    """The layout that column names spell out (t1_f1, temp.1, temp_lag2 ...), or None when they do not."""
    numbers = [list(NUMBER.finditer(name)) for name in names]
    if len(names) != steps * features or len({len(found) for found in numbers}) != 1 or not numbers[0]:
        return None
    layouts = {}
    for k in range(len(numbers[0])):
        parsed = [_split(name, found[k]) for name, found in zip(names, numbers, strict=True)]
        layout = _layout(parsed, steps, features)
        if layout:
            layouts[k] = layout
    by_word = {k: v for k, v in layouts.items() if STEP_WORD.search(names[0][: numbers[0][k].start()])}
    found = set((by_word or layouts).values())
    if len(found) != 1:
        return None
    layout = found.pop()
    if any(LAG_WORD.search(name) for name in names):
        return Layout(layout.order, "lags")
    return Layout(layout.order, "either") if steps == features and not by_word else layout


def _split(name: str, number: re.Match[str]) -> tuple[str, int]:
    return name[: number.start()] + "#" + name[number.end() :], int(number.group())


def _layout(parsed: list[tuple[str, int]], steps: int, features: int) -> Layout | None:
    by_feature: dict[str, list[int]] = defaultdict(list)
    for feature, step in parsed:
        by_feature[feature].append(step)
    if len(by_feature) != features:
        return None
    sequences = list(by_feature.values())
    sequence = sequences[0]
    if any(other != sequence for other in sequences) or len(set(sequence)) != steps:
        return None
    if max(sequence) - min(sequence) != steps - 1:
        return None
    if sequence not in (sorted(sequence), sorted(sequence, reverse=True)):
        return None
    direction: Literal["forward", "backward"] = "forward" if sequence == sorted(sequence) else "backward"
    order = [feature for feature, _ in parsed]
    names = list(by_feature)
    if order == names * steps:
        return Layout("C", direction)
    if order == [name for name in names for _ in range(steps)]:
        return Layout("F", direction)
    return None
