"""The forward pass: the only code that calls the model."""

from __future__ import annotations

from .forward import ForwardError, forward

__all__ = ["ForwardError", "forward"]
