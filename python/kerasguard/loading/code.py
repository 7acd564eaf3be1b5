"""What a file wants to run or read beside Keras' own layers: found in its config, before Keras builds anything."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..report import Diagnosis

Kind = Literal["lambda", "class", "function", "file", "model", "object"]
SPACES = (
    "layers", "models", "initializers", "regularizers", "constraints", "activations", "losses", "metrics",
    "optimizers", "optimizers.schedules", "dtype_policies", "quantizers", "random", "ops", "mixed_precision",
)  # fmt: skip
# Packages under which Keras itself has filed its classes over the years.
OWN = ("keras.", "tf_keras.", "tensorflow.keras.", "tensorflow.python.keras.")
# The corners of these packages whose functions read files, fetch, or load code.
SHARP = {
    "utils", "saving", "config", "backend", "datasets", "applications", "preprocessing", "callbacks", "export",
    "legacy.saving", "distribution", "tree", "visualization", "testing", "trainers", "hub", "wrappers",
}  # fmt: skip
# Layers of Keras 2 that Keras 3 does not have: no code of the file's own.
ONLY_KERAS_2 = {
    "LocallyConnected1D", "LocallyConnected2D", "ThresholdedReLU", "TFOpLambda", "SlicingOpLambda", "ClassMethod",
    "InstanceMethod", "InstanceProperty", "TensorFlowOpLayer", "CuDNNLSTM", "CuDNNGRU", "RandomHeight", "RandomWidth",
    "SyncBatchNormalization", "DenseFeatures", "BatchNormalizationV1", "BatchNormalizationV2", "AddMetric", "AddLoss",
}  # fmt: skip
OP_LAYERS = {"TFOpLambda", "ClassMethod", "TensorFlowOpLayer", "InstanceMethod", "InstanceProperty", "SlicingOpLambda"}
FOREIGN = {"TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
# TensorFlow's functions that only compute, by the first part of their public name.
PURE_TF = {
    "math", "nn", "linalg", "image", "signal", "strings", "sparse", "ragged", "bitwise", "sets", "__operators__",
    "random", "quantization", "dtypes",
}  # fmt: skip
IMPURE_TF = {
    "py_function",
    "numpy_function",
    "py_func",
    "print",
    "Print",
    "load_op_library",
    "load_library",
    "function",
}
PLAIN = {
    "function", "__tuple__", "__numpy__", "__tensor__", "__keras_tensor__", "__bytes__", "__ellipsis__", "__slice__",
    "TensorShape", "ndarray", "Policy", "PolicyV1", "DTypePolicy", "TypeSpec", "CompositeTensor", "type",
    "__typespec__", "InputLayer", "Functional", "Model", "Sequential", "MeanMetricWrapper", "LossFunctionWrapper",
}  # fmt: skip


@dataclass(frozen=True)
class Want:
    """One thing that is no part of Keras: a Lambda's code, a class or function by name, a file ..., and in which layer.

    `module`: where Keras would import it from.
    """

    kind: Kind
    name: str
    layer: str = ""
    module: str = ""

    @property
    def shown(self) -> str:
        """The name as a message gives it."""
        return f"{self.module}.{self.name}" if self.module else self.name


def find_wants(config: Any, given: Mapping[str, Any]) -> list[Want]:
    """Everything in `config` that is not Keras' own, `given` by the user, or registered in this session."""
    found: list[Want] = []
    for item, layer in _objects(config):
        found += [want for want in _of_object(item, given, layer) if want not in found]
    return found


def holds_code(config: Any, given: Mapping[str, Any]) -> list[Want]:
    """The Lambda layers with code of their own: seen without knowing Keras' names, so without loading Keras."""
    found: list[Want] = []
    for item, layer in _objects(config):
        inner = item.get("config")
        function = inner.get("function") if isinstance(inner, dict) else None
        is_marshalled = isinstance(function, list) or "__lambda__" in str(function)[:200]
        is_code = item["class_name"] == "__lambda__" or (item["class_name"] == "Lambda" and is_marshalled)
        if is_code and not ("Lambda" in given or item.get("registered_name") in given):
            found.append(Want("lambda", "Lambda", layer))
    return found


def keras2_only(config: Any) -> set[str]:
    """The classes in a config that Keras 3 does not have at all."""
    import keras

    names = {str(item["class_name"]) for item, _ in _objects(config)}
    return {name for name in names & ONLY_KERAS_2 if not hasattr(keras.layers, name)}


def _objects(node: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Every object of a config, with the name of the layer that it is or is in."""
    waiting: list[tuple[Any, str]] = [(node, "")]  # no recursion: a config can be nested on purpose
    while waiting:
        item, layer = waiting.pop()
        if isinstance(item, list):
            waiting += [(value, layer) for value in reversed(item)]
        elif isinstance(item, dict):
            if "class_name" in item:
                inner = item.get("config")
                if isinstance(inner, dict) and isinstance(inner.get("name"), str):
                    layer = inner["name"]
                yield item, layer
            waiting += [(value, layer) for value in reversed(item.values())]


def _of_object(item: dict[str, Any], given: Mapping[str, Any], layer: str) -> Iterator[Want]:
    name, inner = str(item["class_name"]), item.get("config")
    module = item.get("module")
    if name == "__lambda__":
        yield Want("lambda", "Lambda", layer)
        return
    if name == "function":
        yield from _of_function(item, given, layer)
        return
    if _is_known(name, item.get("registered_name"), given):
        return
    details: dict[str, Any] = inner if isinstance(inner, dict) else {}
    if name == "Lambda":
        yield from _of_lambda(details, given, layer)
        return
    if name in FOREIGN:
        yield Want("object", f"a pickled object ({name})", layer)
    elif name == "TFSMLayer":
        yield Want("model", f"the SavedModel {str(details.get('filepath'))[:60]!r}", layer)
    elif name in OP_LAYERS:
        yield from _of_op(name, details, layer)
    elif not _is_own(module) or not _is_keras_name(name, module):
        yield Want("class", name, layer, "" if module is None or _is_own(module) else str(module))
    if isinstance(details.get("vocabulary"), str):
        yield Want("file", f"the file {details['vocabulary'][:60]!r}", layer)


def _of_function(item: dict[str, Any], given: Mapping[str, Any], layer: str) -> Iterator[Want]:
    name, module = str(item.get("config")), item.get("module")
    if _is_known(name, item.get("registered_name"), given):
        return
    if module in (None, "builtins"):
        if not _is_keras_name(name, None):
            yield Want("function", name, layer)
    elif not _is_own(module) or not _is_keras_name(name, module):
        yield Want("function", name, layer, str(module))


def _of_lambda(details: dict[str, Any], given: Mapping[str, Any], layer: str) -> Iterator[Want]:
    function = details.get("function")
    if "lambda" in (details.get("output_shape_type"), details.get("mask_type")):
        yield Want("lambda", "Lambda", layer)
        return
    if isinstance(function, dict) and function.get("class_name") == "function":
        return  # a function by name, looked at on its own
    if isinstance(function, str) and (function in given or _is_keras_name(function, "keras.activations")):
        return
    if isinstance(function, str) and details.get("function_type") == "function":
        yield Want("function", function[:60], layer)
        return
    yield Want("lambda", "Lambda", layer)


def _of_op(name: str, details: dict[str, Any], layer: str) -> Iterator[Want]:
    """A call of TensorFlow's that Keras 2 kept as a layer."""
    if name == "TensorFlowOpLayer":
        yield Want("function", "a TensorFlow operation", layer)
        return
    words = str(details.get("function", details.get("method_name", ""))).split(".")
    if words[:2] in (["compat", "v1"], ["compat", "v2"]):
        words = words[2:]
    is_pure = words[0] in PURE_TF if len(words) > 1 else words[0] not in IMPURE_TF
    if not is_pure or set(words) & IMPURE_TF or "raw_ops" in words or "io" in words:
        yield Want("function", f"tf.{'.'.join(words)}"[:60], layer)


def _is_known(name: str, registered: Any, given: Mapping[str, Any]) -> bool:
    """Whether the user gave it, or has registered it in this session: that code is not the file's."""
    if name in given or (isinstance(registered, str) and registered in given):
        return True
    keras = sys.modules.get("keras")
    if keras is None:
        return False
    find = keras.saving.get_registered_object
    return any(isinstance(word, str) and find(word) is not None for word in (name, registered))


def _is_own(module: Any) -> bool:
    if module is None:
        return True
    if not isinstance(module, str):
        return False
    if module in ("keras", "tf_keras", "builtins", "tensorflow.keras"):
        return True
    for prefix in OWN:
        if module.startswith(prefix):
            rest = module.removeprefix(prefix).removeprefix("src.")
            return not any(rest == sharp or rest.startswith(f"{sharp}.") for sharp in SHARP)
    return False


def _is_keras_name(name: str, module: Any) -> bool:
    """Whether Keras has a class or function of that name where models look for them."""
    name = name.removeprefix("Custom>")
    if name in PLAIN or name in ONLY_KERAS_2:
        return True
    import keras

    spaces = SPACES
    if isinstance(module, str) and module.startswith("keras.src.ops."):
        inner = sys.modules.get(module)
        return isinstance(getattr(inner, name, None), type)
    for space in spaces:
        place: Any = keras
        for part in space.split("."):
            place = getattr(place, part, None)
        if callable(getattr(place, name, None)):
            return True
    old = sys.modules.get("tf_keras")
    return old is not None and hasattr(old.layers, name)


def refuse(path: str, wants: list[Want], safe_mode: bool) -> Diagnosis | None:
    """The refusal of what was found; with safe_mode=False only of classes that nobody gave and nothing can import."""
    lambdas = [want for want in wants if want.kind == "lambda"]
    classes = [want for want in wants if want.kind in ("class", "function")]
    others = [want for want in wants if want.kind in ("file", "model", "object")]
    facts: dict[str, Any] = {"path": path}
    if safe_mode and lambdas:
        layers = ", ".join(sorted({repr(want.layer) for want in lambdas if want.layer})[:3])
        return Diagnosis("load_lambda", "path", {**facts, "layers": layers or None})
    if safe_mode and others:
        listed = ", ".join(want.name for want in others[:3])
        return Diagnosis("load_code", "path", {**facts, "wants": listed})
    if not safe_mode:
        classes = [want for want in classes if not want.module]
    if classes:
        shown = list(dict.fromkeys(want.shown[:80] for want in classes))
        more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
        name = classes[0].name.split(">")[-1]
        facts |= {"wants": ", ".join(shown[:3]) + more, "name": name, "foreign": classes[0].module or None}
        return Diagnosis("load_custom", "path", facts)
    return None
