"""kerasguard: guard every prediction of a Keras model."""

from .api import check_input, learn_blueprint, safe_evaluate, safe_fit, safe_predict, validate_and_coerce
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
from .loading import safe_load_model
from .report import Report

__version__ = "0.1.0"

__all__ = [
    "ColumnNotFoundError",
    "DTypeError",
    "EnvironmentCheckError",
    "EnvironmentReport",
    "InputStructureError",
    "KerasGuardError",
    "KerasGuardWarning",
    "LabelError",
    "MissingValueError",
    "ModelLoadError",
    "RepairNotice",
    "Report",
    "ShapeError",
    "check_environment",
    "check_input",
    "learn_blueprint",
    "safe_evaluate",
    "safe_fit",
    "safe_load_model",
    "safe_predict",
    "validate_and_coerce",
]
