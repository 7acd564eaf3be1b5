"""Interleaved timing: every contender runs once in each round, so that a slow moment of a shared machine hits all."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

BLOCK = 0.02  # seconds


def measure(contenders: dict[str, Callable[[], Any]], rounds: int) -> dict[str, np.ndarray]:
    """Seconds per call and round, after warm-up calls of each.

    As with timeit, a short call is repeated within its turn, to about BLOCK seconds: one call right after another
    contender's 50 ms would measure how cold the caches are.
    """
    repeats = {}
    for name, run in contenders.items():
        run()
        began = time.perf_counter()
        run()
        repeats[name] = max(int(BLOCK / (time.perf_counter() - began)), 1)
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            began = time.perf_counter()
            for _ in range(repeats[name]):
                run()
            seconds[name].append((time.perf_counter() - began) / repeats[name])
    return {name: np.array(values) for name, values in seconds.items()}


def ratio(slow: np.ndarray, fast: np.ndarray) -> str:
    """How many times faster, as the median of the rounds' own ratios with its quartiles."""
    low, median, high = np.quantile(slow / fast, [0.25, 0.5, 0.75])
    return f"{median:.3g} ({low:.3g} to {high:.3g})"


def short(seconds: np.ndarray) -> str:
    """A median time in a unit that suits it."""
    value = float(np.median(seconds))
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value * 1e6:.2g} us"
