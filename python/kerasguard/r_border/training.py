"""What R calls to train and evaluate: prepare, then either Keras here (run_*) or keras3's own method in R and finish_*.

Only the border: x is checked, targets and weights go to Keras as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..job import Job, convert, start
from ..observe.labels import Factor
from ..options import Options
from ..report import Call
from .calls import _reply
from .describe import observe_r
from .epochs import Progress, raise_interrupt, telling


@dataclass
class Handle:
    """A call that is ready to run. `arguments`: those of Keras' own method, by its names; nothing that is None."""

    job: Job
    arguments: dict[str, Any]


def prepare_fit(model: Any, parts: dict, arguments: dict, options: dict, labels: dict) -> dict[str, Any]:
    """The arguments of fit(), or a problem."""
    return _prepare("safe_fit", model, parts, arguments, options, labels)


def prepare_evaluate(model: Any, parts: dict, arguments: dict, options: dict, labels: dict) -> dict[str, Any]:
    """The arguments of evaluate(), or a problem."""
    return _prepare("safe_evaluate", model, parts, arguments, options, labels)


def run_fit(handle: Handle, progress: Progress | None) -> dict[str, Any]:
    """Train here."""
    history = _run(handle.job.model.fit, handle, progress, True)
    metrics = {name: [_plain(value) for value in values] for name, values in history.history.items()}
    return _reply({"params": history.params, "metrics": metrics}, handle.job.report, None)


def run_evaluate(handle: Handle, progress: Progress | None) -> dict[str, Any]:
    """Evaluate here."""
    found = _run(handle.job.model.evaluate, handle, progress, False, return_dict=True)
    names = _in_order(handle.job.model, found)
    value = {"names": names, "values": [_plain(found[name]) for name in names]}
    return _reply(value, handle.job.report, None)


def finish_fit(handle: Handle, error: Any) -> dict[str, Any]:
    """After keras3's own fit(). `error`: what it raised, "interrupted", or None."""
    return _reply(None, handle.job.report, None)


def finish_evaluate(handle: Handle, error: Any) -> dict[str, Any]:
    """After keras3's own evaluate(): the names of its values in Keras' order, which its result does not keep."""
    names = None if error is not None else _in_order(handle.job.model, handle.job.model.get_metrics_result())
    return _reply(names, handle.job.report, None)


def _run(function: Any, handle: Handle, progress: Progress | None, training: bool, **more: Any) -> Any:
    arguments = {**handle.arguments, "verbose": 0, **more}  # what is drawn is drawn in R
    if progress is not None:
        arguments["callbacks"] = [*arguments.get("callbacks", ()), telling(progress, training)]
    try:
        return function(**arguments)
    except Exception as error:
        raise_interrupt(error)
        raise


def _prepare(function: str, model: Any, parts: dict, arguments: dict, options: dict, labels: dict) -> dict[str, Any]:
    call = Call(function, "r", labels["model"], labels["x"], model_class=labels["class"])
    seen = observe_r(parts["x"]["value"], parts["x"]["about"], call.x)
    keep = {key: options[key] for key in ("missing", "order", "repairs", "label_base")}
    job = start(call, model, seen, Options(predicts=False, **keep))
    x = seen.data if parts["x"]["about"]["type"] == "python" else convert(job)
    if not job.report.ok:
        return _reply(None, job.report, job)
    ready = {"x": x, "y": _array(parts["y"]), "sample_weight": _array(parts["sample_weight"])}
    if parts.get("validation_x"):
        several = [_array(parts[name]) for name in ("validation_x", "validation_y", "validation_weight")]
        ready["validation_data"] = several[0] if several[1] is None else tuple(v for v in several if v is not None)
    if parts.get("class_weight"):
        ready["class_weight"] = _class_weight(parts["class_weight"])
    ready |= {name: _whole(value) for name, value in arguments.items() if name != "validation_data"}
    return _reply(Handle(job, {k: v for k, v in ready.items() if v is not None}), job.report, job)


def _array(part: dict | None) -> Any:
    if part is None:
        return None
    return _values(observe_r(part["value"], part["about"], "y"))


def _values(seen: Any) -> Any:
    if seen.kind.kind == "frame":
        return np.stack([_numbers(column) for column in seen.data], axis=1)
    if seen.children:
        values = [_values(child) for child in seen.children]
        return dict(zip(seen.kind.keys, values, strict=True)) if any(seen.kind.keys) else values
    return _numbers(seen.data)


def _numbers(data: Any) -> Any:
    if hasattr(data, "element_spec"):
        return data
    return np.asarray(data.codes if isinstance(data, Factor) else data, "float32")


def _class_weight(part: dict) -> Any:
    if "python" in part:
        return part["python"]
    return {int(float(name)): float(v) for name, v in zip(part["names"], part["values"], strict=True)}


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plain(value: Any) -> Any:
    return np.asarray(value, "float64").tolist()


def _in_order(model: Any, found: dict[str, Any]) -> list[str]:
    """Names as evaluate() orders its values: the loss, the metrics as compiled."""
    known = [metric.name for group in model.metrics for metric in getattr(group, "metrics", None) or [group]]
    return [name for name in dict.fromkeys(known) if name in found] + sorted(set(found) - set(known))
