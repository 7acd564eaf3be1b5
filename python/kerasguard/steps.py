"""The few things that can be done to an array on its way into the model. Rules choose them, `apply` does them."""

from __future__ import annotations

from collections.abc import Sequence
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


def chosen_columns(steps: Sequence[Step]) -> tuple[int, ...] | None:
    """The columns to take, None for all."""
    return next((step.indices for step in steps if isinstance(step, Columns)), None)


def moves_of(steps: Sequence[Step]) -> list[Reshape | Transpose]:
    """The steps that are done to one array."""
    return [step for step in steps if isinstance(step, (Reshape, Transpose))]


def moves_samples(step: Step) -> bool:
    """Whether another axis than the first becomes that of the samples."""
    return isinstance(step, Transpose) or (isinstance(step, Reshape) and step.samples is not None)
