"""Which family an error belongs to: the first one that recognises it. Nothing is guessed: each has its own sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..report import Diagnosis
from .layers import LAYER_FAMILIES
from .raised import Raised
from .targets import TARGET_FAMILIES

Family = Callable[[Raised], Diagnosis | None]


def find_family(raised: Raised) -> Diagnosis | None:
    """The cause, where the error is known."""
    if raised.is_live and not raised.is_keras:
        return _memory(raised) or _foreign(raised)
    for family in FAMILIES:
        found = family(raised)
        if found is not None:
            return found
    return None


def find_unknown(raised: Raised) -> Diagnosis:
    """What is left to say of an error that nothing here knows."""
    facts: dict[str, Any] = {"error": raised.error, "sentence": raised.sentence, "layer": "", "cls": ""}
    if raised.layer is not None:
        facts |= {"layer": raised.layer.name, "cls": raised.layer.cls}
    return Diagnosis("error_unknown" if raised.is_keras else "error_unknown_text", "x", facts)


def _foreign(raised: Raised) -> Diagnosis:
    file, line = raised.own or ("", 0)
    return Diagnosis("error_not_keras", "x", {
        "error": raised.error, "sentence": raised.sentence, "file": file, "line": line, "own": bool(raised.own),
    })  # fmt: skip


def _own_code(raised: Raised) -> Diagnosis | None:
    """The user's own layer, loss or callback raised a plain Python error while Keras ran it."""
    if raised.own is None or raised.error not in PLAIN:
        return None
    file, line = raised.own
    facts = {"error": raised.error, "sentence": raised.sentence, "file": file, "line": line}
    return Diagnosis("error_own_code", "x", facts)


PLAIN = ("KeyError", "IndexError", "AttributeError", "NameError", "ZeroDivisionError", "AssertionError",
         "UnboundLocalError", "ImportError", "ModuleNotFoundError", "NotImplementedError",
         "FileNotFoundError")  # fmt: skip


def _matcher(code: str, pattern: str, *names: str, **more: Any) -> Family:
    """A family that its sentence tells. `names`: of the pattern's groups, as facts."""

    def family(raised: Raised) -> Diagnosis | None:
        match = re.search(pattern, raised.text, re.IGNORECASE)
        if match is None:
            return None
        groups = dict(zip(names, (_number(group) for group in match.groups()), strict=False))
        return Diagnosis(code, "x", {"error": raised.error, "sentence": raised.sentence, **more, **groups})

    return family


def _number(text: str | None) -> Any:
    return int(text) if text is not None and text.isdigit() else text


def _memory(raised: Raised) -> Diagnosis | None:
    pattern = (
        r"OOM when allocating(?: tensor with shape\s?\[([\d, ]+)\])?|failed to allocate memory|out of memory"
        r"|Unable to allocate ([\d.]+ ?\w+)|cannot allocate vector of size ([\d.]+ ?\w+)"
    )
    match = re.search(pattern, raised.text, re.IGNORECASE)
    if match is None and raised.error not in ("ResourceExhaustedError", "MemoryError"):
        return None
    shape, size = (match.group(1), match.group(2) or match.group(3)) if match else (None, None)
    gpu = bool(re.search(r"\bGPU\b", raised.text, re.IGNORECASE))
    return Diagnosis("error_memory", "x", {"shape": shape, "size": size, "gpu": gpu})


def _load(raised: Raised) -> Diagnosis | None:
    for why, pattern in LOADS.items():
        match = re.search(pattern, raised.text)
        if match is not None and why == "is_old" and raised.is_live and "deserializ" not in raised.text:
            continue  # an argument that the user gave to a layer
        if match is not None:
            name = next((group for group in match.groups() if group), "")
            facts = {"name": name, "sentence": raised.sentence, "error": raised.error, why: True}
            return Diagnosis("error_load", "x", {**dict.fromkeys(LOADS, False), **facts})
    return None


# what can't be read from a file -> why
LOADS = {
    "is_lambda": r"Lambda.{0,200}(?:arbitrary code|unsafe|safe_mode)|deserializ\w+ of a `?Lambda",
    "is_function": (
        r"Could not deserialize '([\w.]+)'|Could not locate function '(\w+)'"
        r"|Unknown (?:loss|metric) function:? '?(\w+)"
    ),
    "is_class": r"Unknown layer:? '?\"?(\w+)|Could not locate class '(\w+)'",
    "is_old": (
        r"Unrecognized keyword arguments(?: passed to \w+)?: (?:\[|\{)'(batch_shape|batch_input_shape"
        r"|lr|groups|time_major|optional|ragged|quantization_config)'|could not be deserialized properly"
        r"|Error when deserializing class '(\w+)'"
    ),
    "is_missing": (
        r"File not found: filepath=(\S+?)\. |Unable to (?:synchronously )?open file \(unable to open file"
        r"|SavedModel file does not exist at: (\S+)"
    ),
    "is_format": (
        r"File format not supported: filepath=(\S+?)\. "
        r"|Unable to (?:synchronously )?open file \(file signature not found\)"
        r"|Unable to (?:synchronously )?open file \(truncated file|not accessible as a `?\.keras`? zip"
        r"|legacy SavedModel format is not supported"
    ),
    "is_weights": (
        r"No model config found in the file|Unable to load weights saved in"
        r"|Layer count mismatch when loading weights|A total of \d+ objects could not be loaded"
        r"|expected \d+ variables, but received \d+ variables during loading"
    ),
}  # fmt: skip


def _variable(raised: Raised) -> Diagnosis | None:
    if not re.search(
        r"Creating variables on a non-first call|singleton tf\.Variables? created on the first", raised.text
    ):
        return None
    own = raised.own is not None or "singleton tf.Variable" in raised.text
    file, line = raised.own or ("", 0)
    code = "error_variable" if own and "singleton" in raised.text else "error_spoiled"
    return Diagnosis(code, "x", {"file": file, "line": line, "has_file": bool(raised.own)})


def _cardinality(raised: Raised) -> Diagnosis | None:
    match = re.search(
        r"Data cardinality is ambiguous.*?'?x'? sizes: ([\d, ]+?)'?\s*'?y'? sizes: ([\d, ]+)", raised.text
    ) or re.search(r"should have the same number of samples\.? .*?(\d+).*? and (\d+)", raised.text)
    if match is None:
        bare = re.search(r"Data cardinality is ambiguous|arrays should have the same number of samples", raised.text)
        return Diagnosis("error_rows", "x", {"rows": None, "targets": None, "known": False}) if bare else None
    rows, targets = (int(re.findall(r"\d+", group)[0]) for group in match.groups())
    return Diagnosis("error_rows", "x", {"rows": rows, "targets": targets, "known": True})


def _unknown_rank(raised: Raised) -> Diagnosis | None:
    if re.search(r"shape with unknown rank|unknown TensorShape|as_list\(\) is not defined on an unknown", raised.text):
        method = raised.call.method if raised.call is not None else "predict"
        trains, evaluates = method == "fit", method == "evaluate"
        facts = {"trains": trains, "evaluates": evaluates, "predicts": not (trains or evaluates)}
        return Diagnosis("error_unknown_rank", "x", facts)
    return None


def _kind(raised: Raised) -> Diagnosis | None:
    match = re.search(r"Unrecognized data type: (\w+)=.*?\(of type <class '([\w.]+)'>\)", raised.text)
    if match is None:
        match = re.search(r"Failed to find data adapter that can handle input: (?:\(?<class '([\w.]+)'>)", raised.text)
        return match and Diagnosis("error_kind", "x", {"role": "x", "cls": match.group(1), "is_list": False})
    role, cls = match.groups()
    return Diagnosis("error_kind", "x", {"role": role, "cls": cls, "is_list": cls in ("list", "tuple")})


def _dtype(raised: Raised) -> Diagnosis | None:
    match = re.search(
        r"Invalid dtype: (\w+)|Unsupported object type ([\w.]+)|Cast (string) to \w+ is not supported"
        r"|could not convert (string) to float|Unsupported numpy type: (\w+)", raised.text,
    )  # fmt: skip
    if match is None:
        return None
    name = next(group for group in match.groups() if group)
    text = name.startswith(("str", "string", "NPY_UNICODE", "<U")) or name == "str"
    return Diagnosis("error_values", "x", {"type": name, "text": text, "objects": not text})


def _spoiled_batch(raised: Raised) -> Diagnosis | None:
    match = re.search(r"Expected batch size: (\d+).*?Received batch size: (\d+)", raised.text)
    if match is None:
        return None
    return Diagnosis("error_batch", "x", {"wanted": int(match.group(1)), "came": int(match.group(2))})


def _none(raised: Raised) -> Diagnosis | None:
    method = raised.call.method if raised.call is not None else ""
    values = raised.call.arguments if raised.call is not None else {}
    if "None values not supported" in raised.text and method in ("fit", "evaluate") and values.get("y") is None:
        return Diagnosis("error_no_targets", "y", {"method": method})
    if "pop from an empty set" in raised.text and values.get("x", 0) is None:
        return Diagnosis("error_no_data", "x", {"method": method})
    if "'batch_outputs'" in raised.text or re.search(r"(?:'|\")?logs(?:'|\")? where it is not associated", raised.text):
        return Diagnosis("error_no_rows", "x", {"method": method or "predict"})
    return None


FAMILIES: tuple[Family, ...] = (
    _own_code,
    _memory,
    _variable,
    _cardinality,
    _unknown_rank,
    *LAYER_FAMILIES,
    *TARGET_FAMILIES,
    _load,
    _kind,
    _dtype,
    _spoiled_batch,
    _none,
    _matcher("error_uncompiled", r"must call `?compile\(\)`? before|must compile your model before"),
    _matcher("error_r_method",
        r"no applicable method for '(predict|fit|evaluate|compile|summary)' applied to an object"
        r" of class .*keras", "name"),
    _matcher("error_unbuilt",
        r"has not yet been built|must be built before|not built, .*call `?build\(\)"
        r"|has never been called and thus has no defined"),
    _matcher("error_name", r"Could not interpret (\w+)(?: function)? identifier: (?:<.*?>|'?([\w.]+))", "what", "name"),
    _matcher("error_whole_number",
        r"Expected int32 passed to parameter .*?got \[?(\d+\.\d+)"
        r"|'float' object cannot be interpreted as an integer"
        r"|Found invalid dimension '(\d+\.\d+)' of type '<class 'float'>'"
        r"|Received an invalid value for `?\w+`?, expected a positive integer\. Received: \w+=(\d+\.\d+)"),
    _matcher("error_graph", r"Output with path .{0,40} is not connected to|Graph disconnected: cannot obtain value"),
    _matcher("error_shape_number",
        r"Cannot convert '(\d+)' to a shape\.|'int' object is not iterable.*input_shape", "size"),
    _matcher("error_symbolic",
        r"KerasTensor (?:is symbolic|cannot be used as input to a TensorFlow)|symbolic KerasTensor cannot"),
    _matcher("error_nan",
        r"Tensor had (?:NaN|Inf)|(?:invalid|nan) loss, terminating|\bloss:\s*nan\b|\bloss = nan\b|Loss is NaN"
        r"|contains? NaN values"),
    _matcher("error_gpu",
        r"Could not find cuda drivers|Unable to register cu\w+ factory|failed call to cuInit"
        r"|Cannot dlopen some GPU libraries|Could not load dynamic library '(lib\w+)|TF-TRT Warning"
        r"|Skipping registering GPU devices|no CUDA-capable device is detected", "library"),
)  # fmt: skip
