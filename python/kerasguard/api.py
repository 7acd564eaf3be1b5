"""The public functions. They read as the path of data, and are the only place in Python that raises."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

from .apply import apply_plan
from .engine import ModelState, Run, fill, forward, state_of
from .errors import FAMILY_ERRORS, KerasGuardError, KerasGuardWarning, RepairNotice
from .messages import family_of, keras_sentence, render, render_problems
from .observe import Observed, observe
from .options import Options
from .plan import InputPlan, Plan, make_plan, object_at
from .progress import progress_bar, shown
from .report import Call, Diagnosis, Finding, Notice, Repair, Report
from .rules.values import check_values
from .signature import is_model
from .tiles import Tiles


def safe_predict(
    model: Any,
    x: Any,
    *,
    batch_size: int | str | None = None,
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
        batch_size: Samples per batch, as in `keras.Model.predict` (32 when not given): exactly its numbers. "auto"
            takes large batches: faster, the same within float32 rounding.
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
    options = Options(order, repairs, batch_size, steps)
    job = start(Call("safe_predict"), model, observe(x), options)
    value = run(job, Run(shown(verbose), callbacks, progress_bar(verbose)))
    tell(job.report, options, job.state)
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
    job = start(Call("validate_and_coerce"), model, observe(x), options)
    inputs = convert(job)
    tell(job.report, options, job.state)
    return inputs


def check_input(model: Any, x: Any, *, order: str | None = None) -> Report:
    """Tell everything `safe_predict` would repair, tell or refuse, without predicting and without raising.

    Args:
        model: A Keras model.
        x: As in `safe_predict`.
        order: As in `safe_predict`.

    Returns:
        A `Report`: `.ok`, `.problems`, `.notes`, `.codes`; printing it shows them in words.
    """
    job = start(Call("check_input"), model, observe(x), Options(order))
    convert(job)
    return job.report


@dataclass
class Job:
    """One call on its way: what came, what is known of the model, and what was found so far."""

    call: Call
    options: Options
    model: Any
    observed: Observed
    state: ModelState | None = None
    plan: Plan | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def report(self) -> Report:
        """All findings so far."""
        return Report(self.call, tuple(self.findings))

    @property
    def ok(self) -> bool:
        """Whether the data can be predicted, as far as is known."""
        return self.plan is not None and bool(self.plan.inputs)

    def objects(self) -> list[tuple[InputPlan, Observed]]:
        """Every input's plan with its data."""
        inputs = self.plan.inputs if self.plan else ()
        return [(item, object_at(item.path, self.observed)) for item in inputs]


def start(call: Call, model: Any, observed: Observed, options: Options) -> Job:
    """Observed data -> signature -> plan, remembered per kind of data."""
    job = Job(call, options, model, observed)
    wrong = _check_model(model, observed, call)
    if wrong:
        job.findings.append(wrong)
        return job
    job.state = state = state_of(model)
    call.model_name = state.signature.name
    kind = observed.kind
    if kind.children or observed.cells or observed.holes:
        plan = make_plan(state.signature, observed, options)
    else:
        plan = state.plan_for((kind, options, observed.arg), lambda: make_plan(state.signature, observed, options))
    job.plan = plan
    job.findings += plan.findings
    if state.is_stale:
        job.findings.append(Notice("model_changed", "model", "message", {}, once=True))
    return job


def look_closer(job: Job) -> list[Finding]:
    """Measure all values and judge them: what a tile's lowest and highest value could not tell."""
    found: list[Finding] = []
    for item, observed in job.objects():
        _, measured = apply_plan(item, observed)
        found += [f for f in check_values(item.leaf(observed), measured, job.options) if f not in found]
    return found


def convert(job: Job) -> Any:
    """Data -> model-ready arrays in the model's structure, as a whole; None where there are problems."""
    arrays = []
    for item, observed in job.objects():
        array, measured = apply_plan(item, observed)
        arrays.append(array)
        job.findings += [f for f in check_values(item.leaf(observed), measured, job.options) if f not in job.findings]
    return fill(job.plan.structure, arrays) if job.plan and arrays and job.report.ok else None


def run(job: Job, how: Run) -> Any:
    """Data -> prediction, tile by tile; None where there are problems."""
    if not job.ok or job.state is None or job.plan is None:
        return None
    tiles = [Tiles(item, observed) for item, observed in job.objects()]
    outcome = forward(job.model, job.state, job.plan, tiles, lambda: look_closer(job), how)
    job.findings += [finding for finding in outcome.found if finding not in job.findings]
    if outcome.error is not None:
        facts = {"error": type(outcome.error).__name__, "sentence": keras_sentence(outcome.error)}
        job.findings.append(Diagnosis("model_failed", "model", facts))
    if outcome.healed:
        job.findings.append(Repair("model_healed", "model", "message"))
    return outcome.value


def _check_model(model: Any, observed: Observed, call: Call) -> Diagnosis | None:
    if is_model(model):
        return None
    if is_model(observed.data):
        return Diagnosis("structure_swapped", observed.arg)
    return Diagnosis("structure_model", "model", {"cls": call.model_class or type(model).__name__})


def worth_telling(report: Report, options: Options, state: ModelState | None) -> list[Finding]:
    """The notes a user should hear of: no mere reports, no repairs when quiet, things of the model only once."""
    notes = []
    for note in report.notes:
        if note.level == "report" or (options.repairs == "quiet" and note.level == "message"):
            continue
        if isinstance(note, Notice) and note.once and state is not None:
            if note.code in state.told:
                continue
            state.told.add(note.code)
        notes.append(note)
    return notes


def tell(report: Report, options: Options, state: ModelState | None) -> None:
    """Raise the problems of a report, or warn of its notes."""
    if report.problems:
        first = report.problems[0]
        family = FAMILY_ERRORS.get(family_of(first.code), KerasGuardError)
        raise family(render_problems(report), report, first.code)
    for note in worth_telling(report, options, state):
        category = RepairNotice if note.level == "message" else KerasGuardWarning
        warning = category(render(note, report.call).text)
        warning.code = note.code
        warnings.warn(warning, stacklevel=3)
