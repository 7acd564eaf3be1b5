"""The forward pass: the only code that calls the model."""

from __future__ import annotations

from .forward import TILE_BYTES, Outcome, Run, forward
from .state import ModelState, state_of
from .structure import fill, flatten, pack
from .train import evaluate, keep_variables, make_ready, renew, train

__all__ = [
    "TILE_BYTES",
    "ModelState",
    "Outcome",
    "Run",
    "evaluate",
    "fill",
    "flatten",
    "forward",
    "keep_variables",
    "make_ready",
    "pack",
    "renew",
    "state_of",
    "train",
]
