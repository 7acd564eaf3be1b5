"""The user's own layer, loss, metric or callback failed while Keras ran it."""

from __future__ import annotations

import re
from typing import Any

from ..report import Diagnosis
from .places import Place
from .raised import LOSSES, Raised

STEPS = {"fit": "train", "train_on_batch": "train", "evaluate": "test", "test_on_batch": "test",
         "predict": "predict", "predict_on_batch": "predict"}  # fmt: skip


def own_loss(raised: Raised) -> str:
    """The name of a loss or metric of the user's own in whose graph it failed."""
    found = re.search(r"compile_(?:loss|metrics)/(\w+?)(?:_\d+)?/", raised.text)
    name = found.group(1) if found else ""
    return "" if any(part in name for part in (*LOSSES, "mse", "mae", "mape", "msle", "kl_", "cosine")) else name


def own_code(raised: Raised) -> Diagnosis | None:
    """What is left to say of an error in it: where it is, and what it says."""
    name = own_loss(raised)
    if raised.own is None and not name:
        return None
    place = raised.own or Place("", 0)
    method = raised.call.method if raised.call is not None else ""
    facts: dict[str, Any] = {
        "error": raised.error, "sentence": raised.sentence, "file": place.file, "line": place.line, "code": place.code,
        "is_r": place.is_r, "name": name, "step": STEPS.get(method, "") if place.traced or name else "",
    }  # fmt: skip
    return Diagnosis("error_own_code", "x", facts)


SYMBOLIC = (
    r"KerasTensor (?:is symbolic|cannot be used as input to a TensorFlow)|symbolic KerasTensor cannot"
    r"|symbolic `?tf\.Tensor`?(?: \(.*?\))? (?:to a numpy|as a Python `?bool|is not allowed)"
    r"|Iterating over a symbolic|Tensor objects are only iterable when eager|Cannot iterate over a (?:shape|scalar|tf)"
    r"|'(?:Symbolic|Keras)?Tensor' object has no attribute 'numpy'|NumPy call, which is not supported"
)


def symbolic(raised: Raised) -> Diagnosis | None:
    """A tensor without numbers, while a model is put together or its steps are compiled."""
    if not re.search(SYMBOLIC, raised.text):
        return None
    is_test = bool(re.search(r"Python `?bool|as a boolean", raised.text))
    facts = {"is_model": "KerasTensor" in raised.text, "is_test": is_test, "is_other": not is_test}
    return Diagnosis("error_symbolic", "x", facts)
