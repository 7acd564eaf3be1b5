"""Training and evaluating: x and y checked together, then Keras' own fit() and evaluate()."""

from __future__ import annotations

from .call import finish, prepare, run
from .parts import Parts, Training

__all__ = ["Parts", "Training", "finish", "prepare", "run"]
