"""Something of another kind stands where Keras wants a whole number, a tensor, a layer, a list or a callback."""

from __future__ import annotations

import difflib
import re
import sys
from typing import Any

from ..report import Diagnosis
from .raised import Raised

FRACTION = r"(-?\d+\.\d+(?:e[+-]?\d+)?)"
WHOLE = (
    r"Expected int32 passed to parameter .*?got \[?\d+\.\d+"
    r"|'float' object cannot be interpreted as an integer"
    r"|indices must be integers or slices, not float"
    rf"|Found invalid dimension '{FRACTION}' of type '<class 'float'>'"
    rf"|Cannot convert '{FRACTION}' to a shape"
    r"|`(?:state_size|kernel_size)` must be an integer, or a list|^.{0,40}state_size must be an integer"
    r"|xpected an integer value for `?(\w+)`?, got <class 'float'>"
    r"|(?:positive integer|an integer|\d integers|list or int|an int,.{0,160})\W+(?:\w+\W+){0,12}?"
    rf"[Rr]eceived:? (\w+)={FRACTION}"
)


def whole_number(raised: Raised) -> Diagnosis | None:
    """A double: R's plain 2, or the result of a division."""
    match = re.search(WHOLE, raised.text)
    if match is None:
        return None
    dimension, shape, only, name, value = match.groups()
    found = value or shape or (dimension if raised.layer is None else None)  # a layer's own sizes come of others
    number = float(found) if found else None
    facts: dict[str, Any] = {
        "error": raised.error, "sentence": raised.sentence, "name": name or only or "",
        "number": None if number is None else int(number),
        "is_whole": number is not None and number == int(number), "value": found or "",
    }  # fmt: skip
    return Diagnosis("error_whole_number", "x", {**facts, "is_broken": number is not None and not facts["is_whole"]})


def tensors(raised: Raised) -> Diagnosis | None:
    """A layer or model handed to Model() where its tensors are meant."""
    match = re.search(
        r"All `(inputs|outputs)` values must be KerasTensors.*?(?:of type <class '([\w.]+)'>|$)", raised.text
    )
    if match is None:
        return None
    role, cls = match.group(1), _class(match.group(2))
    return Diagnosis("error_tensors", "x", {"role": role, "cls": cls, "is_model": cls in MODELS})


MODELS = ("Sequential", "Functional", "Model")


def called_on(raised: Raised) -> Diagnosis | None:
    """A layer called on what is no tensor."""
    match = re.search(
        r"Only input tensors may be passed as positional arguments.*?: (?:.{0,200})\(of type <class '([\w.]+)'>\)",
        raised.text,
    )
    if match is None:
        return None
    cls, name = match.group(1), _class(match.group(1))
    is_layer = ".layers." in cls
    facts = {"cls": cls, "of": name, "is_model": name in MODELS or ".models." in cls, "is_layer": is_layer}
    return Diagnosis("error_positional", "x", {**facts, "is_array": not (facts["is_model"] or is_layer)})


def layers(raised: Raised) -> Diagnosis | None:
    """A Sequential that gets its layers one by one, or among them what is none."""
    match = re.search(
        r"(?:`(trainable|name)` (?:to be|must be) a|Argument `(name)` must be a string).*?Received: \w+=<(\w+) name="
        r"|Only instances of `?keras\.Layer`? can be added to a Sequential model\."
        r" Received: (.*?) \(of type <class '([\w.]+)'>",
        raised.text,
    )
    if match is None:
        return None
    role, other, cls, value, kind = match.groups()
    if kind == "type" or str(kind).endswith("KerasTensor"):
        return None  # told by families of their own
    facts = {"role": role or other or "", "cls": cls or "", "value": ""}
    if kind == "str":
        facts["value"] = str(value)[:30]
    return Diagnosis("error_layers", "x", facts)


def merged(raised: Raised) -> Diagnosis | None:
    """A merging layer that got one tensor."""
    match = re.search(
        r"(?:`?(\w+)`? layer|merge layer) should be called on a list of (?:at least \d+ )?inputs?", raised.text
    )
    if match is None:
        return None
    name = raised.layer.name if raised.layer is not None else ""
    cls = raised.layer.cls if raised.layer is not None else match.group(1)
    cls = cls if cls not in (None, "merge") else "Add"
    return Diagnosis("layer_one_tensor", "x", {"layer": name, "cls": cls})


def metrics(raised: Raised) -> Diagnosis | None:
    """Metrics that stand alone."""
    match = re.search(
        r"Expected `metrics` argument to be a list, tuple, or dict\. Received instead: metrics=(\w+)", raised.text
    )
    return match and Diagnosis("error_metrics_list", "x", {"value": match.group(1)})


def callback(raised: Raised) -> Diagnosis | None:
    """What is no callback among them."""
    match = re.search(
        r"'(\w+)' object has no attribute '(?:set_model|set_params|on_\w+_(?:begin|end)"
        r"|_implements_train_batch_hooks)'",
        raised.text,
    )
    if match is None:
        return None
    return Diagnosis("error_callback", "x", {"cls": match.group(1)})


def categories(raised: Raised) -> Diagnosis | None:
    """Labels that to_categorical() can't count."""
    if "to_categorical" not in raised.functions and "to_categorical" not in raised.text:
        return None
    match = re.search(r"index (-?\d+) is out of bounds for axis 1 with size (\d+)", raised.text)
    if match is not None:
        value, count = int(match.group(1)), int(match.group(2))
        facts = {"value": value, "count": count, "highest": count - 1, "size": value + 1, "is_text": False}
        return Diagnosis("error_categories", "y", {**facts, "above": value >= count, "is_next": value == count})
    match = re.search(r"invalid literal for int\(\) with base 10: '(.*?)'", raised.text)
    if match is None:
        return None
    return Diagnosis("error_categories", "y", {"value": match.group(1)[:20], "is_text": True})


def layer_name(raised: Raised) -> Diagnosis | None:
    """A layer that the model does not have."""
    match = re.search(r"No such layer: (.+?)\. Existing layers are: \[(.*?)\]", raised.text)
    if match is not None:
        names = tuple(re.findall(r"'(.*?)'", match.group(2)))
        near = difflib.get_close_matches(match.group(1), names, 1)
        return Diagnosis("error_layer_name", "x", {
            "name": match.group(1), "names": names, "near": near[0] if near else "", "count": len(names),
            "by_name": True,
        })  # fmt: skip
    match = re.search(r"asked to retrieve layer at index (-?[\d.]+) but model only has (\d+) layers", raised.text)
    if match is None:
        return None
    facts = {
        "index": int(float(match.group(1))),
        "count": int(match.group(2)),
        "by_name": False,
        "near": "",
        "names": (),
    }
    return Diagnosis("error_layer_name", "x", facts)


def attribute(raised: Raised) -> Diagnosis | None:
    """A name that a module or an object of Keras does not have."""
    match = re.search(r"module '((?:keras|tensorflow|tf_keras)[\w.]*)' has no attribute '(\w+)'", raised.text)
    known = raised.names
    if match is not None:
        owner, name = match.groups()
        known = known or tuple(dir(sys.modules[owner])) if owner in sys.modules else known
    else:
        match = re.search(r"'(\w+)' object has no attribute '(\w+)'", raised.text)
        if match is None or not raised.names:
            return None
        owner, name = "", match.group(2)
    public = [each for each in known if not each.startswith("_")]
    same = [each for each in public if each.lower() == name.lower().replace("_", "")]
    if name in public:
        return None  # in another installation than this one
    near = difflib.get_close_matches(name, public, 1, 0.7) or same
    owner = owner.replace("keras.api.", "keras.").removeprefix("keras._tf_keras.").replace("keras.src.", "keras.")
    facts = {"owner": owner, "cls": "" if owner else match.group(1), "name": name, "near": near[0] if near else ""}
    return Diagnosis("error_attribute", "x", {**facts, "is_module": bool(owner), "of_object": not owner})


def _class(name: str | None) -> str:
    return str(name or "").rpartition(".")[2]


HANDED = (whole_number, tensors, called_on, layers, merged, metrics, callback, categories, layer_name)
