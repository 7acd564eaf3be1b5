"""Can the outputs be answered as classes or probabilities?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..activations import ANY_SHARES, CHANCES, LOGARITHMS
from ..answers import Answer
from ..report import Diagnosis


def check_answers(answers: Sequence[Answer], options: Any) -> Iterator[Diagnosis]:
    """Refuse the first fault of each output, and a threshold that none of them has a use for."""
    several = len(answers) > 1
    faults = [fault for answer in answers for fault in list(check_answer(answer, options.type, several))[:1]]
    yield from faults
    unknown = any(answer.units is None for answer in answers)
    if not faults and not unknown and is_moved(options) and not any(answer.has_probability for answer in answers):
        yield Diagnosis("option_threshold_unused", "threshold", {"type": options.type})


def is_moved(options: Any) -> bool:
    """Whether a threshold of one's own was given."""
    return options.threshold is not None and options.threshold != 0.5


def check_answer(answer: Answer, type: str, several: bool) -> Iterator[Diagnosis]:
    """Refuse classes of numbers, names that nobody told, and numbers that may be probabilities or logits."""
    facts = {"type": type, "output": answer.target.name if several else "", "units": answer.units}
    if answer.classes is None:
        if is_classifier(answer, type):
            yield Diagnosis("type_unlearned", "type", facts)
        elif type == "class":
            yield Diagnosis("type_numbers", "type", facts | {"several": several})
    else:
        yield from check_units(answer, facts)
    if type == "prob" and len(answer.spec.shape) > 2:
        yield Diagnosis("type_rank", "type", facts | {"rank": len(answer.spec.shape)})
    if answer.classes is None or answer.units is None:
        return
    if answer.reading == "margin" and type == "prob":
        assert answer.target.loss is not None
        yield Diagnosis("type_margin", "type", facts | {"loss": answer.target.loss.name})
    # the greatest score is the greatest probability, be they logits or not
    if answer.reading == "scores" and (type == "prob" or answer.units == 1):
        yield Diagnosis("type_scores", "type", facts | readings(answer, several))


def is_classifier(answer: Answer, type: str) -> bool:
    """Whether an output without known classes has some.

    Numbers as `.pred` need no names: where training is known to have had numbers, or nothing but numbers fits the loss.
    """
    name, kind = answer.spec.activation, answer.target.kind
    if name in ANY_SHARES | {"log_softmax"} or kind in ("sparse", "categories"):
        return True
    if answer.seen is not None and type == "prob":
        return False
    if name in CHANCES | LOGARITHMS or kind in ("binary", "hinge"):
        return True
    return kind != "numbers" and answer.seen is None


def check_units(answer: Answer, facts: dict[str, Any]) -> Iterator[Diagnosis]:
    """Refuse classes that are more or fewer than the output can tell apart."""
    assert answer.classes is not None
    want = 2 if answer.units == 1 else answer.units
    if answer.units == 1 and answer.spec.activation in ANY_SHARES | {"log_softmax"}:
        yield Diagnosis("model_softmax_one_unit", "model", {"layer": answer.spec.layer})
    elif want is not None and len(answer.classes) != want:
        seen = tuple(map(str, answer.classes))
        yield Diagnosis("type_classes", "type", facts | {"want": want, "got": len(seen), "classes": seen})


def readings(answer: Answer, several: bool) -> dict[str, Any]:
    """What the lines of code for either reading are made of."""
    kind, form = answer.target.kind, answer.seen.form if answer.seen else None
    one = answer.units == 1 or kind == "binary"
    one_hot = kind == "categories" or (kind != "sparse" and form == "one-hot")
    return {
        "link": "sigmoid" if one else "softmax",
        "loss": "BinaryCrossentropy"
        if one
        else "CategoricalCrossentropy"
        if one_hot
        else "SparseCategoricalCrossentropy",
        "activation": answer.spec.activation,
        "alone": not several,
        "compiled": answer.target.loss is not None,
    }
