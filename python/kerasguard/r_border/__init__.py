"""The border to R: one call each way. R's description comes in, plain data goes out; nothing is raised across it."""

from __future__ import annotations

from .calls import check_input, learn_blueprint, safe_load_model, safe_predict, validate_and_coerce
from .training import finish_evaluate, finish_fit, prepare_evaluate, prepare_fit, run_evaluate, run_fit

__all__ = [
    "check_input",
    "finish_evaluate",
    "finish_fit",
    "learn_blueprint",
    "prepare_evaluate",
    "prepare_fit",
    "run_evaluate",
    "run_fit",
    "safe_load_model",
    "safe_predict",
    "validate_and_coerce",
]
