"""What R calls. A reply is a plain dict: `value`, `notes`, `problem`, `ok`, `keeps_rows`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..api import Prepared, predict_with_report, prepare, worth_telling
from ..loading import load_with_report
from ..messages import family_of, problems_message, render, verdict
from ..options import Options
from ..plan import Plan
from ..report import Call, Finding, Report
from ..steps import Reshape, Stack, Transpose
from .describe import observe_r


def safe_predict(model: Any, value: Any, about: dict, options: dict, names: dict, run: dict) -> dict[str, Any]:
    """The main job."""
    call, chosen = _call("safe_predict", names), Options(**options)
    ready = prepare(call, model, lambda: observe_r(value, about, call.x), chosen)
    result, report = predict_with_report(ready, model, run)
    return _reply(_for_r(result), report, chosen, model, ready.plan)


def validate_and_coerce(model: Any, value: Any, about: dict, options: dict, names: dict) -> dict[str, Any]:
    """The model-ready input."""
    ready, chosen = _prepare("validate_and_coerce", model, value, about, options, names)
    return _reply(ready.inputs, ready.report, chosen, model, ready.plan)


def check_input(model: Any, value: Any, about: dict, options: dict, names: dict) -> dict[str, Any]:
    """Every finding, as entries."""
    ready, _ = _prepare("check_input", model, value, about, options, names)
    return {
        "ok": ready.report.ok,
        "verdict": verdict(ready.report),
        "entries": [_entry(f, ready.report.call) for f in ready.report.findings],
    }


def safe_load_model(path: Any, cls: str, compile: bool, custom_objects: Any, safe_mode: bool) -> dict[str, Any]:
    """A model from a file. `cls`: R's class of what was given as the path."""
    call = Call("safe_load_model", "r", "model", "path", model_class=cls)
    model, report = load_with_report(call, path, compile, custom_objects, safe_mode)
    return _reply(model, report, Options(), model, None)


def _prepare(
    function: str, model: Any, value: Any, about: dict, options: dict, names: dict
) -> tuple[Prepared, Options]:
    call, chosen = _call(function, names), Options(**options)
    return prepare(call, model, lambda: observe_r(value, about, call.x), chosen), chosen


def _call(function: str, names: dict[str, str]) -> Call:
    return Call(function, "r", names["model"], names["x"], model_class=names["class"])


def _reply(value: Any, report: Report, options: Options, model: Any, plan: Plan | None) -> dict[str, Any]:
    problem = None
    if report.problems:
        first = report.problems[0]
        message = problems_message(report)
        problem = _plain(first, message, "error")
    notes = [] if problem else [_entry(note, report.call) for note in worth_telling(report, options, model)]
    return {
        "value": value,
        "notes": notes,
        "problem": problem,
        "keeps_rows": _keeps_rows(plan),
    }


def _for_r(value: Any) -> Any:
    """R has doubles only; reticulate does not know the 16-bit floats."""
    if isinstance(value, dict):
        return {key: _for_r(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_for_r(item) for item in value]
    narrow = isinstance(value, np.ndarray) and value.dtype.name in ("float16", "bfloat16")
    return value.astype("float32") if narrow else value


def _entry(finding: Finding, call: Call) -> dict[str, Any]:
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
        "lines": list(message.lines),
        "symbols": list(message.symbols),
    }


def _keeps_rows(plan: Plan | None) -> bool:
    """Whether every row of the user's object is one sample, so that its row names are those of the answer."""
    if plan is None:
        return False
    moves = [step for item in plan.inputs for step in item.steps]
    return not any(
        isinstance(step, (Stack, Transpose)) or (isinstance(step, Reshape) and step.samples is not None)
        for step in moves
    )
