"""Errors of targets that do not fit the model's output or its loss."""

from __future__ import annotations

import re
from typing import Any

from ..report import Diagnosis
from ..rules.layer_axes import Shape
from .family import matcher, sizes
from .raised import Raised
from .state import batch


def shapes(raised: Raised) -> Diagnosis | None:
    """Targets of another shape than the outputs."""
    text = raised.text
    match = re.search(r"target\.shape=[\[(]([^\])]*)[\])], output\.shape=[\[(]([^\])]*)[\])]", text)
    if match is not None:
        return _judged(raised, sizes(match.group(1)), sizes(match.group(2)))
    match = re.search(r"Shapes [\[(]([^\])]*)[\])] and [\[(]([^\])]*)[\])] (?:are|must)", text)
    if match is not None and ("incompatible" in text or "rank" in text):
        return _judged(raised, sizes(match.group(1)), sizes(match.group(2)))
    match = re.search(
        r"expected \w+ to have shape [\[(]([^\])]*)[\])] but got array with shape [\[(]([^\])]*)[\])]", text
    )
    if match is not None and "checking target" in text:
        return _judged(raised, (None, *sizes(match.group(2))), (None, *sizes(match.group(1))))
    return _of_nodes(raised)


def _of_nodes(raised: Raised) -> Diagnosis | None:
    """What TensorFlow says of the operations inside a loss."""
    text = raised.text
    node = re.search(r"Detected at node (\S+)|\{\{node (\S+?)\}\}", text)
    where = (node.group(1) or node.group(2)) if node else text
    if not (raised.loss or re.search(r"compile_loss|crossentropy|squared_error|absolute_error|hinge|huber", where)):
        return None
    match = re.search(
        r"Dimensions must be equal, but are (\d+) and (\d+) for .*?\}\}'? = \w+\[.*?\]\((\S+?), (\S+?)\)'"
        r" with input shapes: \[([^\]]*)\], \[([^\]]*)\]",
        text,
    )
    if match is not None:
        first, second = sizes(match.group(5)), sizes(match.group(6))
        is_turned = not re.match(r"data|iterator|y_true|targets?", match.group(3), re.IGNORECASE)
        return _judged(raised, *((second, first) if is_turned else (first, second)))
    match = re.search(r"Incompatible shapes: \[([^\]]*)\] vs\. \[([^\]]*)\]", text)
    if match is not None:
        return _judged(raised, sizes(match.group(1)), sizes(match.group(2)))
    return None


def _judged(raised: Raised, target: Shape, output: Shape) -> Diagnosis | None:
    """`target` and `output` with their samples axis."""
    if target[1:] == output[1:] and target and output and target[0] != output[0]:
        whole = target[0] is not None and output[0] is not None
        return batch(raised, int(output[0] or 0), int(target[0] or 0)) if whole else None
    loss, units = _loss(raised), output[-1]
    is_labels = len(target) == 1 or target[1:] == (1,)
    facts: dict[str, Any] = {
        "target": target[1:], "output": output[1:], "units": units,
        "loss": loss, "columns": target[-1] if len(target) > 1 else 1,
        "to_sparse": False, "to_categories": False, "to_units": False,
    }  # fmt: skip
    if (
        len(output) > 2
        and len(target) < len(output)
        and not (len(target) == 2 and len(output) == 3 and loss.startswith("sparse"))
    ):
        return Diagnosis("error_target_flatten", "y", facts)
    if is_labels and (units or 0) > 1 and not loss.startswith("sparse"):
        facts["to_sparse"] = True
    elif target[1:] == output[1:] and (loss.startswith("sparse") or "`target.ndim - 1`" in raised.text):
        facts["to_categories"] = True
    else:
        facts["to_units"] = True
    return Diagnosis("error_target_shape", "y", facts)


def _loss(raised: Raised) -> str:
    if raised.loss:
        return raised.loss
    found = re.search(
        r"(sparse_categorical_crossentropy|categorical_crossentropy|binary_crossentropy|mean_\w+_error|mse|mae)",
        raised.text,
    )
    return found.group(1) if found else ""


def rows(raised: Raised) -> Diagnosis | None:
    """The loss flattens both: `logits shape [32,10] and labels shape [320]`."""
    match = re.search(r"same first dimension, got logits shape \[(\d+),(\d+)\] and labels shape \[(\d+)\]", raised.text)
    if match is None:
        return None
    rows, units, labels = map(int, match.groups())
    facts = {"rows": rows, "units": units, "labels": labels, "one_hot": labels == rows * units, "flat": rows > labels,
             "other": labels != rows * units and rows <= labels}  # fmt: skip
    return Diagnosis("error_target_rows", "y", facts)


def label_range(raised: Raised) -> Diagnosis | None:
    """A label beyond the units."""
    match = re.search(r"label value of (-?\d+) which is outside the valid range of \[0, ?(\d+)\)", raised.text)
    if match is None:
        return None
    value, units = int(match.group(1)), int(match.group(2))
    return Diagnosis("error_label_range", "y", {
        "value": value, "units": units, "highest": units - 1, "is_next": value == units,
        "size": value + 1, "above": value >= units,
        "below": value < 0,
    })  # fmt: skip


def metric(raised: Raised) -> Diagnosis | None:
    """A metric that can't read these targets: its file is among those that TensorFlow names."""
    lines = re.findall(r"keras/src/(\w+)/", raised.text)
    if not ("Graph execution error" in raised.text and "metrics" in lines and "losses" not in lines):
        return None
    return Diagnosis("error_metric", "y", {"error": raised.error, "sentence": raised.sentence})


def no_targets(raised: Raised) -> Diagnosis | None:
    """Training without targets."""
    if raised.call is None or raised.call.method not in ("fit", "evaluate"):
        return None
    if "None values not supported" not in raised.text or raised.call.arguments.get("y") is not None:
        return None
    return Diagnosis("error_no_targets", "y", {"method": raised.call.method})


outputs = matcher("error_outputs", r"y_true and y_pred have different structures")
