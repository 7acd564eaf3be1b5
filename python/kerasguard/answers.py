"""Predictions as classes or probabilities: how the numbers of an output are read, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from .activations import ANY_SHARES, CHANCES, LOGARITHMS, SCORES
from .blueprints import Blueprint, Level, OutputSeen
from .report import Diagnosis
from .signature import ModelSignature, TensorSpec
from .targets import TargetSpec, target_specs

# "margin": of a hinge loss, its sign tells the class; "scores": nothing tells whether probabilities or logits
Reading = Literal["probabilities", "logarithms", "logits", "margin", "scores"]
CLOSE = {"float16": 2e-2, "bfloat16": 5e-2}  # how far a sum of shares is from 1 by rounding alone
CLOSE_ELSE = 1e-3


@dataclass(frozen=True)
class Classes:
    """`codes`: per sample (and step) the place in `levels`, -1 where the model's answer is not a number."""

    codes: np.ndarray
    levels: tuple[Level, ...]
    ordered: bool


@dataclass(frozen=True)
class Columns:
    """A table of doubles, one column per class or unit; `levels` is empty for the numbers of one unit.

    float32 numbers are doubles exactly, so what the model gave is unchanged; functions of logits are doubles' own.
    """

    values: np.ndarray
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Answer:
    """One output: what the model says of it, and what training saw of its targets (None: nothing was learned)."""

    target: TargetSpec
    seen: OutputSeen | None

    @property
    def spec(self) -> TensorSpec:
        """The output itself."""
        return self.target.output

    @property
    def classes(self) -> tuple[Level, ...] | None:
        """The classes of training, None for numbers."""
        return self.seen.classes if self.seen else None

    @property
    def units(self) -> int | None:
        """How many numbers there are per sample or step; None where the model does not declare it."""
        shape = self.spec.shape
        return 1 if len(shape) == 1 else shape[-1] if shape else None

    @property
    def reading(self) -> Reading:
        """What the numbers are: the last activation tells; where it does not, the loss."""
        name, kind, loss = self.spec.activation, self.target.kind, self.target.loss
        if name in ANY_SHARES | CHANCES:
            return "probabilities"
        if name in LOGARITHMS:
            return "logarithms"
        if kind == "hinge" or (loss is not None and loss.is_builtin and loss.name == "categorical_hinge"):
            return "margin"
        if loss is None or kind not in ("sparse", "categories", "binary"):
            return "scores"
        if loss.from_logits:
            return "logits"
        # of a layer or function of the user's own the loss tells; what comes out is looked at
        return "scores" if name in SCORES else "probabilities"

    @property
    def are_shares(self) -> bool:
        """Whether the units share 1 among them, rather than have a probability each."""
        name = self.spec.activation
        if name in ANY_SHARES | CHANCES | LOGARITHMS:
            return name in ANY_SHARES or name == "log_softmax"
        return self.target.kind in ("sparse", "categories")

    @property
    def has_probability(self) -> bool:
        """Whether it is the probability of the second of two classes."""
        return self.units == 1 and self.classes is not None and self.reading not in ("margin", "scores")


def read_answers(model: Any, signature: ModelSignature, blueprint: Blueprint | None) -> tuple[Answer, ...]:
    """One per output, in the order of the flattened outputs."""
    learned = blueprint.outputs if blueprint else ()
    if not signature.outputs:  # a subclassed model declares none: there are as many as were learned
        paths = [seen.path for seen in learned] or [()]
        made = tuple(TensorSpec(path, signature.name, (), None, ()) for path in paths)
        signature = replace(signature, outputs=made)
    targets = target_specs(model, signature)
    if len(learned) == len(targets):
        return tuple(map(Answer, targets, learned))
    by_path = {seen.path: seen for seen in learned}
    return tuple(Answer(target, by_path.get(target.output.path)) for target in targets)


def as_given(answer: Answer, part: Any) -> Answer:
    """With the sizes that the prediction has."""
    shape = (None, *part.shape[1:]) if isinstance(part, np.ndarray) and part.ndim else answer.spec.shape
    return replace(answer, target=replace(answer.target, output=replace(answer.spec, shape=shape)))


def make_classes(answer: Answer, part: np.ndarray, threshold: float | None) -> Classes | Diagnosis:
    """The most probable class, the first of several; of one unit the second class from `threshold` on."""
    assert answer.seen is not None
    assert answer.classes is not None
    units = part.reshape(-1, 1) if part.ndim == 1 else part
    if units.shape[-1] > 1:  # the greatest is the greatest, whatever the reading
        # but of shares that are none (a softmax over another axis, a sparsemax of Keras 3.15) it tells nothing
        close = CLOSE.get(part.dtype.name, CLOSE_ELSE)
        fault = check_probabilities(answer, units, close) if answer.spec.activation in ANY_SHARES else None
        if fault is not None:
            return fault
        unknown = np.isnan(units).any(axis=-1)
        codes = np.argmax(units, axis=-1) if units.size else np.zeros(units.shape[:-1], "int64")
    else:
        score = units[..., 0].astype("float64")
        unknown = np.isnan(score)
        if answer.reading == "margin":
            codes = score > 0
        else:
            found = make_probabilities(answer, score[..., None])
            if isinstance(found, Diagnosis):
                return found
            codes = found[..., 0] >= (0.5 if threshold is None else float(threshold))
    return Classes(np.where(unknown, -1, codes).astype("int64"), answer.classes, answer.seen.ordered)


def make_columns(answer: Answer, part: np.ndarray) -> Columns | Diagnosis:
    """The probability of every class; the numbers of an output that has none."""
    values = (part.reshape(-1, 1) if part.ndim == 1 else part).astype("float64")
    if answer.classes is None:
        return Columns(values, _names_of_units(answer, values.shape[1]))
    close = CLOSE.get(part.dtype.name, CLOSE_ELSE)
    found = make_probabilities(answer, values, close)
    if isinstance(found, Diagnosis):
        return found
    return Columns(np.hstack([1 - found, found]) if found.shape[1] == 1 else found, answer.classes)


def _names_of_units(answer: Answer, units: int) -> tuple[Level, ...]:
    names = answer.seen.names if answer.seen else None
    if units == 1:
        return ()
    return names if names and len(names) == units else tuple(range(1, units + 1))


def make_probabilities(answer: Answer, values: np.ndarray, close: float = CLOSE_ELSE) -> np.ndarray | Diagnosis:
    """Doubles read as `answer.reading` says; refused where they can't be what they are said to be."""
    if answer.reading == "logits":
        return _softmax(values) if answer.are_shares else _sigmoid(values)
    if answer.reading == "logarithms":
        return np.exp(values)
    return check_probabilities(answer, values, close) or values


def check_probabilities(answer: Answer, values: np.ndarray, close: float) -> Diagnosis | None:
    """Refuse what is below 0, above 1, or as shares does not sum to 1; NaN is no fault."""
    if values.size == 0:
        return None
    low, high = float(np.fmin.reduce(values, axis=None)), float(np.fmax.reduce(values, axis=None))
    if low < 0 or high > 1 + close:
        return Diagnosis("type_values", "type", {"low": low, "high": high})
    if not answer.are_shares or values.shape[-1] == 1:
        return None
    sums = values.sum(axis=-1, dtype="float64").ravel()
    worst = np.argmax(np.where(np.isnan(sums), 0, np.abs(sums - 1)))
    return Diagnosis("type_values", "type", {"sum": float(sums[worst])}) if abs(sums[worst] - 1) > close else None


def _softmax(values: np.ndarray) -> np.ndarray:
    """exp(x) / sum(exp(x)) in doubles; the greatest taken off first, so that no power overflows."""
    with np.errstate(invalid="ignore"):
        powers = np.exp(values - values.max(axis=-1, keepdims=True, initial=-np.inf))
        return powers / powers.sum(axis=-1, keepdims=True)


def _sigmoid(values: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)) in doubles, with powers of negative numbers only."""
    powers = np.exp(-np.abs(values))
    return np.where(values >= 0, 1, powers) / (1 + powers)
