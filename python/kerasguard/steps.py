"""The few things that can be done to an array on its way into the model. Rules choose them, `apply` does them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Order = Literal["C", "F"]


@dataclass(frozen=True)
class Reshape:
    """Give each sample the shape `tail`; `order` as in numpy.reshape. `samples` None keeps the first axis."""

    tail: tuple[int, ...]
    order: Order = "C"
    samples: int | None = None


@dataclass(frozen=True)
class Transpose:
    """Permute the axes, as numpy.transpose."""

    axes: tuple[int, ...]


@dataclass(frozen=True)
class Stack:
    """Put the elements of a list one after the other on a new samples axis."""


@dataclass(frozen=True)
class Columns:
    """Take these columns of a table, 0-based, in this order."""

    indices: tuple[int, ...]


Step = Reshape | Transpose | Stack | Columns
