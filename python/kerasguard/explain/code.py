"""Errors of the user's own code: run by Keras, or calling it with what it can't use."""

from __future__ import annotations

import re
from typing import Any

from ..report import Diagnosis
from .family import matcher
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


def variable(raised: Raised) -> Diagnosis | None:
    """A layer or model of the user's own that makes variables at every call."""
    if "singleton tf.Variable" not in raised.text:
        return None
    place = raised.own or raised.at or Place("", 0)
    facts = {"file": place.file, "line": place.line, "code": place.code, "has_file": bool(place.file)}
    return Diagnosis("error_variable", "x", facts)


def dtypes(raised: Raised) -> Diagnosis | None:
    """Tensors of two number types in one operation."""
    names = r"(float|double|half|bfloat16|u?int\d+|float\d+|bool|string)"
    match = re.search(
        rf"was expected to be an? {names} tensor but is an? {names} tensor"
        rf"|Tensor conversion requested dtype {names} for Tensor with dtype {names}"
        rf"|has type {names} that does not match type {names}"
        rf"|[Ee]xpected (?:to be of type )?{names}(?: passed to parameter '?\w+'? of op '\w+')?, got .{{1,80}}?of type"
        rf" '{names}'",
        raised.text,
    )
    if match is None:
        return None
    plain = {"float": "float32", "double": "float64", "half": "float16"}
    wanted, came = (plain.get(name, name) for name in match.groups() if name)
    return (
        None
        if "string" in (wanted, came) or came in ("list", "str")
        else Diagnosis("error_dtypes", "x", {"wanted": wanted, "came": came})
    )


whole_number = matcher(
    "error_whole_number",
    r"Expected int32 passed to parameter .*?got \[?(\d+\.\d+)"
    r"|'float' object cannot be interpreted as an integer"
    r"|Found invalid dimension '(\d+\.\d+)' of type '<class 'float'>'"
    r"|Received an invalid value for `?\w+`?, expected a positive integer\. Received: \w+=(\d+\.\d+)",
)
units = matcher(
    "error_units",
    r"invalid value for `(\w+)`, expected a positive integer\. Received: \w+=(\S+?)(?:\.?$)",
    "name",
    "value",
)
shape_number = matcher(
    "error_shape_number", r"Cannot convert '(\d+)' to a shape\.|'int' object is not iterable.*input_shape", "size"
)
graph = matcher("error_graph", r"Output with path .{0,40} is not connected to|Graph disconnected: cannot obtain value")
positional = matcher(
    "error_positional",
    r"Only input tensors may be passed as positional arguments.*?: (?:.{0,200})\(of type <class '([\w.]+)'>\)",
    "cls",
)
