"""What R calls to look before running, and after it went wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..explain import explain
from ..messages.explain.explanation import explained
from ..messages.picture import shapes, table_lines, verdict_of_model
from ..model_check import check
from ..observe import Observed, observe
from ..report import Call
from .calls import entry, lazy, lines_of
from .describe import observe_r

R_TYPES = {"f": "double", "i": "integer", "u": "integer", "b": "logical", "U": "character"}


def explain_error(
    error: Any, model: Any, given: tuple[Any, Any], about: tuple[dict | None, dict | None], names: dict
) -> dict[str, Any]:
    """The cause of an error. `error`: the exception, or a text. `given`: x and y; `about`: R's descriptions of them."""
    call = Call("explain_error", "r", names["model"], names["x"], names["y"])
    x, y = (
        None if description is None else observe_r(value, description, arg)
        for value, description, arg in zip(given, about, (call.x, call.y), strict=True)
    )
    session = {name: names.get(name) for name in ("keras3", "near", "r_keras")}
    found = explain(error, call, model, x, y, _see, bool(names.get("foreign")), session)
    message = explained(found)
    return {
        "error": found.error, "sentence": found.sentence, "code": found.code, "codes": list(found.codes),
        "known_from": found.known_from, **lines_of(message),
    }  # fmt: skip


@lazy
def check_model(model: Any, value: Any, about: dict | None, names: dict) -> dict[str, Any]:
    """The faults of a model, and the picture of its shapes."""
    call = Call("check_model", "r", names["model"], names["x"], model_class=names["class"], held=names.get("held"))
    found = check(call, model, None if about is None else observe_r(value, about, call.x))
    return {
        "ok": found.ok, "verdict": verdict_of_model(found.report, found.ok), "table": table_lines(found.rows),
        "rows": [_row(row) for row in found.rows], "entries": [entry(item, call) for item in found.findings],
    }  # fmt: skip


def _row(row: Any) -> dict[str, Any]:
    weights = float("nan") if row.weights is None else float(row.weights)
    return {
        "layer": row.name, "class": row.cls, "gets": shapes(row.takes), "gives": shapes(row.gives), "weights": weights,
        "fault": row.fault,
    }  # fmt: skip


def _see(value: Any, arg: str) -> Observed:
    """Data as R knew them, which Keras was handed as numpy's arrays."""
    if isinstance(value, Observed):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in R_TYPES and value.ndim > 0:
        cls = {1: "vector", 2: "matrix"}.get(value.ndim, "array")
        about = {"type": R_TYPES[value.dtype.kind], "class": cls, "dim": list(value.shape), "names": None}
        return observe_r(value, about, arg)
    return observe(value, arg)
