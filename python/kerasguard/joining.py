"""Several batches as one, and their answers as one."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np

from .engine import fill
from .engine.structure import flatten, pack
from .observe import Observed


def behind(parts: list[Observed]) -> Observed:
    """Observed batches one behind the other, in the structure of the first."""
    first = parts[0]
    if first.kind.kind != "array":
        children = tuple(behind(list(same)) for same in zip(*(part.children for part in parts), strict=True))
        return replace(first, children=children, table=None)
    data = np.concatenate([part.data for part in parts])
    return replace(first, data=data, shape=data.shape, children=())


def joined(values: list[Any]) -> Any:
    """The answers to all batches as one, in the structure of the model's outputs."""
    parts = zip(*map(flatten, values), strict=True)
    return fill(pack(values[0]), [_join(list(part)) for part in parts])


def _join(parts: list[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    if not all(isinstance(part, np.ndarray) for part in parts):
        import tensorflow as tf

        return tf.concat(parts, axis=0)
    if parts[0].ndim == 0:
        return np.stack(parts)
    sizes = {part.shape[1:] for part in parts}
    if len(sizes) == 1 or "tensorflow" not in sys.modules:  # ragged tensors are TensorFlow's: predict() fails as well
        return np.concatenate(parts)
    import tensorflow as tf

    # as predict(): answers of unlike sizes are a ragged tensor, uniform behind the last axis that differs
    last = max(i for i in range(1, parts[0].ndim) if len({part.shape[i] for part in parts}) > 1)
    return tf.concat([tf.RaggedTensor.from_tensor(part, ragged_rank=last) for part in parts], axis=0)
