"""The forward pass: the only code that calls the model."""

from __future__ import annotations

from .forward import Outcome, Run, forward
from .state import ModelState, state_of
from .structure import fill, flatten, pack

__all__ = ["ModelState", "Outcome", "Run", "fill", "flatten", "forward", "pack", "state_of"]
