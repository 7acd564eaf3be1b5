"""kerasguard: guard every prediction of a Keras model."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# A module is loaded when one of its names is asked for: `check_environment()` works where numpy does not, and nobody
# waits for what is not called.
_NAMES = {
    "api": (
        "blueprint", "check_input", "learn_blueprint", "safe_evaluate", "safe_fit", "safe_predict",
        "validate_and_coerce",
    ),
    "environment": ("EnvironmentReport", "check_environment"),
    "errors": (
        "ColumnNotFoundError", "DTypeError", "EnvironmentCheckError", "InputStructureError", "KerasGuardError",
        "KerasGuardWarning", "LabelError", "MissingValueError", "ModelLoadError", "RepairNotice", "ShapeError",
    ),
    "explain": ("Explanation", "explain_error", "explaining"),
    "guarding": ("Guarded",),
    "guarding.calls": ("guard", "unguard"),
    "loading": ("safe_load_model", "safe_save_model"),
    "model_check": ("ModelCheck", "check_model"),
    "report": ("Report",),
    "scoring": ("Scored", "score_dataset", "score_frame"),
}  # fmt: skip
_HOMES = {name: home for home, names in _NAMES.items() for name in names}

__all__ = sorted(_HOMES)

if TYPE_CHECKING:  # editors and type checkers see the same
    from .api import (  # noqa: F401
        blueprint,
        check_input,
        learn_blueprint,
        safe_evaluate,
        safe_fit,
        safe_predict,
        validate_and_coerce,
    )
    from .environment import EnvironmentReport, check_environment  # noqa: F401
    from .errors import (  # noqa: F401
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
    from .explain import Explanation, explain_error, explaining  # noqa: F401
    from .guarding import Guarded  # noqa: F401
    from .guarding.calls import guard, unguard  # noqa: F401
    from .loading import safe_load_model, safe_save_model  # noqa: F401
    from .model_check import ModelCheck, check_model  # noqa: F401
    from .report import Report  # noqa: F401
    from .scoring import Scored, score_dataset, score_frame  # noqa: F401


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    except Exception as error:  # of numpy: nothing else is imported here, and a file of that name raises anything
        from .environment import start_error

        raise start_error(error) from error
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
