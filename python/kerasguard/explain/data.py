"""Errors of data that a model can't take."""

from __future__ import annotations

import re

from ..report import Diagnosis
from .family import SHAPE, sample_sizes
from .layers import class_of
from .raised import Raised

MODELS = ("Sequential", "Functional", "Model")
TAKEN = ("numpy.ndarray", "DataFrame", "Series", "EagerTensor", "Tensor", "Variable")


def inputs(raised: Raised) -> Diagnosis | None:
    """What a whole model says of its inputs."""
    match = re.search(r"expected shape=[\[(]([^\])]*)[\])], found shape=[\[(]([^\])]*)[\])]", raised.text)
    if match is not None:
        wanted, came = (sample_sizes(group) or () for group in match.groups())
        return Diagnosis("error_input_shape", "x", {"seen": came, "want": wanted})
    shape = r"[\[(](?:None, )?([^\])]*)[\])]"
    match = re.search(rf"Expected shape {SHAPE}, but input has incompatible shape {SHAPE}", raised.text)
    match = match or re.search(rf"expected \w+ to have shape {shape} but got array with shape {shape}", raised.text)
    if match is not None and "checking target" not in raised.text:
        is_old = "but got array" in match.group(0)
        wanted, came = (sample_sizes(f"n, {group}" if is_old else group) or () for group in match.groups())
        return Diagnosis("error_input_shape", "x", {"seen": came, "want": wanted})
    match = re.search(
        r"expected \w+ to have (\d+) dimensions, but got array with shape [\[(]([^\])]*)[\])]", raised.text
    )
    if match is not None and "checking target" not in raised.text:
        return Diagnosis(
            "error_input_rank", "x", {"wanted": int(match.group(1)), "seen": sample_sizes(match.group(2)) or ()}
        )
    match = re.search(r"expects (\d+) (?:named )?input\(s\).*?received (\d+) input tensor", raised.text)
    if match is not None:
        return _inputs(raised, int(match.group(1)), int(match.group(2)))
    match = re.search(r"Missing data for input \"(\S+?)\"", raised.text)
    if match is not None:
        return Diagnosis("error_input_missing", "x", {"name": match.group(1)})
    return None


def _inputs(raised: Raised, wanted: int, came: int) -> Diagnosis:
    """Of a model, or of one layer in it."""
    name = re.search(r"[Ll]ayer \"?([\w./-]+)\"? expects", raised.text)
    is_layer = name is not None and (
        raised.layer.cls not in MODELS if raised.layer is not None
        else bool(class_of(name.group(1))) or bool(re.match(r"(dropout|activation|reshape)", name.group(1)))
    )  # fmt: skip
    facts = {
        "wanted": wanted, "came": came, "layer": name.group(1) if name else "",
        "cls": class_of(name.group(1)) if name else "", "many": came > wanted == 1,
    }  # fmt: skip
    return Diagnosis("layer_inputs" if is_layer else "error_inputs", "x", facts)


def ids(raised: Raised) -> Diagnosis | None:
    """A token id outside an Embedding's rows."""
    match = re.search(r"indices\[([\d,]*)\] = (-?\d+) is not in \[0, (\d+)\)", raised.text)
    if match is None:
        return None
    value, count = int(match.group(2)), int(match.group(3))
    return Diagnosis("error_ids", "x", {"value": value, "count": count, "size": value + 1, "above": value >= count})


def cardinality(raised: Raised) -> Diagnosis | None:
    """Which of the arrays differ: `x` and `y`, weights, or the arrays of several inputs."""
    if not re.search(r"Data cardinality is ambiguous|should have the same number of samples", raised.text):
        return None
    sizes = {role: [int(n) for n in re.findall(r"\d+", found)] for role, found in re.findall(
        r"'?(x|y|sample_weight)'? sizes: ([\d, ]+)", raised.text)}  # fmt: skip
    old = re.search(r"should have the same number of samples\.? .*?(\d+).*? and (\d+)", raised.text)
    if not sizes and old is not None:
        sizes = {"x": [int(old.group(1))], "y": [int(old.group(2))]}
    first = sizes.get("x", [])[:1]
    other = next((role for role, found in sizes.items() if found[:1] != first), "") if first else ""
    inputs = sizes.get("x", [])
    is_list = len(inputs) > 1 and inputs[0] != len(inputs) and sizes.get("y") == [len(inputs)]
    facts = {
        "sizes": sizes, "rows": first[0] if first else None, "targets": sizes[other][0] if other else None,
        "other": other, "inputs": len(inputs), "is_list": is_list, "differ": bool(other) and not is_list,
        "within": len(set(inputs)) > 1,
    }  # fmt: skip
    return Diagnosis("error_rows", "x", facts)


def kind(raised: Raised) -> Diagnosis | None:
    """An object that Keras has no way to read."""
    match = re.search(r"Unrecognized data type: (\w+)=.*?\(of type <class '([\w.]+)'>\)", raised.text)
    if match is None:
        match = re.search(r"Failed to find data adapter that can handle input: (?:\(?<class '([\w.]+)'>)", raised.text)
        facts = {"role": "x", "is_list": False, "beside": False}
        return match and Diagnosis("error_kind", "x", {**facts, "cls": match.group(1)})
    role, cls = match.groups()
    # Keras names the first argument, although it is another one that it can't take
    beside = cls.endswith(TAKEN)
    if beside:
        given = raised.call.arguments if raised.call is not None else {}
        role, cls = next(((name, f"{type(given[name]).__name__}") for name in ("y", "sample_weight")
                          if given.get(name) is not None and not f"{type(given[name]).__name__}".endswith(TAKEN)
                          and type(given[name]).__name__ != "ndarray"), ("y", "list"))  # fmt: skip
        beside = raised.call is None
    facts = {"role": role, "cls": cls, "is_list": cls in ("list", "tuple") and not beside, "beside": beside}
    return Diagnosis("error_kind", role if role == "y" else "x", facts)


def dtype(raised: Raised) -> Diagnosis | None:
    """Values that are no numbers."""
    match = re.search(
        r"Invalid dtype: (\w+)|Unsupported object type ([\w.]+)|Cast (string) to \w+ is not supported"
        r"|could not convert (string) to float|Unsupported numpy type: (\w+)", raised.text,
    )  # fmt: skip
    if match is None:
        return None
    name = next(group for group in match.groups() if group)
    text = name.startswith(("str", "string", "NPY_UNICODE", "<U")) or name == "str"
    is_target = bool(re.search(r"compile_loss|compile_metrics|crossentropy", raised.text))
    return Diagnosis("error_values", "y" if is_target else "x", {"type": name, "text": text})


def nothing(raised: Raised) -> Diagnosis | None:
    """Data without samples, or none at all."""
    method = raised.call.method if raised.call is not None else ""
    values = raised.call.arguments if raised.call is not None else {}
    if "pop from an empty set" in raised.text and values.get("x", 0) is None:
        return Diagnosis("error_no_data", "x", {"method": method})
    if "'batch_outputs'" in raised.text or re.search(r"(?:'|\")?logs(?:'|\")? where it is not associated", raised.text):
        return Diagnosis("error_no_rows", "x", {"method": method or "predict"})
    return None


def ragged(raised: Raised) -> Diagnosis | None:
    """Rows of unequal length."""
    pattern = (
        r"setting an array element with a sequence|inhomogeneous (?:shape|part)|non-rectangular Python sequence"
        r"|Failed to convert a NumPy array to a Tensor \(Unsupported object type (?:list|numpy\.ndarray)"
    )
    return Diagnosis("error_ragged", "x") if re.search(pattern, raised.text) else None
