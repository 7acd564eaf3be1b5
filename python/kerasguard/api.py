"""The public functions. They read as the path of data, and are the only place in Python that raises."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from .apply import apply_plan
from .engine import ForwardError, forward
from .errors import FAMILY_ERRORS, KerasGuardError, KerasGuardWarning, RepairNotice
from .messages import family_of, keras_sentence, render, render_problems
from .observe import Observed, observe
from .options import Options
from .plan import Plan, make_plan
from .report import Call, Diagnosis, Finding, Notice, Repair, Report
from .rules.model import check_outputs
from .rules.values import check_values
from .signature import is_model, make_signature


def safe_predict(
    model: Any,
    x: Any,
    *,
    batch_size: int | None = None,
    verbose: Any = "auto",
    steps: int | None = None,
    callbacks: Any = None,
    order: str | None = None,
    repairs: str = "tell",
) -> Any:
    """Predict with `model`, after checking `x` against what the model expects.

    Args:
        model: A built Keras model.
        x: Array, data frame, list or dict of arrays, `(samples, *spec.shape[1:])` per input; a missing samples
            axis or axis of 1 is added. Columns of a data frame go to named inputs by name.
        batch_size: Samples per batch, as in `keras.Model.predict` (32 when not given).
        verbose: As in Keras; "auto" draws nothing where the output is no terminal.
        steps: As in Keras.
        callbacks: As in Keras.
        order: How flat columns fill the axes, as in `numpy.reshape`: `"C"` (for an LSTM step by step:
            t1_f1 t1_f2 ... t2_f1 ...), `"F"`, or `None`: column names tell, else `"C"` with a warning.
        repairs: `"tell"` of every repair, `"quiet"`, or `"refuse"` all but changes of storage and number type.

    Returns:
        What `model.predict` returns for hand-prepared input: a float array `(samples, *output_shape[1:])`, or a
        list or dict of them, rows in the order of `x`. No rows give an answer of no rows.

    Raises:
        InputStructureError: If `model` is no model, or `x` is no data or not one array per input.
        ShapeError: If `x` cannot be given the expected shape in exactly one way.
        DTypeError: If values are no numbers or the model's number type cannot hold them.
        MissingValueError: If a value is missing or infinite.
        ColumnNotFoundError: If a named input has no column.
        KerasGuardError: If the model was never built, or Keras itself fails.
    """
    call = Call("safe_predict")
    options = Options(order, repairs, batch_size, steps)
    run = {"verbose": verbose, "callbacks": callbacks}
    ready = prepare(call, model, lambda: observe(x), options)
    value, report = predict_with_report(ready, model, run)
    tell(report, options, model)
    return value


def validate_and_coerce(model: Any, x: Any, *, order: str | None = None, repairs: str = "tell") -> Any:
    """Give `x` the form that `model.predict` takes, without predicting.

    Args:
        model: A built Keras model.
        x: As in `safe_predict`.
        order: As in `safe_predict`.
        repairs: As in `safe_predict`.

    Returns:
        C-ordered arrays of the declared rank and number type (float32 unless the input declares another), as
        one array, or a list or dict of arrays as the model wants.

    Raises:
        KerasGuardError: As `safe_predict`, but for errors of the model's own forward pass.
    """
    options = Options(order, repairs)
    ready = prepare(Call("validate_and_coerce"), model, lambda: observe(x), options)
    tell(ready.report, options, model)
    return ready.inputs


def check_input(model: Any, x: Any, *, order: str | None = None) -> Report:
    """Tell everything `safe_predict` would repair, tell or refuse, without predicting and without raising.

    Args:
        model: A Keras model.
        x: As in `safe_predict`.
        order: As in `safe_predict`.

    Returns:
        A `Report`: `.ok`, `.problems`, `.notes`, `.codes`; printing it shows them in words.
    """
    return prepare(Call("check_input"), model, lambda: observe(x), Options(order)).report


@dataclass(frozen=True)
class Prepared:
    """Model-ready `inputs`, None where the report has problems."""

    inputs: Any
    plan: Plan | None
    report: Report


def predict_with_report(ready: Prepared, model: Any, run: dict[str, Any]) -> tuple[Any, Report]:
    """Run the model: the prediction, None where the report has problems, and the completed report."""
    if ready.plan is None or not ready.report.ok:
        return None, ready.report
    try:
        value, healed = forward(model, ready.inputs, ready.plan, **{**run, "verbose": _verbose(run["verbose"])})
    except ForwardError as error:
        cause = error.__cause__ or error
        facts = {
            "error": type(cause).__name__,
            "sentence": keras_sentence(cause),
            "model": ready.report.call.model_name,
        }
        return None, _with(ready.report, Diagnosis("model_failed", "model", facts))
    note = Repair("model_healed", "model", "message")
    return value, _with(ready.report, note) if healed else ready.report


def prepare(call: Call, model: Any, see: Callable[[], Observed], options: Options) -> Prepared:
    """observe -> signature -> plan -> apply + measure. `see` observes the user's data."""
    observed = see()
    wrong = _check_model(model, observed, call)
    if wrong:
        return Prepared(None, None, Report(call, (wrong,)))
    signature = make_signature(model)
    call = replace(call, model_name=signature.name)
    plan = make_plan(signature, observed, options)
    findings: list[Finding] = [*plan.findings]
    arrays = []
    for item in plan.inputs:
        converted, measured = apply_plan(item)
        arrays.append(converted)
        findings += [f for f in check_values(item.leaf, measured, options) if f not in findings]
    findings += check_outputs(signature)
    report = Report(call, tuple(findings))
    inputs = _fill(plan.structure, arrays) if report.ok and plan.inputs else None
    return Prepared(inputs, plan, report)


def _check_model(model: Any, observed: Observed, call: Call) -> Diagnosis | None:
    if is_model(model):
        return None
    if is_model(observed.data):
        return Diagnosis("structure_swapped", observed.arg)
    return Diagnosis("structure_model", "model", {"cls": call.model_class or type(model).__name__})


def _fill(structure: Any, arrays: list[Any]) -> Any:
    if isinstance(structure, dict):
        return {key: _fill(value, arrays) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure)(_fill(value, arrays) for value in structure)
    return arrays[structure]


def _with(report: Report, finding: Finding) -> Report:
    return replace(report, findings=(*report.findings, finding))


def _verbose(verbose: Any) -> Any:
    # a progress bar in a log or a notebook of results is noise: "auto" draws on a terminal only
    return (1 if sys.stdout.isatty() else 0) if verbose == "auto" else verbose


_told: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def worth_telling(report: Report, options: Options, model: Any) -> list[Finding]:
    """The notes a user should hear of: no mere reports, no repairs when quiet, things of the model only once."""
    notes = []
    for note in report.notes:
        if note.level == "report" or (options.repairs == "quiet" and note.level == "message"):
            continue
        if isinstance(note, Notice) and note.once:
            codes = _told.setdefault(model, set())
            if note.code in codes:
                continue
            codes.add(note.code)
        notes.append(note)
    return notes


def tell(report: Report, options: Options, model: Any) -> None:
    """Raise the problems of a report, or warn of its notes."""
    if report.problems:
        first = report.problems[0]
        family = FAMILY_ERRORS.get(family_of(first.code), KerasGuardError)
        raise family(render_problems(report), report, first.code)
    for note in worth_telling(report, options, model):
        category = RepairNotice if note.level == "message" else KerasGuardWarning
        warning = category(render(note, report.call).text)
        warning.code = note.code
        warnings.warn(warning, stacklevel=3)
