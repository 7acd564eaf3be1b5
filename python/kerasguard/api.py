"""The public functions. They read as the path of data, and are the only place in Python that raises."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from typing import Any

from .blueprints import Blueprint, blueprint_of
from .engine import ModelState, Run
from .errors import FAMILY_ERRORS, KerasGuardError, KerasGuardWarning, RepairNotice
from .guarding import Guarded
from .job import convert, learn, look, predict, start, worth_telling
from .messages import family_of, render, render_problems
from .observe import observe
from .options import Options
from .progress import progress_bar, shown
from .report import Call, Report
from .restore import as_pandas, pandas_index
from .rules.arguments import check_verbose
from .rules.held import not_a_model
from .signature import is_model
from .training import Parts, Training, prepare
from .training import run as run_training


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
    type: str = "raw",
    threshold: float = 0.5,
    novel_levels: str = "refuse",
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
        type: `"raw"`: the model's numbers; `"class"`: the most probable class, the first of several; `"prob"`: the
            probability of each. The classes are those of training, which `learn_blueprint` saw. Softmax and sigmoid
            give probabilities; of logits they are computed in float64, where the compiled loss says
            `from_logits=True`. A hinge loss has none: the sign of its one unit tells the class (0 is the first).
        threshold: For the two classes of one unit: the second from this probability on (`>=`, as in tidymodels).
        novel_levels: What to do about labels that training did not have, in a column whose levels the blueprint
            knows: `"refuse"`, or `"missing"`: they count as missing values.

    Returns:
        What `model.predict` returns for hand-prepared input, rows in the order of `x`, as a float array
        `(samples, *output_shape[1:])`, or a list or dict of them. No rows give an answer of no rows.

        With `type="class"` a `pandas.Categorical` of all classes of training per output (an object array
        `(samples, steps, ...)` of sequences), missing where the model answers NaN; an output of numbers is refused.
        With `type="prob"` a float64 `pandas.DataFrame` with the index of `x` per output: `.pred_<class>`, one column
        per class; of numbers `.pred`, or `.pred_<column>` of several units, `.pred_1` ... without names.

    Raises:
        InputStructureError: If `model` is no model, or `x` is no data or not one array per input.
        ShapeError: If `x` cannot be given the expected shape in exactly one way.
        ColumnNotFoundError: If a named input has no column, or a column of training is not there or has a new level.
        DTypeError: If values are no numbers or the model's number type cannot hold them.
        MissingValueError: If a value is infinite, or missing and `missing` does not let it stand.
        LabelError: If `type` asks for classes that are not known or can't be told from the model's numbers.
        KerasGuardError: If the model was never built, or Keras itself fails.
    """
    options = Options(
        order, repairs, batch_size, steps, missing, type=type, threshold=threshold, novel_levels=novel_levels
    )
    job = start(Call("safe_predict"), model, observe(x), options)
    job.findings += (wrong := list(check_verbose(verbose)))
    unit = "sample" if job.observed.stream is None else "step"
    value = None if wrong else predict(job, Run(shown(verbose), callbacks, progress_bar(verbose, unit)))
    tell(job.report, options, job.state)
    if type == "raw":
        return value
    keeps_rows = job.plan is not None and job.plan.keeps_rows
    return as_pandas(value, pandas_index(seen for _, seen in job.objects()) if keeps_rows else None)


def safe_fit(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    batch_size: int | None = None,
    epochs: int = 1,
    verbose: Any = "auto",
    callbacks: Any = None,
    validation_split: float = 0.0,
    validation_data: Any = None,
    shuffle: bool = True,
    class_weight: Any = None,
    sample_weight: Any = None,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: Any = 1,
    missing: str = "refuse",
    order: str | None = None,
    label_base: int | None = None,
    repairs: str = "tell",
) -> Any:
    """Train `model`, after checking inputs, targets and weights against the model and its loss.

    Everything is checked before any weight changes. The model remembers what it was trained on (see `blueprint`).

    Args:
        model: A built and compiled Keras model.
        x: As in `safe_predict`.
        y: Targets, `(samples, *output_shape[1:])` per output, or labels: whole numbers from 0, text, or a pandas,
            polars or pyarrow category, whose levels become codes or one-hot rows as the loss wants. A list or a dict
            by output name where there are several outputs.
        batch_size: As in `keras.Model.fit`, like all arguments that are not told here.
        epochs: As in Keras.
        verbose: As in Keras.
        callbacks: As in Keras.
        validation_split: As in Keras: the last rows, which is told where they have other classes than the rest.
        validation_data: A tuple (x, y) or (x, y, weights), checked like the training data.
        shuffle: As in Keras.
        class_weight: A dict from class to weight; names of classes are understood.
        sample_weight: One weight per sample, `(samples,)`.
        initial_epoch: As in Keras.
        steps_per_epoch: As in Keras.
        validation_steps: As in Keras.
        validation_batch_size: As in Keras.
        validation_freq: As in Keras.
        missing: `"refuse"`, or `"pass"` for inputs with NaN that the model handles. Targets must not be missing.
        order: As in `safe_predict`.
        label_base: The number of the first class in `y`: 0 or 1. None refuses labels that seem to start at 1.
        repairs: As in `safe_predict`.

    Returns:
        The `History` that `model.fit` returns.

    Raises:
        LabelError: If targets or weights do not fit the model's outputs or its loss.
        KerasGuardError: As `safe_predict`; or if the model is not compiled.
    """
    options = Options(order, repairs, missing=missing, predicts=False, label_base=label_base)
    is_usable = not isinstance(validation_data, (tuple, list)) or 1 <= len(validation_data) <= 3
    validation = _observe_pair(validation_data) if is_usable else None
    parts = Parts(observe(x), observe(y, "y"), observe(sample_weight, "sample_weight"), class_weight, validation)
    arguments = {
        "batch_size": batch_size, "epochs": epochs, "verbose": verbose, "callbacks": callbacks,
        "validation_split": validation_split, "shuffle": shuffle, "initial_epoch": initial_epoch,
        "steps_per_epoch": steps_per_epoch, "validation_steps": validation_steps,
        "validation_batch_size": validation_batch_size, "validation_freq": validation_freq,
    }  # fmt: skip
    if not is_usable:
        cls = f"a {type(validation_data).__name__} of {len(validation_data)}"
        arguments["validation_data"] = {"class": cls}
    return _trained(prepare(Call("safe_fit"), model, parts, arguments, options), options)


def safe_evaluate(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    batch_size: int | None = None,
    verbose: Any = "auto",
    sample_weight: Any = None,
    steps: int | None = None,
    callbacks: Any = None,
    return_dict: bool = False,
    missing: str = "refuse",
    order: str | None = None,
    label_base: int | None = None,
    repairs: str = "tell",
) -> Any:
    """Compute the loss and metrics of `model`, after checking inputs, targets and weights as `safe_fit` does.

    Args:
        model: A built and compiled Keras model.
        x: As in `safe_predict`.
        y: As in `safe_fit`.
        batch_size: As in `keras.Model.evaluate`, like all arguments that are not told here.
        verbose: As in Keras.
        sample_weight: One weight per sample, `(samples,)`.
        steps: As in Keras.
        callbacks: As in Keras.
        return_dict: As in Keras.
        missing: As in `safe_fit`.
        order: As in `safe_predict`.
        label_base: As in `safe_fit`.
        repairs: As in `safe_predict`.

    Returns:
        What `model.evaluate` returns, the loss, or a list of loss and metrics, or a dict of them.

    Raises:
        LabelError: If targets or weights do not fit the model's outputs or its loss.
        KerasGuardError: As `safe_predict`; or if the model is not compiled.
    """
    options = Options(order, repairs, missing=missing, predicts=False, label_base=label_base)
    parts = Parts(observe(x), observe(y, "y"), observe(sample_weight, "sample_weight"))
    arguments = {
        "batch_size": batch_size, "verbose": verbose, "steps": steps, "callbacks": callbacks,
        "return_dict": return_dict,
    }  # fmt: skip
    return _trained(prepare(Call("safe_evaluate"), model, parts, arguments, options), options)


def _observe_pair(data: Any) -> Any:
    """Validation data in its parts; None where there is none."""
    if data is None:
        return None
    if not isinstance(data, (tuple, list)):  # a data set of batches
        data = (data,)
    x, y, weight = (*data, None, None)[:3]
    names = [f"validation_data[{i}]" for i in range(3)]
    return tuple(observe(part, name) for part, name in zip((x, y, weight), names, strict=True))


def _trained(training: Training, options: Options) -> Any:
    """Tell, and run what may run."""
    tell(training.report, options, training.job.state, depth=4)
    told = len(training.findings)
    value = run_training(training)
    tell(Report(training.call, tuple(training.findings[told:])), options, training.job.state, depth=4)
    return value


def validate_and_coerce(
    model: Any,
    x: Any,
    *,
    missing: str = "refuse",
    order: str | None = None,
    repairs: str = "tell",
    novel_levels: str = "refuse",
) -> Any:
    """Give `x` the form that `model.predict` takes, without predicting.

    Args:
        model: A built Keras model.
        x: As in `safe_predict`.
        missing: `"refuse"` or `"pass"`, as in `safe_predict`.
        order: As in `safe_predict`.
        repairs: As in `safe_predict`.
        novel_levels: As in `safe_predict`.

    Returns:
        C-ordered arrays of the declared rank and number type (float32 unless the input declares another), as
        one array, or a list or dict of arrays as the model wants. Of a stream a generator of tuples (inputs,
        then targets and weights as they came), each checked when it is drawn; `model.predict` takes it.

    Raises:
        KerasGuardError: As `safe_predict`, but for errors of the model's own forward pass.
    """
    options = Options(order, repairs, missing=missing, predicts=False, novel_levels=novel_levels)
    job = start(Call("validate_and_coerce"), model, observe(x), options)
    inputs = convert(job)
    tell(job.report, options, job.state)
    return inputs if job.observed.stream is None else checked_batches(inputs, options, job.state)


def check_input(
    model: Any, x: Any, *, missing: str = "refuse", order: str | None = None, novel_levels: str = "refuse"
) -> Report:
    """Tell everything `safe_predict` would repair, tell or refuse, without predicting and without raising.

    Args:
        model: A Keras model.
        x: As in `safe_predict`.
        missing: As in `safe_predict`.
        order: As in `safe_predict`.
        novel_levels: As in `safe_predict`.

    Returns:
        A `Report` with `.ok`, `.problems`, `.notes` and `.codes`; printing it shows them in words. All batches of a
        stream are looked at if it tells its length and is not shuffled; of a generator none is drawn.
    """
    options = Options(order, missing=missing, novel_levels=novel_levels)
    job = start(Call("check_input"), model, observe(x), options)
    look(job)
    return job.report


def learn_blueprint(model: Any, x: Any, y: Any = None, *, label_base: int | None = None) -> Blueprint | None:
    """Remember what training saw: for `safe_predict`, and in the files of `safe_save_model`.

    For models that were trained elsewhere or by a plain `fit`.

    Columns of categories and text become numbers as they did in training, which the width of the model's input tells:
    a code per level, or a column of 0 and 1 per level (with or without the first) in the column's place.

    Args:
        model: A built Keras model.
        x: The training data, or some rows of it, in the form and order that the model was trained on. Names of
            columns are remembered, and of each feature its range, mean, sd and missing values (none of text and ids;
            of more than 4096 features one range for all, of such a table the names alone).
        y: Their targets: the classes behind the model's units come from the levels of a category, from text, from the
            columns of one-hot targets, or are the codes themselves. A list or dict of them for several outputs.
        label_base: The code of the first level of a column of `x`, 0 or 1, where training had codes.

    Returns:
        The `Blueprint`. It belongs to the model object and the weights that it has now; a later call replaces it,
        `model.save`, `copy.deepcopy`, `pickle` and `clone_model` drop it, and once the model is trained on, it moves no
        columns.

    Raises:
        KerasGuardError: If `x` does not have the form that the model takes.
        LabelError: If `y` has not one target per sample.
    """
    options = Options(missing="pass", label_base=label_base)
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
    if isinstance(model, Guarded):
        return model.blueprint
    if not is_model(model):
        call = Call("blueprint")
        tell(Report(call, (not_a_model(model, call),)), Options(), None)
    return blueprint_of(model)


def checked_batches(batches: Iterator[tuple[Any, Report]], options: Options, state: ModelState | None) -> Iterator[Any]:
    """Model-ready batches as they pass; the first one with a problem raises."""
    for batch, report in batches:
        tell(report, options, state)
        yield batch


def tell(report: Report, options: Options, state: ModelState | None, depth: int = 3) -> None:
    """Raise the problems of a report, or warn of its notes; `depth`: how far up the user's own line is."""
    if report.problems:
        first = report.problems[0]
        family = FAMILY_ERRORS.get(family_of(first.code), KerasGuardError)
        raise family(render_problems(report), report, first.code)
    notes = worth_telling(report, options, state)
    if notes and sys._getframe(depth - 1).f_globals.get("__name__") == Guarded.predict.__module__:
        depth += 1
    for note in notes:
        category = RepairNotice if note.level == "message" else KerasGuardWarning
        warning = category(render(note, report.call).text)
        warning.code = note.code
        warnings.warn(warning, stacklevel=depth)
