"""The public functions. They read as the path of data, and are the only place in Python that raises."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from .blueprint import Blueprint, blueprint_of
from .engine import ModelState, Run
from .errors import FAMILY_ERRORS, KerasGuardError, KerasGuardWarning, RepairNotice
from .job import convert, learn, look, run, start, worth_telling
from .messages import family_of, render, render_problems
from .observe import observe
from .options import Options
from .progress import progress_bar, shown
from .report import Call, Diagnosis, Report
from .signature import is_model


def safe_predict(
    model: Any,
    x: Any,
    *,
    batch_size: int | str | None = None,
    verbose: Any = "auto",
    steps: int | None = None,
    callbacks: Any = None,
    missing: str = "refuse",
    order: str | None = None,
    repairs: str = "tell",
) -> Any:
    """Predict with `model`, after checking `x` against what the model expects.

    Args:
        model: A built Keras model.
        x: Array, tensor, sparse matrix, data frame (pandas, polars, pyarrow ...), records, list or dict of arrays,
            `(samples, *spec.shape[1:])` per input; a missing samples axis or axis of 1 is added. Columns of a data
            frame go to named inputs by name, and into the order that `learn_blueprint` saw. Or a stream of batches:
            a `tf.data.Dataset`, `keras.utils.PyDataset`, torch `DataLoader`, generator or iterator that gives x,
            (x, y) or (x, y, weights). A stream keeps its own batches, and a single one with a problem leaves no answer.
        batch_size: Samples per batch, as in `keras.Model.predict` (32 when not given): exactly its numbers. "auto"
            takes large batches: faster, the same within float32 rounding.
        verbose: As in Keras; "auto" draws nothing where the output is no terminal.
        steps: How many batches to stop after, as in Keras; an endless stream needs it.
        callbacks: As in Keras.
        missing: What to do about missing values (NaN, None, masked, NA): `"refuse"`; `"na_rows"`: their samples
            come back NaN, the others as if predicted without them; `"pass"`: NaN goes to a model that handles it.
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
        MissingValueError: If a value is infinite, or missing and `missing` does not let it stand.
        ColumnNotFoundError: If a named input has no column, or a column of training is not there.
        KerasGuardError: If the model was never built, or Keras itself fails.
    """
    options = Options(order, repairs, batch_size, steps, missing)
    job = start(Call("safe_predict"), model, observe(x), options)
    unit = "sample" if job.observed.stream is None else "step"
    value = run(job, Run(shown(verbose), callbacks, progress_bar(verbose, unit)))
    tell(job.report, options, job.state)
    return value


def validate_and_coerce(
    model: Any, x: Any, *, missing: str = "refuse", order: str | None = None, repairs: str = "tell"
) -> Any:
    """Give `x` the form that `model.predict` takes, without predicting.

    Args:
        model: A built Keras model.
        x: As in `safe_predict`.
        missing: `"refuse"` or `"pass"`, as in `safe_predict`.
        order: As in `safe_predict`.
        repairs: As in `safe_predict`.

    Returns:
        C-ordered arrays of the declared rank and number type (float32 unless the input declares another), as
        one array, or a list or dict of arrays as the model wants. Of a stream a generator of tuples (inputs,
        then targets and weights as they came), each checked when it is drawn; `model.predict` takes it.

    Raises:
        KerasGuardError: As `safe_predict`, but for errors of the model's own forward pass.
    """
    options = Options(order, repairs, missing=missing, predicts=False)
    job = start(Call("validate_and_coerce"), model, observe(x), options)
    inputs = convert(job)
    tell(job.report, options, job.state)
    return inputs if job.observed.stream is None else checked_batches(inputs, options, job.state)


def check_input(model: Any, x: Any, *, missing: str = "refuse", order: str | None = None) -> Report:
    """Tell everything `safe_predict` would repair, tell or refuse, without predicting and without raising.

    Args:
        model: A Keras model.
        x: As in `safe_predict`.
        missing: As in `safe_predict`.
        order: As in `safe_predict`.

    Returns:
        A `Report`: `.ok`, `.problems`, `.notes`, `.codes`; printing it shows them in words. All batches of a
        stream are looked at if it tells its length and is not shuffled; of a generator none is drawn.
    """
    job = start(Call("check_input"), model, observe(x), Options(order, missing=missing))
    look(job)
    return job.report


def learn_blueprint(model: Any, x: Any, y: Any = None) -> Blueprint | None:
    """Remember what training saw: for `safe_predict`, and in the files of `safe_save_model`.

    For models that were trained elsewhere or by a plain `fit`.

    Args:
        model: A built Keras model.
        x: The training data, or some rows of it, in the form and order that the model was trained on. Names of
            columns are remembered, and of each feature its range, mean, sd and missing values (none of text and ids;
            of more than 4096 features one range for all, of such a table the names alone).
        y: Their targets: the classes behind the model's units come from the levels of a category, from text, from the
            columns of one-hot targets, or are the codes themselves. A list or dict of them for several outputs.

    Returns:
        The `Blueprint`. It belongs to the model object and the weights that it has now: a later call replaces it,
        `model.save` drops it, and once the model is trained on, it moves no columns.

    Raises:
        KerasGuardError: If `x` does not have the form that the model takes.
        LabelError: If `y` has not one target per sample.
    """
    options = Options(missing="pass")
    job = start(Call("learn_blueprint"), model, observe(x), options)
    found = learn(job, None if y is None else observe(y, "y"))
    tell(job.report, options, job.state)
    return found


def blueprint(model: Any) -> Blueprint | None:
    """What is known of the model's training data.

    Args:
        model: A Keras model.

    Returns:
        The `Blueprint` that `learn_blueprint` or `safe_load_model` left, which prints as a table; None where there is
        none. `.inputs` with `.columns`, `.outputs` with `.classes`; `.stale` where the model was trained on since.

    Raises:
        InputStructureError: If `model` is no model.
    """
    if not is_model(model):
        call = Call("blueprint")
        tell(Report(call, (Diagnosis("structure_model", "model", {"cls": type(model).__name__}),)), Options(), None)
    return blueprint_of(model)


def checked_batches(batches: Iterator[tuple[Any, Report]], options: Options, state: ModelState | None) -> Iterator[Any]:
    """Model-ready batches as they pass; the first one with a problem raises."""
    for batch, report in batches:
        tell(report, options, state)
        yield batch


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
