"""The small tree of errors and warnings. Every error carries the whole `report` and a stable `code`."""

from __future__ import annotations

from .report import Report


class KerasGuardError(ValueError):
    """There is no right answer to give.

    Attributes:
        report: All that was found in the call.
        code: The stable code of the first problem.
    """

    def __init__(self, message: str, report: Report | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.report = report
        self.code = code

    def __reduce__(self):  # errors cross process borders in parallel work; the default would lose the fields
        return type(self), (self.args[0], self.report, self.code)


class InputStructureError(KerasGuardError):
    """The wrong kind of object, or the wrong number or names of inputs."""


class ShapeError(KerasGuardError):
    """The data cannot be given the expected shape in exactly one way."""


class DTypeError(KerasGuardError):
    """Values that are no numbers, or that the model's number type cannot hold."""


class MissingValueError(KerasGuardError):
    """NA, NaN, None or infinite values."""


class ColumnNotFoundError(KerasGuardError):
    """A column that the model needs is not there."""


class LabelError(KerasGuardError):
    """Targets that do not fit the model's outputs or its loss."""


class ModelLoadError(KerasGuardError):
    """A file that holds no model, or none that can be loaded safely."""


class EnvironmentCheckError(KerasGuardError):
    """Python, TensorFlow or Keras is missing or too old."""


class KerasGuardWarning(UserWarning):
    """An answer was given, and there is a reason to doubt it; `.code` is stable."""

    code: str | None = None


class RepairNotice(KerasGuardWarning):
    """The data was moved, dropped, added to or read in a way the user should know."""


FAMILY_ERRORS: dict[str, type[KerasGuardError]] = {
    "structure": InputStructureError,
    "shape": ShapeError,
    "dtype": DTypeError,
    "missing": MissingValueError,
    "column": ColumnNotFoundError,
    "label": LabelError,
    "load": ModelLoadError,
    "environment": EnvironmentCheckError,
    "model": KerasGuardError,
}

# as users import them: tracebacks name the package, not the file
for _public in (*KerasGuardError.__subclasses__(), KerasGuardError, KerasGuardWarning, RepairNotice):
    _public.__module__ = "kerasguard"
