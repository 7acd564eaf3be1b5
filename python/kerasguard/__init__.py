"""kerasguard: guard every prediction of a Keras model."""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

# A module is loaded when one of its names is asked for: `check_environment()` works where numpy does not, and nobody
# waits for what is not called.
_OTHERS = {
    "EnvironmentReport": "environment",
    "check_environment": "environment",
    "Explanation": "explain",
    "explain_error": "explain",
    "explaining": "explain",
    "safe_load_model": "loading",
    "safe_save_model": "loading",
    "ModelCheck": "model_check",
    "check_model": "model_check",
    "Report": "report",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "errors" if name.endswith(("Error", "Warning", "Notice")) else _OTHERS.get(name, "api")
    try:
        value = globals()[name] = getattr(import_module(f".{home}", __name__), name)
    except Exception as error:  # of numpy: nothing else is imported here, and a file of that name raises anything
        from .environment import start_error

        raise start_error(error) from error
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """The module `blueprint`, once imported, does not take the place of the function of that name."""

    @property
    def blueprint(self) -> Any:
        from .api import blueprint

        return blueprint

    @blueprint.setter
    def blueprint(self, module: ModuleType) -> None:
        """The import system sets the module here."""


sys.modules[__name__].__class__ = _Package
