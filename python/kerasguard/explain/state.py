"""Errors of a model in a state in which it can't do what is asked of it."""

from __future__ import annotations

import re

from ..report import Diagnosis
from ..signature import is_model, make_signature
from .family import matcher
from .raised import Raised


def spoiled(raised: Raised) -> Diagnosis | None:
    """A training step that an earlier error left half made."""
    found = "Creating variables on a non-first call" in raised.text
    return Diagnosis("error_spoiled", "x") if found else None


def unknown_rank(raised: Raised) -> Diagnosis | None:
    """A compiled step that lost the shapes."""
    if re.search(r"shape with unknown rank|unknown TensorShape|as_list\(\) is not defined on an unknown", raised.text):
        method = raised.call.method if raised.call is not None else "predict"
        trains, evaluates = method == "fit", method == "evaluate"
        facts = {"trains": trains, "evaluates": evaluates, "predicts": not (trains or evaluates)}
        return Diagnosis("error_unknown_rank", "x", facts)
    return None


def stateful_batch(raised: Raised) -> Diagnosis | None:
    """Another batch size than a stateful model was built for."""
    match = re.search(r"Expected batch size: (\d+).*?Received batch size: (\d+)", raised.text)
    if match is not None:
        return batch(raised, int(match.group(1)), int(match.group(2)))
    # which operation meets the state first is left to TensorFlow's threads
    match = re.search(r"Incompatible shapes: \[(\d+)[^\]]*\] vs\. \[(\d+)", raised.text)
    if match is None or raised.call is None or not is_model(raised.call.model):
        return None
    fixed, sizes = make_signature(raised.call.model).stateful_batch, {int(match.group(1)), int(match.group(2))}
    if fixed not in sizes or len(sizes) == 1:
        return None
    return batch(raised, fixed, (sizes - {fixed}).pop())


def batch(raised: Raised, wanted: int, came: int) -> Diagnosis:
    """A model that was built for batches of one size."""
    method = raised.call.method if raised.call is not None else ""
    facts = {"wanted": wanted, "came": came, "predicts": method not in ("fit", "evaluate"), "trains": method == "fit",
             "evaluates": method == "evaluate"}  # fmt: skip
    return Diagnosis("error_batch", "x", facts)


uncompiled = matcher(
    "error_uncompiled",
    r"must call `?compile\(\)`? before|must compile your model before"
    r"|No loss to compute\. Provide a `?loss",
)
unbuilt = matcher(
    "error_unbuilt",
    r"has not yet been built|the layer isn't built|must be built before|not built, .*call `?build\(\)"
    r"|has never been called and thus has no defined",
)
adapted = matcher("error_adapted", r"Table not initialized|has not been adapted|must call `?\.?adapt\(")
optimizer = matcher(
    "error_optimizer",
    r"optimizer can only be called for the variables it was originally built with"
    r"|optimizer cannot recognize variable",
)
gradients = matcher("error_gradients", r"No gradients provided for any variable")
nan = matcher("error_nan", r"Tensor had (?:NaN|Inf)|contains? NaN values")
nan_in_log = matcher(
    "error_nan",
    r"(?:invalid|nan) loss, terminating|\bloss[`'\"]?\s*[:=]\s*\[?(?:nan|inf)\b"
    r"|Loss is NaN|\bloss\s+nan\b",
    of_logs=True,
)
