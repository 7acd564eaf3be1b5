"""Scores a data set of files: input path -> footers -> folder of results -> an engine -> what there is to tell."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..engine import ModelState, state_of
from ..guarding import live
from ..messages.scoring import scored_line
from ..options import Options, check_options, is_among, is_whole, shown
from ..progress import progress_bar
from ..report import Call, Diagnosis, Finding, Report
from ..rules.arguments import check_verbose
from ..rules.held import not_a_model
from ..rules.model import check_built
from ..signature import is_model, make_signature
from .batch import Refused, Scorer
from .columns import Columns
from .identity import job_of
from .local import Progress, run_local
from .output import OutputFolder
from .preflight import open_dataset

ENGINES = ("local", "spark")


@dataclass(frozen=True)
class Scored:
    """What came of scoring a data set.

    Attributes:
        output_path: The folder of results.
        files: How many files are in it.
        files_resumed: How many of them were done by an earlier call.
        rows: Rows of all files.
        rows_missing: Rows of all files without a prediction, as values are missing.
        seconds: How long this call took.
        report: All that was found.
    """

    output_path: str
    files: int
    files_resumed: int
    rows: int
    rows_missing: int
    seconds: float
    report: Report

    def __str__(self) -> str:
        return scored_line(self)

    __repr__ = __str__


Scored.__module__ = "kerasguard.scoring"


@dataclass(frozen=True)
class Request:
    """What was asked for beside the model and how to predict, as it came."""

    input_path: Any
    output_path: Any
    columns: Any = None
    keep: Any = None
    engine: Any = "local"
    batch_rows: Any = 65536
    resume: Any = True
    verbose: Any = "auto"


def score_dataset(
    model: Any,
    input_path: str | os.PathLike[str],
    output_path: str | os.PathLike[str],
    *,
    columns: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    keep: Sequence[str] | None = None,
    engine: str = "local",
    batch_rows: int = 65536,
    missing: str = "refuse",
    resume: bool = True,
    type: str = "raw",
    threshold: float = 0.5,
    order: str | None = None,
    novel_levels: str = "refuse",
    repairs: str = "tell",
    verbose: Any = "auto",
) -> Scored:
    """Predict all rows of Parquet or csv files, and write them with their predictions to files of the same names.

    Memory stays flat however many rows there are. A call that was ended in any way, `kill -9` too, is taken up again by
    the same call: files that are done stay as they are, and no row is lost or doubled.

    Args:
        model: A built Keras model, or a guard of one.
        input_path: A file, a folder, or a pattern as `"data/*.parquet"`.
        output_path: A folder, made if it is not there: a file per input file, then an empty file `_SUCCESS`. It must
            hold nothing else than results of this model with these options; new input files are added.
        columns: The columns that the model takes, in its order; of several inputs a dict of them by the input's name.
            None: those that training saw, or that are named as the inputs are; else all. A column whose cells are
            lists is an array `(rows, ...)`.
        keep: The columns of the input to keep beside the predictions, None: all.
        engine: `"local"`: here; `"spark"`: on Spark, by the session there is or one of this machine.
        batch_rows: Rows that are read, predicted and written at once. No number depends on it.
        missing: As in `safe_predict`; rows that `"na_rows"` leaves out have a null prediction.
        resume: Whether to go on with what is in `output_path`; False: it must be empty.
        type: As in `safe_predict`.
        threshold: As in `safe_predict`.
        order: As in `safe_predict`.
        novel_levels: As in `safe_predict`.
        repairs: As in `safe_predict`.
        verbose: As in `safe_predict`; the bar counts rows of all files.

    Returns:
        A `Scored`: `.files`, `.rows`, `.rows_missing`, `.seconds` ... In the files a column per output follows the
        original ones: `.pred`, of several outputs `.pred_<name>`, float32 as the model gives it, of several units a
        list per row (in csv `.pred_1`, `.pred_2` ...). With `type="class"` the text `.pred_class`, with `type="prob"`
        doubles `.pred_<class>`. The numbers are those of `model.predict` within rounding, and the same bits whatever
        files, `batch_rows`, engine or interruptions the rows came through.

    Raises:
        InputStructureError: If `model` is no model, or a path or option is not what it must be.
        ColumnNotFoundError: If a column is not there, or another name is taken.
        MissingValueError: If values are missing and `missing` does not let them stand.
        KerasGuardError: As `safe_predict`, of the file and row that the message names; or if a file can't be read or
            written, or `output_path` holds anything else. What is done stays done.
    """
    from ..api import tell  # which knows this function

    options = Options(order, repairs, missing=missing, type=type, threshold=threshold, novel_levels=novel_levels)
    request = Request(input_path, output_path, columns, keep, engine, batch_rows, resume, verbose)
    call = Call("score_dataset", x="input_path")
    scored, report, state = score_with_report(call, model, request, options)
    tell(report, options, state)
    assert scored is not None
    return scored


def score_with_report(
    call: Call, model: Any, request: Request, options: Options, progress: Progress | None = None
) -> tuple[Scored | None, Report, ModelState | None]:
    """What `score_dataset` does, without raising.

    Args:
        call: Who is spoken to.
        model: A model, or a guard of one.
        request: What to score, and where to.
        options: How to predict.
        progress: Told of rows done and rows in all, None while unknown, in place of the bar of `verbose`.
    """
    began = time.monotonic()
    paths = _path(request.input_path, "IN_FOLDER"), _path(request.output_path, "OUT_FOLDER")
    call.paths = paths
    problems: tuple[Any, ...] = tuple(check_request(request, options))
    if problems:
        return None, Report(call, problems), None
    scorer = Scorer(model, call, options, as_columns(request.columns), as_names(request.keep))
    opened, found = live(model, call)
    scorer.findings += found
    problems = tuple(f for f in found if isinstance(f, Diagnosis)) or check_model(opened, call)
    if problems:
        return None, Report(call, problems), None
    state = state_of(opened)
    call.model_name = state.signature.name
    bar = progress or progress_bar(request.verbose, "row")
    try:
        output, resumed = _run(scorer, opened, request, bar)
    except Refused as refused:
        return None, refused.report, state
    done, report = output.done.values(), Report(call, tuple(scorer.findings))
    rows, rows_missing = sum(file.rows for file in done), sum(file.rows_missing for file in done)
    seconds = time.monotonic() - began
    return Scored(paths[1], len(done), resumed, rows, rows_missing, seconds, report), report, state


def _run(scorer: Scorer, model: Any, request: Request, progress: Progress | None) -> tuple[OutputFolder, int]:
    """All files scored; how many of them were before."""
    assert scorer.call.paths is not None
    input_path, output_path = scorer.call.paths
    dataset = open_dataset(scorer, input_path)
    output = OutputFolder(output_path, job_of(scorer, model, dataset.schema), dataset.files, scorer.call)
    output.claim(bool(request.resume))
    try:
        resumed = len(output.done)
        if output.todo:
            if request.engine == "spark":
                from .spark import run_spark

                run_spark(scorer, dataset, output, int(request.batch_rows), progress)
            else:
                run_local(scorer, dataset, output, int(request.batch_rows), progress)
        output.finish()
    finally:
        output.close()
    return output, resumed


def check_model(model: Any, call: Call) -> tuple[Finding, ...]:
    """Whether it is a model that was built."""
    if not is_model(model):
        return (not_a_model(model, call),)
    return tuple(check_built(make_signature(model)))


def check_request(request: Request, options: Options) -> tuple[Finding, ...]:
    """Every option, before anything is opened."""
    found: list[Any] = list(check_options(options))
    for name in ("input_path", "output_path"):
        path = getattr(request, name)
        if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
            found.append(Diagnosis("score_path", name, {"value": shown(path)}))
    for name, value, choices in (("engine", request.engine, ENGINES), ("resume", request.resume, (True, False))):
        if not (isinstance(value, bool) if name == "resume" else is_among(value, choices)):
            found.append(
                Diagnosis("option_value", name, {"value": shown(value), "choices": choices, "first": choices[0]})
            )
    if not (is_whole(request.batch_rows) and request.batch_rows >= 1):
        found.append(Diagnosis("option_count", "batch_rows", {"value": shown(request.batch_rows)}))
    for name, value in (("columns", request.columns), ("keep", request.keep)):
        parts = value.values() if name == "columns" and isinstance(value, Mapping) else [value]
        if value is not None and not all(map(_are_names, parts)):
            found.append(Diagnosis("score_names", name, {"value": shown(value)}))
    return (*found, *check_verbose(request.verbose))


def _path(value: Any, placeholder: str) -> str:
    return os.fsdecode(value) if isinstance(value, (str, os.PathLike)) else placeholder


def _are_names(value: Any) -> bool:
    if isinstance(value, str):  # R's vector of one
        return True
    return isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value)


def as_names(value: Any) -> tuple[str, ...] | None:
    """Names of columns; one alone may come without its list."""
    return None if value is None else (value,) if isinstance(value, str) else tuple(value)


def as_columns(value: Any) -> Columns:
    """The same, by input where there are several."""
    if isinstance(value, Mapping):
        return {str(name): as_names(names) or () for name, names in value.items()}
    return as_names(value)
