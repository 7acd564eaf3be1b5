"""What is wrong or doubtful about a training as a whole: the model, the loss, the split, the scale of x."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ..report import Diagnosis, Finding, Notice
from ..targets import TargetSpec

# activations that are known to give other numbers
NOT_PROBABILITIES = (
    "linear",
    "relu",
    "tanh",
    "elu",
    "selu",
    "gelu",
    "leaky_relu",
    "softplus",
    "relu6",
    "swish",
    "silu",
)


def check_compiled(model: Any) -> Iterator[Finding]:
    """Refuse a model without optimizer and loss, and one of which only its predictions are left."""
    if getattr(model, "is_servable", False):
        yield Diagnosis("load_predicts_only", "model", {"does": "trained or evaluated"})
        return
    compiled = getattr(model, "compiled", None)
    if compiled is None:
        compiled = getattr(model, "_is_compiled", True)  # tf_keras
    if not compiled:
        yield Diagnosis("model_uncompiled", "model")


def check_losses(specs: tuple[TargetSpec, ...]) -> Iterator[Finding]:
    """Warn of a cross-entropy that takes logits for probabilities, or the reverse."""
    for spec in specs:
        loss, activation = spec.loss, spec.output.activation
        if loss is None or spec.kind not in ("sparse", "categories", "binary") or loss.name == "categorical_hinge":
            continue
        facts = {"layer": spec.output.layer, "activation": activation, "loss": loss.name, "units": spec.units}
        if loss.from_logits and activation in ("softmax", "sigmoid"):
            yield Notice("label_probabilities", "model", "warning", facts, once=True)
        elif not loss.from_logits and activation in NOT_PROBABILITIES:
            wanted = "sigmoid" if spec.kind == "binary" else "softmax"
            yield Notice(
                "label_logits", "model", "warning", facts | {"wanted": wanted, "raw": activation == "linear"}, once=True
            )


def check_history(history: Any) -> Iterator[Finding]:
    """Warn of a loss that ended as NaN: then the weights are, too."""
    losses = getattr(history, "history", {}).get("loss") or ()
    lost = [epoch for epoch, loss in enumerate(losses) if loss != loss]
    if lost and lost[-1] == len(losses) - 1:
        yield Notice("loss_nan", "model", "warning", {"epoch": lost[0] + 1})


FEWEST_ROWS = 16  # with fewer a column may equal the target by chance
CHANCE = 1e-3  # of drawing a split without some class from rows in random order
LARGE = 100.0  # root mean square of a feature beyond which first layers saturate


def check_some(rows: int | None, arg: str) -> Iterator[Finding]:
    """No rows train nothing, and have no loss."""
    if rows == 0:
        yield Diagnosis("training_empty", arg)


def check_share(split: float, rows: int | None) -> Iterator[Finding]:
    """Both parts of a split must have rows."""
    if split and rows and not 0 < int(rows * (1 - split)) < rows:
        yield Diagnosis(
            "option_split", "validation_split", {"value": f"{split:g} of {rows} rows", "rows": rows, "few": rows < 2}
        )


def check_split(
    arg: str, split: float, counts: tuple[dict[Any, int], dict[Any, int]], names: dict[Any, str]
) -> Iterator[Finding]:
    """Warn where the last rows, which validate, have other classes than rows in random order would.

    `counts`: how often each class is among the rows that train, and among those that validate.
    """
    train, last = counts
    rows, whole = sum(last.values()), sum(train.values()) + sum(last.values())
    unseen, absent = [label for label in last if label not in train], [label for label in train if label not in last]
    sizes = [train.get(label, 0) + last.get(label, 0) for label in {*train, *last}]
    share = rows / whole
    chances = [_chance(len(absent), sizes, 1 - share), _chance(len(unseen), sizes, share)]
    if len(last) == 1:
        chances.append(sum((size / whole) ** rows for size in sizes))  # that all rows drawn are of one class
    if min(chances) < CHANCE:
        facts = {
            "split": split, "rows": rows, "held": tuple(names.get(v, str(v)) for v in sorted(last)),
            "unseen": tuple(names.get(v, str(v)) for v in unseen), "of": len(set(train) | set(last)),
        }  # fmt: skip
        yield Notice("split_sorted", arg, "warning", facts)


def _chance(missing: int, sizes: list[int], share: float) -> float:
    """That so many classes or more are missing from a part of rows in random order; `share`: of the other part."""
    expected = sum(share**size for size in sizes)  # classes that fall into the other part as a whole: about Poisson
    terms = (expected**i / math.factorial(i) for i in range(missing))
    return 1 - math.exp(-expected) * sum(terms) if missing < 100 else 1.0


def check_leak(arg: str, x: str, columns: tuple[int, ...], names: tuple[str, ...] | None) -> Iterator[Finding]:
    """Warn of targets that are among the inputs."""
    if columns:
        facts = {"place": columns[0], "column": names[columns[0]] if names else None, "x_name": x}
        yield Notice("label_among_inputs", arg, "warning", facts)


def check_scale(
    arg: str, names: tuple[str, ...] | None, spread: dict[int, tuple[float, float]], whole: bool
) -> Iterator[Finding]:
    """Warn of features too large for a network that doesn't scale them. `spread`: lowest and highest by feature."""
    if spread:
        low, high = min(v[0] for v in spread.values()), max(v[1] for v in spread.values())
        columns = tuple(names[j] for j in spread) if names else ()
        pixels = whole and low >= 0 and 200 < high <= 255
        yield Notice("scale_missing", arg, "warning", {
            "columns": columns, "places": tuple(spread), "low": low, "high": high, "pixels": pixels,
        })  # fmt: skip
