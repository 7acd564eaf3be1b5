"""Which family an error belongs to: the first one that recognises it. Nothing is guessed: each has its own sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..report import Diagnosis
from ..signature import is_model, make_signature
from .handed import HANDED, attribute, categories
from .layers import LAYER_FAMILIES
from .loads import load
from .names import NAME_FAMILIES, function_of_r, removed, unknown_argument_of_r
from .own import own_code, own_loss, symbolic
from .places import Place
from .raised import Raised
from .targets import TARGET_FAMILIES, batch

Family = Callable[[Raised], Diagnosis | None]


def find_family(raised: Raised) -> Diagnosis | None:
    """The cause, where the error is known."""
    if raised.is_live and not raised.is_keras:
        return _first(raised, OF_OTHERS) or _foreign(raised)
    if own_loss(raised):
        return symbolic(raised) or own_code(raised)
    return _first(raised, FAMILIES) or own_code(raised)


def _first(raised: Raised, families: tuple[Family, ...]) -> Diagnosis | None:
    return next((found for family in families if (found := family(raised)) is not None), None)


def find_unknown(raised: Raised) -> Diagnosis:
    """What is left to say of an error that nothing here knows."""
    facts: dict[str, Any] = {
        "error": raised.error, "sentence": raised.sentence, "layer": "", "cls": "", "called": raised.call is not None,
        **_placed(raised),
    }  # fmt: skip
    if raised.layer is not None:
        facts |= {"layer": raised.layer.name, "cls": raised.layer.cls}
    return Diagnosis("error_unknown" if raised.is_keras else "error_unknown_text", "x", facts)


def _placed(raised: Raised) -> dict[str, Any]:
    place = raised.at or Place("", 0)
    return {"file": place.file, "line": place.line, "code": place.code, "own": bool(place.file)}


def _foreign(raised: Raised) -> Diagnosis:
    return Diagnosis("error_not_keras", "x", {"error": raised.error, "sentence": raised.sentence, **_placed(raised)})


def _matcher(code: str, pattern: str, *names: str, of_logs: bool = False) -> Family:
    """A family that its sentence tells. `names`: of the pattern's groups, as facts. `of_logs`: lines that no error is
    raised with, so that one beside them is the one to explain."""

    def family(raised: Raised) -> Diagnosis | None:
        match = re.search(pattern, raised.text, re.IGNORECASE)
        if match is None or (of_logs and raised.has_error):
            return None
        groups = dict(zip(names, (_number(group) for group in match.groups()), strict=False))
        return Diagnosis(code, "x", {"error": raised.error, "sentence": raised.sentence, **groups})

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


def _variable(raised: Raised) -> Diagnosis | None:
    if not re.search(
        r"Creating variables on a non-first call|singleton tf\.Variables? created on the first", raised.text
    ):
        return None
    place = raised.own or raised.at or Place("", 0)
    is_own = "singleton tf.Variable" in raised.text
    facts = {"file": place.file, "line": place.line, "code": place.code, "has_file": is_own and bool(place.file)}
    return Diagnosis("error_variable" if is_own else "error_spoiled", "x", facts)


def _cardinality(raised: Raised) -> Diagnosis | None:
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


def _unknown_rank(raised: Raised) -> Diagnosis | None:
    if re.search(r"shape with unknown rank|unknown TensorShape|as_list\(\) is not defined on an unknown", raised.text):
        method = raised.call.method if raised.call is not None else "predict"
        trains, evaluates = method == "fit", method == "evaluate"
        facts = {"trains": trains, "evaluates": evaluates, "predicts": not (trains or evaluates)}
        return Diagnosis("error_unknown_rank", "x", facts)
    return None


TAKEN = ("numpy.ndarray", "DataFrame", "Series", "EagerTensor", "Tensor", "Variable")


def _kind(raised: Raised) -> Diagnosis | None:
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


def _dtype(raised: Raised) -> Diagnosis | None:
    match = re.search(
        r"Invalid dtype: (\w+)|Unsupported object type ([\w.]+)|Cast (string) to \w+ is not supported"
        r"|could not convert (string) to float|Unsupported numpy type: (\w+)", raised.text,
    )  # fmt: skip
    if match is None:
        return None
    name = next(group for group in match.groups() if group)
    text = name.startswith(("str", "string", "NPY_UNICODE", "<U")) or name == "str"
    is_target = bool(re.search(r"compile_loss|compile_metrics|crossentropy", raised.text))
    return Diagnosis("error_values", "y" if is_target else "x", {"type": name, "text": text, "objects": not text})


def _stateful_batch(raised: Raised) -> Diagnosis | None:
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


def _none(raised: Raised) -> Diagnosis | None:
    method = raised.call.method if raised.call is not None else ""
    values = raised.call.arguments if raised.call is not None else {}
    if "None values not supported" in raised.text and method in ("fit", "evaluate") and values.get("y") is None:
        is_stream = not hasattr(values.get("x"), "shape") and not isinstance(values.get("x"), (list, tuple, dict))
        return Diagnosis("error_no_targets", "y", {"method": method, "is_stream": is_stream})
    if "pop from an empty set" in raised.text and values.get("x", 0) is None:
        return Diagnosis("error_no_data", "x", {"method": method})
    if "'batch_outputs'" in raised.text or re.search(r"(?:'|\")?logs(?:'|\")? where it is not associated", raised.text):
        return Diagnosis("error_no_rows", "x", {"method": method or "predict"})
    return None


def _dtypes(raised: Raised) -> Diagnosis | None:
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


def _metric(raised: Raised) -> Diagnosis | None:
    """A metric that can't read these targets: its file is among those that TensorFlow names."""
    lines = re.findall(r"keras/src/(\w+)/", raised.text)
    if not ("Graph execution error" in raised.text and "metrics" in lines and "losses" not in lines):
        return None
    return Diagnosis("error_metric", "y", {"error": raised.error, "sentence": raised.sentence})


def _not_found(raised: Raised) -> Diagnosis | None:
    match = re.search(
        r"No module named '(keras|tensorflow|tf_keras|numpy|pandas|h5py|scipy)'"
        r"|Python module (keras|tensorflow|tf_keras)[\w.]* was not found"
        r"|(Python shared library) not found|(?:Valid i|I)nstallation of (\w+) not found",
        raised.text,
    )
    if match is None:
        return None
    what = next(group for group in match.groups() if group)
    shown = {"python": "Python", "Python shared library": "Python's library"}.get(what, what)
    return Diagnosis("error_not_found", "x", {"what": shown})


def _ragged(raised: Raised) -> Diagnosis | None:
    pattern = (
        r"setting an array element with a sequence|inhomogeneous (?:shape|part)|non-rectangular Python sequence"
        r"|Failed to convert a NumPy array to a Tensor \(Unsupported object type (?:list|numpy\.ndarray)"
    )
    return Diagnosis("error_ragged", "x") if re.search(pattern, raised.text) else None


# of code around Keras, in which neither Keras nor TensorFlow has a part
OF_OTHERS: tuple[Family, ...] = (
    _memory, _not_found, removed, attribute, categories, unknown_argument_of_r, function_of_r, _ragged,
    _matcher("error_python_other", r"another version of Python \('?(.*?)'?\) has already been initialized"
             r"|failed to initialize requested version of Python", "running"),
    _matcher("error_library", r"(?:ImportError|OSError):.{0,200}?(?:version [`'\"](\w+[\w.]*)[`'\"] not found"
             r"|DLL load failed while importing (\w+)"
             r"|(lib[\w+-]+\.so[\w.]*): (?:undefined symbol|cannot open shared object file))",
             "library", "module", "file"),
    _matcher("error_pointer", r"external pointer is not valid|invalid externalptr|object is from previous session"
             r"|NULL value passed as (?:symbol|external) (?:address|pointer)"),
)  # fmt: skip

FAMILIES: tuple[Family, ...] = (
    *OF_OTHERS,
    *NAME_FAMILIES,
    *HANDED,
    _metric,
    _variable,
    _cardinality,
    _unknown_rank,
    *LAYER_FAMILIES,
    *TARGET_FAMILIES,
    load,
    _matcher("error_structure", r"structure of `inputs` doesn't match the expected structure"),
    _kind,
    _dtype,
    _stateful_batch,
    _none,
    _matcher("error_uncompiled", r"must call `?compile\(\)`? before|must compile your model before"
        r"|No loss to compute\. Provide a `?loss"),
    _matcher("error_r_method",
        r"no applicable method for '(predict|fit|evaluate|compile|summary)' applied to an object"
        r" of class .*?(keras(?:\.\w+)+)", "name", "cls"),
    _matcher("error_unbuilt",
        r"has not yet been built|the layer isn't built|must be built before|not built, .*call `?build\(\)"
        r"|has never been called and thus has no defined"),
    _matcher("error_name", r"Could not interpret (\w+)(?: function)? identifier: (?:<.*?>|'?([\w.]+))", "what", "name"),
    _matcher("error_graph", r"Output with path .{0,40} is not connected to|Graph disconnected: cannot obtain value"),
    _matcher("error_shape_number",
        r"Cannot convert '(\d+)' to a shape\.|'int' object is not iterable.*input_shape", "size"),
    symbolic,
    _dtypes,
    _matcher("error_optimizer",
        r"optimizer can only be called for the variables it was originally built with"
        r"|optimizer cannot recognize variable"),
    _matcher("error_gradients", r"No gradients provided for any variable"),
    _matcher("error_adapted", r"Table not initialized|has not been adapted|must call `?\.?adapt\("),
    _matcher("error_outputs", r"y_true and y_pred have different structures"),
    _matcher("error_units", r"invalid value for `(\w+)`, expected a positive integer\. Received: \w+=(\S+?)(?:\.?$)",
        "name", "value"),
    _matcher("error_nan",
        r"Tensor had (?:NaN|Inf)|contains? NaN values"),
    _matcher("error_nan",
        r"(?:invalid|nan) loss, terminating|\bloss[`'\"]?\s*[:=]\s*\[?(?:nan|inf)\b"
        r"|Loss is NaN|\bloss\s+nan\b", of_logs=True),
    _matcher("error_noise",
        r"triggered (tf\.function retracing)|(oneDNN) custom operations are on"
        r"|binary is optimized to use available (CPU)|saving your model as an (HDF5) file via", "what", of_logs=True),
    _matcher("error_gpu",
        r"Could not find cuda drivers|Unable to register cu\w+ factory|failed call to cuInit"
        r"|Cannot dlopen some GPU libraries|Could not load dynamic library '(lib\w+)|TF-TRT Warning"
        r"|Skipping registering GPU devices|no CUDA-capable device is detected", "library", of_logs=True),
)  # fmt: skip
