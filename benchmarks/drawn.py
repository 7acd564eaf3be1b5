"""Kinds of data that are right for a layer that learned from the same kind, and mistakes made with them."""

from __future__ import annotations

import numpy as np


def grey(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.random((n, 10, 10, 1)) * (rng.random((n, 10, 10, 1)) < 0.2)


def dark(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.clip(rng.exponential(0.01, (n, 10, 10, 1)) + grey(rng, n) * (rng.random((n, 10, 10, 1)) < 0.02), 0, 1)


def colour(rng: np.random.Generator, n: int) -> np.ndarray:
    lit = rng.uniform(0.2, 1.2, (n, 1, 1, 1))
    return np.clip(np.floor(rng.normal(120, 60, (n, 8, 8, 3)) * lit), 0, 255)


def mixed(rng: np.random.Generator, n: int) -> np.ndarray:
    """Ages, incomes, a rare and a common flag, rare counts and amounts that are mostly 0."""
    amounts = np.where(rng.random(n) < 0.02, rng.lognormal(7, 1.5, n), 0)
    flags = rng.random((n, 2)) < (0.003, 0.4)
    return np.column_stack([rng.normal(40, 12, n), rng.lognormal(10, 1, n), flags, rng.poisson(0.05, n), amounts])


DATA = {
    "normal": lambda rng, n: rng.normal([5, -300, 0.01, 0], [2, 50, 0.001, 1], (n, 4)),
    "lognormal": lambda rng, n: rng.lognormal([0, 3, 8, 1], [1, 1.5, 2, 0.5], (n, 4)),
    "counts": lambda rng, n: rng.poisson([0.01, 0.3, 4, 200], (n, 4)),
    "one-hot": lambda rng, n: np.eye(4)[rng.choice(4, n, p=[0.6, 0.39, 0.008, 0.002])],
    "mixed": mixed,
    "bag of words": lambda rng, n: rng.poisson(0.3 / np.arange(1, 101) ** 1.3, (n, 100)),
    "t(2.1)": lambda rng, n: rng.standard_t(2.1, (n, 3)) * [1, 100, 0.1] + [0, 50, 3],
    "exp(1.2 abs(t(3)))": lambda rng, n: np.exp(np.minimum(40, 1.2 * np.abs(rng.standard_t(3, (n, 1))))),
    "years": lambda rng, n: rng.normal(2015, 4, (n, 1)),
    "rare flag": lambda rng, n: rng.random((n, 1)) < 0.01,
    "rare amount": lambda rng, n: np.where(rng.random((n, 1)) < 0.01, rng.lognormal(7, 1, (n, 1)), 0),
    "series": lambda rng, n: np.cumsum(rng.normal(0, 1, (n, 12, 2)), 1) * [1, 30] + [100, 2000],
    "grey 0..1": grey,
    "grey 0..255": lambda rng, n: np.floor(255 * grey(rng, n)),
    "dark 0..1": dark,
    "dark 0..255": lambda rng, n: np.floor(255 * dark(rng, n)),
    "colour 0..255": colour,
}


def standardised(x: np.ndarray, by: np.ndarray) -> np.ndarray:
    axes = tuple(range(x.ndim - 1))
    return (x - by.mean(axes)) / (by.std(axes) + 1e-12)


MOST = ("normal", "lognormal", "mixed", "years", "series", "colour 0..255")
# mistake -> what is done to x, given training data; kinds of data
MISTAKES = {
    "/ 255 forgotten": (lambda x, t: np.floor(255 * x), ["grey 0..1"]),
    "/ 255 once too often": (lambda x, t: x / 255, ["grey 0..255", "colour 0..255"]),
    "all x 1000": (lambda x, t: 1000 * x, ["normal", "lognormal", "series"]),
    "one column x 1000": (lambda x, t: x * ([1000] + [1] * (x.shape[1] - 1)), MOST[:4]),
    "columns reversed": (lambda x, t: x[:, ::-1], ["normal", "mixed"]),
    "standardised twice, by training's": (standardised, MOST),
    "standardised twice, by its own": (lambda x, t: standardised(x, x) if len(x) > 1 else None, MOST),
    "not standardised": (lambda x, t: x, ["normal", "series", "colour 0..255"]),
}
