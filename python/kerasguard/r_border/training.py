"""What R calls to train and to evaluate."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine import make_ready
from ..observe import Observed
from ..options import Options
from ..report import Call, Repair, Report
from ..rules.weights import ClassWeight
from ..training import Parts, Training, finish, prepare
from ..training import run as run_training
from .calls import lazy, reply
from .describe import as_given, observe_r
from .epochs import Progress, telling


@lazy
def prepare_fit(model: Any, parts: dict, arguments: dict, options: dict, labels: dict) -> dict[str, Any]:
    """Check everything; the value is a handle for `run_fit` or, after Keras ran elsewhere, `finish_fit`."""
    return _prepare("safe_fit", model, parts, arguments, options, labels)


@lazy
def prepare_evaluate(model: Any, parts: dict, arguments: dict, options: dict, labels: dict) -> dict[str, Any]:
    """Check everything; the value is a handle for `run_evaluate` or `finish_evaluate`."""
    return _prepare("safe_evaluate", model, parts, arguments, options, labels)


def run_fit(handle: Training, progress: Progress | None) -> dict[str, Any]:
    """Train here: parameters, and numbers by metric and epoch, as R's histories have them."""
    told = len(handle.findings)
    history = _run(handle, progress)
    value = None
    if history is not None:
        metrics = {name: [_plain(number) for number in numbers] for name, numbers in history.history.items()}
        value = {"params": history.params, "metrics": metrics}
    return _later(value, handle, told)


def run_evaluate(handle: Training, progress: Progress | None) -> dict[str, Any]:
    """Evaluate here: names and values of loss and metrics, in Keras' order."""
    told = len(handle.findings)
    found = _run(handle, progress, return_dict=True)
    names = [] if found is None else _in_order(handle.model, found)
    value = None if found is None else {"names": names, "values": [_plain(found[name]) for name in names]}
    return _later(value, handle, told)


def finish_fit(handle: Training, error: Any) -> dict[str, Any]:
    """After keras3's own fit(). `error`: what it raised, "interrupted", or None."""
    told = len(handle.findings)
    finish(handle, None if error in (None, "interrupted") else error)
    return _later(None, handle, told)


def finish_evaluate(handle: Training, error: Any) -> dict[str, Any]:
    """After keras3's own evaluate(): the names of its values in Keras' order, which its result does not keep."""
    told = len(handle.findings)
    failed = error not in (None, "interrupted")
    finish(handle, error if failed else None)
    names = None if error is not None else _in_order(handle.model, handle.model.get_metrics_result())
    return _later(names, handle, told)


def _run(handle: Training, progress: Progress | None, **more: Any) -> Any:
    assert handle.arguments is not None
    handle.arguments |= {"verbose": 0, **more}  # what is drawn is drawn in R
    if progress is not None:
        callbacks = handle.arguments.get("callbacks") or []
        handle.arguments["callbacks"] = [*callbacks, telling(progress, handle.trains)]
    return run_training(handle)


def _later(value: Any, handle: Training, told: int) -> dict[str, Any]:
    return reply(value, Report(handle.call, tuple(handle.findings[told:])), handle.job)


def _prepare(function: str, model: Any, parts: dict, arguments: dict, options: dict, labels: dict) -> dict[str, Any]:
    named = (labels["model"], labels["x"], labels["y"])
    call = Call(function, "r", *named, model_class=labels["class"], held=labels.get("held"))
    call.left_to_options = tuple(labels.get("left_to_options") or ())
    names = {
        "x": call.x, "y": call.y, "sample_weight": "sample_weight", "validation_x": "validation_data[[1]]",
        "validation_y": "validation_data[[2]]", "validation_weight": "validation_data[[3]]",
    }  # fmt: skip
    seen = {key: _observe(parts.get(key), name) for key, name in names.items()}
    has_validation = parts.get("validation_x") is not None
    validation = (seen["validation_x"], seen["validation_y"], seen["validation_weight"]) if has_validation else None
    given = Parts(seen["x"], seen["y"], seen["sample_weight"], _class_weight(parts.get("class_weight")), validation)
    training = prepare(call, model, given, as_given(arguments), Options(**as_given(options), predicts=False))
    if training.arguments is not None:
        if make_ready(model, training.trains):  # keras3's own method may be what runs
            training.findings.append(Repair("model_healed", "model", "message"))
        training.arguments = {name: item for name, item in training.arguments.items() if item is not None}
    return reply(training if training.arguments is not None else None, training.report, training.job)


def _plain(value: Any) -> Any:
    return np.asarray(value, "float64").tolist()


def _in_order(model: Any, found: dict[str, Any]) -> list[str]:
    """Names as evaluate() orders its values: the loss, the metrics as compiled."""
    known = [metric.name for group in model.metrics for metric in getattr(group, "metrics", None) or [group]]
    return [name for name in dict.fromkeys(known) if name in found] + sorted(set(found) - set(known))


def _observe(part: dict | None, arg: str) -> Observed:
    if part is None:
        return observe_r(None, {"type": "null"}, arg)
    return observe_r(part["value"], part["about"], arg)


def _class_weight(given: dict | None) -> ClassWeight | None:
    """R's list or vector; its names are always text."""
    if given is None:
        return None
    if "python" in given:
        found = given["python"]
        return ClassWeight(tuple(found), tuple(found.values()), "dict")
    names, values = given.get("names"), given.get("values")
    return ClassWeight(tuple(names) if names else None, tuple(values or ()), given["class"], only_text=True)
