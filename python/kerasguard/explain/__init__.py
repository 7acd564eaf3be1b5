"""Raw errors of Keras and TensorFlow -> the cause, and the line that mends it."""

from __future__ import annotations

from .explain import explain, explain_error, explaining
from .explanation import Explanation

__all__ = ["Explanation", "explain", "explain_error", "explaining"]
