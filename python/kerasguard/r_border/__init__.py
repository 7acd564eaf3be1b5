"""The border to R: one call each way. R's description comes in, plain data goes out; nothing is raised across it."""

from __future__ import annotations

from .calls import (
    blueprint,
    check_input,
    learn_blueprint,
    refuse,
    safe_load_model,
    safe_predict,
    safe_save_model,
    validate_and_coerce,
    write_code_as,
)
from .guard import guard, open_guard, unguard
from .look import check_model, explain_error
from .rows import read_scored
from .scoring import score_dataset, score_frame
from .training import finish_evaluate, finish_fit, prepare_evaluate, prepare_fit, run_evaluate, run_fit

__all__ = [
    "blueprint",
    "check_input",
    "check_model",
    "explain_error",
    "finish_evaluate",
    "finish_fit",
    "guard",
    "learn_blueprint",
    "open_guard",
    "prepare_evaluate",
    "prepare_fit",
    "read_scored",
    "refuse",
    "run_evaluate",
    "run_fit",
    "safe_load_model",
    "safe_predict",
    "safe_save_model",
    "score_dataset",
    "score_frame",
    "unguard",
    "validate_and_coerce",
    "write_code_as",
]
