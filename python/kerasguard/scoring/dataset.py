"""Scores a data set of files: input path -> footers -> folder of results -> an engine -> what there is to tell."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from ..engine import ModelState, state_of
from ..guarding import live
from ..messages.results import scored_line
from ..options import Options, check_options, is_among, is_whole, shown
from ..progress import progress_bar
from ..report import Call, Diagnosis, Finding, Refused, Report
from ..rules.arguments import check_verbose
from ..rules.held import not_a_model
from ..signature import is_model
from .batch import Scorer
from .columns import Columns
from .files import scheme_of
from .identity import job_of
from .local import Progress, run_local
from .output import OutputFolder
from .preflight import open_dataset
from .spark_folder import SparkFolder

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
    input_path: str | os.PathLike[str] | Sequence[str],
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
        input_path: A file, a folder with all below it, a pattern as `"data/*.parquet"`, or a list of these.
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
        How many files and rows there are, as a `Scored`.

        In the files a column per output follows the original ones: `.pred`, of several outputs `.pred_<name>`, float32
        as the model gives it, of several units a list per row (in csv `.pred_1`, `.pred_2` ...). With `type="class"`
        the text `.pred_class`, with `type="prob"` doubles `.pred_<class>`. The numbers are those of `model.predict`
        within rounding, and the same bits whatever files, `batch_rows`, engine or interruptions the rows came through.

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
    if call.paths is None:
        call.paths = _shown(request.input_path, "IN_FOLDER"), _shown(request.output_path, "OUT_FOLDER")
    problems: tuple[Finding, ...] = (*check_request(request, options), *check_libraries())
    call.given = right_of(asked_for(request, options), problems)
    if problems:
        return None, Report(call, problems), None
    scorer = Scorer(model, call, options, named_columns(request.columns), as_names(request.keep))
    opened, found = live(model, call)
    scorer.findings += found
    if not is_model(opened):
        problems = tuple(finding for finding in found if isinstance(finding, Diagnosis))
        return None, Report(call, problems or (not_a_model(opened, call),)), None
    state = state_of(opened)
    try:
        output, resumed = _run(scorer, request, progress or progress_bar(request.verbose, "row"))
    except Refused as refused:
        return None, refused.report, state
    done, report = output.done.values(), Report(call, tuple(scorer.findings))
    rows, rows_missing = sum(file.rows for file in done), sum(file.rows_missing for file in done)
    seconds = time.monotonic() - began
    scored = Scored(os.fsdecode(request.output_path), len(done), resumed, rows, rows_missing, seconds, report)
    return scored, report, state


def _run(scorer: Scorer, request: Request, progress: Progress | None) -> tuple[OutputFolder, int]:
    """All files scored; how many of them were before."""
    dataset = open_dataset(scorer, request.input_path)
    job = {**job_of(scorer, dataset.schema), "engine": request.engine}  # each has files of its own
    kind = SparkFolder if request.engine == "spark" else OutputFolder
    output = kind(request.output_path, job, dataset.files, scorer.call)
    output.claim(request.input_path, bool(request.resume))
    try:
        resumed = len(output.done)
        if output.todo and isinstance(output, SparkFolder):
            from .spark import run_spark

            run_spark(scorer, dataset, output, int(request.batch_rows), progress)
        elif output.todo:
            run_local(scorer, dataset, output, int(request.batch_rows), progress)
        output.finish()
    except Refused as refused:
        if output.done and any("part" in problem.facts for problem in refused.report.problems):
            # another option is another job: its results can't go where some are
            refused.report.call.paths = (scorer.call.paths or ("IN_FOLDER",))[0], "NEW_FOLDER"
        raise
    finally:
        output.close()
    return output, resumed


def check_request(request: Request, options: Options) -> Iterator[Finding]:
    """Every option, before anything is opened; `input_path` tells most when it is looked for."""
    yield from check_options(options)
    for name in ("input_path", "output_path"):
        path = getattr(request, name)
        several = path if name == "input_path" and isinstance(path, (list, tuple)) and path else [path]
        if not all(isinstance(one, (str, os.PathLike)) and os.fspath(one) for one in several):
            table = _table(path, name)
            value = f"a {type(path).__name__}" if table == "DATA" else shown(path)
            yield Diagnosis("score_path", name, {"value": value, "table": table})
    if isinstance(path, str) and (scheme := scheme_of(path)):
        yield Diagnosis("score_output_address", "output_path", {"output": path, "scheme": scheme})
    if not is_among(request.engine, ENGINES):
        facts = {"value": shown(request.engine), "choices": ENGINES, "first": ENGINES[0]}
        yield Diagnosis("option_value", "engine", facts)
    if not isinstance(request.resume, bool):
        facts = {"value": shown(request.resume), "choices": (True, False), "first": True}
        yield Diagnosis("option_value", "resume", facts)
    if not (is_whole(request.batch_rows) and request.batch_rows >= 1):
        yield Diagnosis("option_count", "batch_rows", {"value": shown(request.batch_rows)})
    yield from check_columns(request.columns, request.keep)
    yield from check_verbose(request.verbose)


def check_columns(columns: Any, keep: Any) -> Iterator[Diagnosis]:
    """Whether both are names, those of `columns` perhaps by input."""
    for name, value in (("columns", columns), ("keep", keep)):
        parts = value.values() if name == "columns" and isinstance(value, Mapping) else [value]
        if value is not None and not all(_are_names(part) and (name == "keep" or len(part)) for part in parts):
            is_false = name == "keep" and str(value) in ("False", "FALSE")
            yield Diagnosis("score_names", name, {"value": shown(value), "is_false": is_false})


def check_libraries() -> Iterator[Finding]:
    """Files need a library that models alone do not."""
    if find_spec("pyarrow") is None:
        facts = {"python_path": sys.executable, "packages": "pyarrow"}
        yield Diagnosis("environment_files", "environment", facts)


def _table(path: Any, name: str) -> str:
    """How a table that is given in a path's place is called; "" where it is none."""
    if name != "input_path":
        return ""
    called = getattr(path, "table", None)  # in R
    return called if isinstance(called, str) else "DATA" if hasattr(path, "shape") else ""


def _shown(path: Any, placeholder: str) -> str:
    return os.fsdecode(path) if isinstance(path, (str, os.PathLike)) and os.fspath(path) else placeholder


def asked_for(request: Request, options: Options) -> dict[str, Any]:
    """What is not as it is by itself: a line that mends has to ask for it again."""
    defaults = Request("", "")
    parts = {name: getattr(request, name) for name in ("columns", "keep", "engine", "batch_rows", "resume")}
    parts |= {
        name: getattr(options, name) for name in ("missing", "type", "threshold", "order", "novel_levels", "repairs")
    }
    return {
        name: value
        for name, value in parts.items()
        if value != getattr(defaults if hasattr(defaults, name) else Options(), name)
    }


def right_of(given: dict[str, Any], problems: Sequence[Finding]) -> dict[str, Any]:
    """What was asked for, but for what is refused."""
    refused = {problem.arg for problem in problems}
    return {name: value for name, value in given.items() if name not in refused}


def _are_names(value: Any) -> bool:
    if isinstance(value, str):  # R's vector of one
        return True
    return isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value)


def as_names(value: Any) -> tuple[str, ...] | None:
    """Names of columns; one alone may come without its list."""
    return None if value is None else (value,) if isinstance(value, str) else tuple(value)


def named_columns(value: Any) -> Columns:
    """The same, by input where there are several."""
    if isinstance(value, Mapping):
        return {str(name): as_names(names) or () for name, names in value.items()}
    return as_names(value)
