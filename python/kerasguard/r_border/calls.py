"""What R calls. A reply is a plain dict: `value`, `notes`, `problem`, `ok`, `keeps_rows`, `left_out`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from ..answers import Classes, Columns
from ..api import checked_batches
from ..blueprints import blueprint_of
from ..engine import ModelState, Run
from ..job import Job, convert, learn, look, predict, start, worth_telling
from ..loading import load_with_report, save_with_report
from ..messages import Message, family_of, problems_message, render, verdict
from ..messages.verbs import in_style
from ..options import Options
from ..report import Call, Diagnosis, Finding, Notice, Report
from ..restore import column_names, level_names
from ..rules.arguments import check_verbose
from ..rules.held import not_a_model
from ..signature import is_model
from .describe import as_given, observe_r
from .show import shapes_shown, shown_to_r, values_shown

R_NA = np.iinfo("int32").min  # R's NA_integer_
STYLE = {"code": ""}  # how R code is written in this session, as messages.verbs.in_style() takes it
KINDS = {Classes: "kerasguard classes", Columns: "kerasguard columns"}  # no output is called so
# those that only some data need, and what is said where they are missing
LIBRARIES = {
    "narwhals": "environment_requirement",
    "pandas": "environment_requirement",
    "pyarrow": "environment_files",  # to read results
}
NO_NAMES = {"model": "model", "x": "x", "class": ""}


def refuse(code: str, facts: dict, names: dict) -> dict[str, Any]:
    """What R found out: a refusal of the data in the words of the catalogue, as a reply and as a report."""
    call = Call("safe_predict", "r", names["model"], names["x"], model_class=names["class"])
    report = Report(call, (Diagnosis(code, call.x, facts or {}),))
    return {
        **reply(None, report, None),
        "ok": False,
        "verdict": verdict(report),
        "entries": [entry(report.findings[0], call)],
    }


def lazy(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The same, refused in R's words where this Python lacks a library that only some data need.

    R users' Pythons were made for Keras; those of Python users came with what kerasguard requires.
    """

    @wraps(function)
    def call(*given: Any) -> dict[str, Any]:
        try:
            return function(*given)
        except ModuleNotFoundError as error:
            code = LIBRARIES.get((error.name or "").partition(".")[0])
            if code is None:
                raise
            return refuse(code, {"python_path": sys.executable}, NO_NAMES)

    return call


@lazy
def safe_predict(model: Any, value: Any, about: dict, options: dict, names: dict, how: dict) -> dict[str, Any]:
    """The main job."""
    job = _start("safe_predict", model, value, about, options, names)
    wrong = list(check_verbose(as_given(how)["verbose"]))
    job.findings += wrong
    result = None if wrong else predict(job, Run(how["verbose"], how["callbacks"], how["progress"]))
    return reply(_for_r(result), job.report, job)


@lazy
def validate_and_coerce(model: Any, value: Any, about: dict, options: dict, names: dict) -> dict[str, Any]:
    """The model-ready input."""
    job = _start("validate_and_coerce", model, value, about, options, names)
    inputs = convert(job)
    if job.observed.stream is not None and inputs is not None:
        inputs = checked_batches(inputs, job.options, job.state)
    return reply(inputs, job.report, job)


@lazy
def check_input(model: Any, value: Any, about: dict, options: dict, names: dict) -> dict[str, Any]:
    """Every finding, as entries."""
    job = _start("check_input", model, value, about, options, names)
    look(job)
    report = job.report
    values = job
    if not job.ok and options.get("missing") == "refuse":  # missing values are counted, too
        values = _start("check_input", model, value, about, {**options, "missing": "pass"}, names)
    return {
        "ok": report.ok, "verdict": verdict(report), "entries": [entry(f, report.call) for f in report.findings],
        "shapes": shapes_shown(job), "values": values_shown(values),
    }  # fmt: skip


@lazy
def learn_blueprint(
    model: Any, value: Any, about: dict, names: dict, options: dict, y: Any = None, about_y: dict | None = None
) -> dict[str, Any]:
    """What training saw, remembered with the model."""
    job = _start("learn_blueprint", model, value, about, {"missing": "pass", **options}, names)
    learn(job, None if about_y is None else observe_r(y, about_y, names["y"]), {"R": names["r"]})
    return reply(None, job.report, job)


def blueprint(model: Any, names: dict) -> dict[str, Any]:
    """What is known of the training data, as vectors of R; `value` is None where nothing is."""
    call = Call("blueprint", "r", names["model"], model_class=names["class"], held=names.get("held"))
    if not is_model(model):
        return reply(None, Report(call, (not_a_model(model, call),)), None)
    found = blueprint_of(model)
    return reply(None if found is None else shown_to_r(found), Report(call), None)


def safe_save_model(model: Any, path: Any, overwrite: bool, names: dict) -> dict[str, Any]:
    """A model to a file. `names`: how the user calls the model, and R's classes of model and path."""
    call = Call("safe_save_model", "r", names["model"], "path", model_class=names["class"], held=names.get("held"))
    return reply(None, save_with_report(call, model, path, overwrite, path_class=names["path_class"]), None)


def safe_load_model(path: Any, cls: str, compile: bool, custom_objects: Any, safe_mode: bool) -> dict[str, Any]:
    """A model from a file. `cls`: R's class of what was given as the path."""
    call = Call("safe_load_model", "r", "model", "path", model_class=cls)
    model, report = load_with_report(call, path, compile, custom_objects, safe_mode)
    return reply(model, report, None)


def _start(function: str, model: Any, value: Any, about: dict, options: dict, names: dict) -> Job:
    call = Call(function, "r", names["model"], names["x"], model_class=names["class"], held=names.get("held"))
    call.left_to_options = tuple(names.get("left_to_options") or ())
    if names.get("levels"):
        call.levels = observe_r(names["levels"]["value"], names["levels"]["about"], "y")
    job = start(call, model, observe_r(value, about, call.x), Options(**as_given(options)))
    if names.get("taken"):
        job.findings.append(Notice("model_taken", "model", "message", {"taken": names["taken"]}, once=True))
    return job


def reply(value: Any, report: Report, job: Job | None) -> dict[str, Any]:
    """Plain data for R: what came of it, what to tell, and why there is nothing."""
    options, state = (job.options, job.state) if job else (Options(), None)
    found = told(value, report, options, state)
    return {
        **found,
        "keeps_rows": job is not None and job.plan is not None and job.plan.keeps_rows,
        "left_out": _left_out(job) if job is not None and found["problem"] is None else None,
    }


def told(value: Any, report: Report, options: Options, state: ModelState | None) -> dict[str, Any]:
    """The same of what is no prediction of R's data."""
    problem = _plain(report.problems[0], problems_message(report), "error") if report.problems else None
    notes = [] if problem else [entry(note, report.call) for note in worth_telling(report, options, state)]
    return {"value": value, "notes": notes, "problem": problem}


def _left_out(job: Job) -> np.ndarray | None:
    """The rows without an answer, counted from 1: NaN there is NA in R, other than a NaN that the model gave."""
    if job.keep is None or job.rows is None:
        return None
    return (np.setdiff1d(np.arange(job.rows), job.keep) + 1).astype("int32")


def _for_r(value: Any) -> Any:
    """R has doubles only; reticulate does not know the 16-bit floats. Classes and tables are made of plain parts."""
    if isinstance(value, Classes):
        codes = np.where(value.codes < 0, R_NA, value.codes + 1).astype("int32")
        return {
            "kind": KINDS[Classes],
            "codes": codes,
            "levels": level_names(value.levels, "r"),
            "ordered": value.ordered,
        }
    if isinstance(value, Columns):
        return {"kind": KINDS[Columns], "values": value.values, "names": column_names(value, "r")}
    if isinstance(value, dict):
        return {key: _for_r(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_for_r(item) for item in value]
    narrow = isinstance(value, np.ndarray) and value.dtype.name in ("float16", "bfloat16")
    return value.astype("float32") if narrow else value


def entry(finding: Finding, call: Call) -> dict[str, Any]:
    """One finding as R shows it."""
    kind = {"refusal": "error", "warning": "warning"}.get(finding.level, "message")
    return _plain(finding, render(finding, call), kind)


def _plain(finding: Finding, message: Any, kind: str) -> dict[str, Any]:
    family = family_of(finding.code)
    classes = [f"kerasguard_{kind}_{finding.code}", f"kerasguard_{kind}_{family}", f"kerasguard_{kind}"]
    return {
        "code": finding.code,
        "family": family,
        "level": finding.level,
        "classes": classes,
        **lines_of(message),
    }


def write_code_as(style: str) -> None:
    """R's session has changed: keras3 was attached, or keras imported."""
    STYLE["code"] = style


def lines_of(message: Message) -> dict[str, Any]:
    """The lines of a message as R shows them, with code that runs in its session."""
    pairs = zip(message.lines, message.symbols, strict=True)
    lines = [in_style(line, STYLE["code"]) if symbol == " " else line for line, symbol in pairs]
    return {"lines": lines, "symbols": list(message.symbols)}
