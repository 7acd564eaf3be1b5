"""kerasguard: guard every prediction of a Keras model."""

from .api import (
    blueprint,
    check_input,
    learn_blueprint,
    safe_evaluate,
    safe_fit,
    safe_predict,
    validate_and_coerce,
)
from .environment import EnvironmentReport, check_environment
from .errors import (
    ColumnNotFoundError,
    DTypeError,
    EnvironmentCheckError,
    InputStructureError,
    KerasGuardError,
    KerasGuardWarning,
    LabelError,
    MissingValueError,
    ModelLoadError,
    RepairNotice,
    ShapeError,
)
from .explain import Explanation, explain_error, explaining
from .loading import safe_load_model, safe_save_model
from .model_check import ModelCheck, check_model
from .report import Report

__version__ = "0.1.0"

__all__ = [
    "ColumnNotFoundError",
    "DTypeError",
    "EnvironmentCheckError",
    "EnvironmentReport",
    "Explanation",
    "InputStructureError",
    "KerasGuardError",
    "KerasGuardWarning",
    "LabelError",
    "MissingValueError",
    "ModelCheck",
    "ModelLoadError",
    "RepairNotice",
    "Report",
    "ShapeError",
    "blueprint",
    "check_environment",
    "check_input",
    "check_model",
    "explain_error",
    "explaining",
    "learn_blueprint",
    "safe_evaluate",
    "safe_fit",
    "safe_load_model",
    "safe_predict",
    "safe_save_model",
    "validate_and_coerce",
]
