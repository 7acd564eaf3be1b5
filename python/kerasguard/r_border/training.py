"""What R calls to train and to evaluate."""

from __future__ import annotations

from typing import Any

from ..observe import Observed
from ..options import Options
from ..report import Call, Report
from ..rules.weights import ClassWeight
from ..training import Parts, Training, prepare
from ..training import run as run_training
from .calls import reply
from .describe import observe_r


def prepare_fit(model: Any, parts: dict, arguments: dict, options: dict, labels: dict) -> dict[str, Any]:
    """Check everything; the value is a handle for `run_fit` or, after Keras ran elsewhere, `finish_fit`."""
    return _prepare("safe_fit", model, parts, arguments, options, labels)


def prepare_evaluate(model: Any, parts: dict, arguments: dict, options: dict, labels: dict) -> dict[str, Any]:
    """Check everything; the value is a handle for `run_evaluate`."""
    return _prepare("safe_evaluate", model, parts, arguments, options, labels)


def run_fit(handle: Training, progress: Any = None) -> dict[str, Any]:
    """Train: parameters and metrics by epoch, as R's histories have them."""
    told = len(handle.findings)
    history = run_training(handle)
    value = None
    if history is not None:
        params = {name: item for name, item in history.params.items() if item is not None}
        metrics = {name: [float(item) for item in items] for name, items in history.history.items()}
        value = {"params": params, "metrics": metrics}
    return _later(value, handle, told)


def run_evaluate(handle: Training, progress: Any = None) -> dict[str, Any]:
    """Evaluate: names and values of loss and metrics."""
    told = len(handle.findings)
    assert handle.arguments is not None
    handle.arguments["return_dict"] = True
    found = run_training(handle)
    value = None if found is None else {"names": list(found), "values": [float(item) for item in found.values()]}
    return _later(value, handle, told)


def _later(value: Any, handle: Training, told: int) -> dict[str, Any]:
    return reply(value, Report(handle.call, tuple(handle.findings[told:])), handle.job)


def _prepare(function: str, model: Any, parts: dict, arguments: dict, options: dict, labels: dict) -> dict[str, Any]:
    call = Call(function, "r", labels["model"], labels["x"], labels["y"], model_class=labels["class"])
    names = {
        "x": call.x, "y": call.y, "sample_weight": "sample_weight", "validation_x": "validation_data[[1]]",
        "validation_y": "validation_data[[2]]", "validation_weight": "validation_data[[3]]",
    }  # fmt: skip
    seen = {key: _observe(parts.get(key), name) for key, name in names.items()}
    has_validation = parts.get("validation_x") is not None
    validation = (seen["validation_x"], seen["validation_y"], seen["validation_weight"]) if has_validation else None
    given = Parts(seen["x"], seen["y"], seen["sample_weight"], _class_weight(parts.get("class_weight")), validation)
    training = prepare(call, model, given, arguments, Options(**options, predicts=False))
    return reply(training if training.arguments is not None else None, training.report, training.job)


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
    return ClassWeight(tuple(names) if names else None, tuple(values or ()), given["class"], is_text=True)
