"""Doubts about a training as a whole, measured: sorted rows, targets among the inputs, values never scaled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..engine import flatten
from ..job import Job
from ..model_graph import layers_of
from ..report import Finding
from ..rules.training import FEWEST_ROWS, LARGE, check_leak, check_scale, check_split
from .targets import Target

BLOCK_VALUES = 2**22  # looked at at a time
# layers after which the size of what came no longer matters
SCALING = frozenset({
    "Normalization", "BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization",
    "RMSNormalization", "Rescaling", "Discretization", "Embedding", "CategoryEncoding", "Hashing", "StringLookup",
    "IntegerLookup", "TextVectorization", "HashedCrossing", "Lambda", "MelSpectrogram", "STFTSpectrogram",
})  # fmt: skip


def check_doubts(job: Job, targets: list[Target], inputs: Any, split: float) -> Iterator[Finding]:
    """Everything that lets the training run and makes its result doubtful."""
    known = [target for target in targets if target.array is not None]
    for target in known:
        yield from _sorted(target, split)
    if inputs is None:
        return
    arrays = flatten(inputs)
    for target in known:
        yield from _leak(job, target, arrays)
    if not any(type(layer).__name__ in SCALING or _is_own(layer) for layer in layers_of(job.model)):
        yield from _unscaled(job, arrays)


def _is_own(layer: Any) -> bool:
    """A layer or operation that is not one of Keras' layers may do anything to the numbers."""
    module = type(layer).__module__
    return not module.startswith(("keras.src.layers", "keras.src.models", "keras.layers", "tf_keras"))


def _sorted(target: Target, split: float) -> Iterator[Finding]:
    codes = target.codes
    if not 0 < split < 1 or codes is None or target.observed is None:
        return
    at = int(len(codes) * (1 - split))
    counts = [Counter(np.rint(part).astype(int).tolist()) for part in (codes[:at], codes[at:])]
    if all(counts):
        names = dict(enumerate(map(str, target.classes or ())))
        yield from check_split(target.observed.arg, split, (counts[0], counts[1]), names)


def _leak(job: Job, target: Target, arrays: list[Any]) -> Iterator[Finding]:
    y = target.array
    assert y is not None
    assert target.observed is not None
    if y.size != len(y) or len(y) < FEWEST_ROWS or (y == y.flat[0]).all():
        return
    values = y.reshape(-1).astype("float32")
    for (item, observed), x in zip(job.objects(), arrays, strict=True):
        if isinstance(x, np.ndarray) and x.ndim == 2 and x.shape[1] > 1:
            # rule most columns out by their first rows
            near = np.flatnonzero((x[:FEWEST_ROWS] == values[:FEWEST_ROWS, None]).all(0))
            same = tuple(int(j) for j in near if np.array_equal(x[:, j], values))
            yield from check_leak(target.observed.arg, observed.arg, same, item.leaf(observed).names)


def _unscaled(job: Job, arrays: list[Any]) -> Iterator[Finding]:
    for (item, observed), x in zip(job.objects(), arrays, strict=True):
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or not x.size or x.ndim < 2:
            continue
        if any(use.kind == "ids" for use in item.spec.uses):
            continue
        flat = x.reshape(-1, x.shape[-1])
        size = max(BLOCK_VALUES // flat.shape[1], 1)
        squares = sum(np.square(flat[i : i + size], dtype="float64").sum(0) for i in range(0, len(flat), size))
        large = np.flatnonzero(np.sqrt(np.asarray(squares) / len(flat)) > LARGE)
        spread = {int(j): (float(flat[:, j].min()), float(flat[:, j].max())) for j in large}
        whole = bool(large.size and (flat[:4096] == np.trunc(flat[:4096])).all())
        names = item.leaf(observed).names if x.ndim == 2 else None
        yield from check_scale(observed.arg, names if names and len(names) == flat.shape[1] else None, spread, whole)
