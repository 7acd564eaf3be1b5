"""What a file wants to run or read beside Keras' own layers: found in its config, before Keras builds anything."""

from __future__ import annotations

import contextlib
import importlib
import operator
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..report import Diagnosis
from .operations import module_of

Kind = Literal["lambda", "class", "function", "file", "model", "object"]
# Where models name classes, and where they name functions.
CLASSES = (
    "layers", "models", "initializers", "regularizers", "constraints", "losses", "metrics", "optimizers",
    "optimizers.schedules", "dtype_policies", "quantizers", "random", "mixed_precision",
)  # fmt: skip
FUNCTIONS = (
    "activations", "losses", "metrics", "initializers", "regularizers", "constraints", "ops", "random", "quantizers",
)  # fmt: skip
# What stands among them and makes objects of its arguments, or changes the session.
NO_MODELLING = re.compile(r"get|serialize|deserialize|(load|save|set|enable|disable|model_from|clone)_.*")
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
PURE_IO = ("decode_", "encode_", "parse_", "serialize_")
# Words of functions that run Python, touch files or change the session.
IMPURE_TF = re.compile(
    r"file|^py_|numpy_function|print|^load|^function$|^import|^register|^enable|^disable|^reset_|set_(random_)?seed"
    r"|wrap_function|session|template|logger|^[A-Z](?!ssert$)|^_(?!_operators__$)"
)
PURE_CLASSES = {"RaggedTensor", "SparseTensor"}
PLAIN = {
    "function", "__tuple__", "__numpy__", "__tensor__", "__keras_tensor__", "__bytes__", "__ellipsis__", "__slice__",
    "TensorShape", "ndarray", "Policy", "PolicyV1", "DTypePolicy", "TypeSpec", "CompositeTensor", "type",
    "__typespec__", "InputLayer", "Functional", "Model", "Sequential", "MeanMetricWrapper", "LossFunctionWrapper",
}  # fmt: skip
# A layer that Keras keeps among its tools, and its parts, which are no layers.
FEATURE_SPACE = {"FeatureSpace", "Feature", "Cross"}
SHOWN = 80


@dataclass(frozen=True)
class Want:
    """One thing that is no part of Keras: a Lambda's code, a class or function by name, a file ..., and in which layer.

    `module`: where it would be imported from; `registered`: the name that Keras looks it up by.
    """

    kind: Kind
    name: str
    layer: str = ""
    module: str = ""
    registered: str = ""

    @property
    def shown(self) -> str:
        """The name as a message gives it."""
        return f"{self.module}.{self.name}" if self.module else self.name


def find_wants(config: Any, given: Mapping[str, Any], look_up: bool = True) -> list[Want]:
    """Everything in `config` that is not Keras' own, `given` by the user, or registered in this session.

    `look_up`: also find out whether Keras has what is said to be its own, for which Keras is loaded.
    """
    search, found = _Search(given, look_up), []
    for item, layer in _objects(config):
        found += [want for want in search.wants(item, layer) if want not in found]
    return found


def keras2_only(config: Any) -> set[str]:
    """The classes in a config that Keras 3 does not have at all."""
    import keras

    names = {str(item["class_name"]) for item, _ in _objects(config)}
    return {name for name in names & ONLY_KERAS_2 if not hasattr(keras.layers, name)}


def packaged(config: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given as "Name", under the "package>Name" by which it was registered where the file was made."""
    found: dict[str, Any] = {}
    for item, _ in _objects(config):
        for word in (item.get("registered_name"), item["class_name"]):
            if isinstance(word, str) and ">" in word and word not in given and word.split(">")[-1] in given:
                found[word] = given[word.split(">")[-1]]
    return found


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


@dataclass(frozen=True)
class _Search:
    given: Mapping[str, Any]
    look_up: bool

    def wants(self, item: dict[str, Any], layer: str) -> Iterator[Want]:
        """What one object wants, without what stands in it."""
        name, inner = str(item["class_name"]), item.get("config")
        module, details = item.get("module"), inner if isinstance(inner, dict) else {}
        if name == "__lambda__":
            yield Want("lambda", "Lambda", layer)
            return
        if name == "function":
            yield from self._function(str(inner), item, layer)
            return
        if self._is_known(name, item.get("registered_name")):
            return
        if name == "Lambda":
            yield from self._lambda(details, layer)
            return
        if name in FOREIGN:
            yield Want("object", f"a pickled object ({name})", layer)
        elif name == "TFSMLayer":
            yield Want("model", f"the SavedModel {str(details.get('filepath'))[:60]!r}", layer)
        elif name in OP_LAYERS:
            yield from _of_op(name, details, layer)
        elif not self._is_keras(name, module, CLASSES):
            yield Want("class", name[:SHOWN], layer, _foreign(module), _registered(item))
        if isinstance(details.get("vocabulary"), str):
            yield Want("file", f"the file {details['vocabulary'][:60]!r}", layer)

    def _function(self, name: str, item: dict[str, Any], layer: str) -> Iterator[Want]:
        module = item.get("module")
        if not self._is_known(name, item.get("registered_name")) and not self._is_keras(name, module, FUNCTIONS):
            yield Want("function", name[:SHOWN], layer, _foreign(module), _registered(item))

    def _lambda(self, details: dict[str, Any], layer: str) -> Iterator[Want]:
        function = details.get("function")
        if "lambda" in (details.get("output_shape_type"), details.get("mask_type")):
            yield Want("lambda", "Lambda", layer)
        elif isinstance(function, dict) and function.get("class_name") == "function":
            return  # a function by name, looked at on its own
        elif not isinstance(function, str):
            yield Want("lambda", "Lambda", layer)
        elif function not in self.given and not self._is_keras(function, None, ("activations",)):
            by_name = details.get("function_type") == "function"
            yield Want("function", function[:SHOWN], layer) if by_name else Want("lambda", "Lambda", layer)

    def _is_known(self, name: str, registered: Any) -> bool:
        """Whether the user gave it, or has registered it in this session: that code is not the file's."""
        words = [name]
        if isinstance(registered, str) and registered.split(">")[-1] == name.split(">")[-1]:
            words.append(registered)
        keras = sys.modules.get("keras")
        find = None if keras is None else keras.saving.get_registered_object
        return any(word in self.given or (find is not None and find(word) is not None) for word in words)

    def _is_keras(self, name: str, module: Any, spaces: tuple[str, ...]) -> bool:
        if (name, module) == ("FeatureSpace", "keras.utils"):
            return True
        return _is_own(module) and (not self.look_up or _is_keras_name(name, module, spaces))


def _foreign(module: Any) -> str:
    """The module as a message names it; none where Keras' own is said and does not have it."""
    return "" if module in (None, "builtins") else str(module)[:SHOWN]


def _registered(item: dict[str, Any]) -> str:
    return str(item.get("registered_name") or "")


def _of_op(name: str, details: dict[str, Any], layer: str) -> Iterator[Want]:
    """A call of TensorFlow's that Keras 2 kept as a layer."""
    if name == "TensorFlowOpLayer":
        yield Want("function", "a TensorFlow operation", layer)
        return
    words = str(details.get("cls_symbol", details.get("function", ""))).split(".")
    if words[:2] in (["compat", "v1"], ["compat", "v2"]):
        words = words[2:]
    attribute = str(details.get("method_name", details.get("attr_name", "")))
    if name == "ClassMethod":
        is_pure = words[-1] in PURE_CLASSES
    elif words[0] == "io" and len(words) == 2:
        is_pure = words[1].startswith(PURE_IO)
    else:
        is_pure = (words[0] in PURE_TF or len(words) == 1) and not any(map(IMPURE_TF.search, words))
    if not is_pure or attribute.startswith("_"):
        yield Want("function", f"tf.{'.'.join(words + [attribute][: bool(attribute)])}"[:SHOWN], layer)


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


def _is_keras_name(name: str, module: Any, spaces: tuple[str, ...]) -> bool:
    """Whether Keras has a class or function of that name where models look for them."""
    name = name.removeprefix("Custom>")
    is_function = spaces is not CLASSES
    if not is_function and (name in PLAIN or name in ONLY_KERAS_2):
        return True
    import keras

    if NO_MODELLING.fullmatch(name):
        return False
    if isinstance(module, str) and module.startswith(("keras.src.ops.", "keras.src.layers.")):
        inner = getattr(sys.modules.get(module), name, None)
        if isinstance(inner, type) and (issubclass(inner, keras.Operation) or name in FEATURE_SPACE):
            return True
    for place in map(operator.attrgetter, spaces):
        found = getattr(place(keras), name, None)
        if isinstance(found, type) or (is_function and callable(found)):
            return True
    if module is None and not is_function and module_of(name):
        return True
    old = sys.modules.get("tf_keras")
    return old is not None and isinstance(getattr(old.layers, name, None), type)


def import_foreign(wants: list[Want]) -> dict[str, Any]:
    """The classes and functions that a trusted file names, imported from where it says they are."""
    found: dict[str, Any] = {}
    for want in wants:
        if want.module and not _is_keras_module(want.module):
            with contextlib.suppress(Exception):  # whatever importing a module raises: it stays unknown
                thing = operator.attrgetter(want.name)(importlib.import_module(want.module))
                found |= dict.fromkeys(filter(None, (want.name, want.registered)), thing)
    return found


def refuse(path: str, wants: list[Want], safe_mode: bool) -> Diagnosis | None:
    """The refusal of what was found; with safe_mode=False only of classes that nobody gave and nothing has."""
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
    if classes:
        shown = list(dict.fromkeys(want.shown for want in classes))
        more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
        name = re.sub(r"[^\w.]", "_", classes[0].name.split(">")[-1])  # it becomes a part of code
        module = classes[0].module
        can_be = bool(re.fullmatch(r"[A-Za-z_][\w.]*", module))  # a session of R is no module
        foreign = module if safe_mode and can_be and not _is_keras_module(module) else None
        facts |= {"wants": ", ".join(shown[:3]) + more, "name": name, "foreign": foreign or None}
        facts |= {
            "of_r": name == "anonymous_R_function" or module.startswith("<r-"),
            "is_unnamed": name == "anonymous_R_function",
        }
        return Diagnosis("load_custom", "path", facts)
    return None


def _is_keras_module(module: str) -> bool:
    return module.split(".")[0] in ("keras", "tf_keras") or module.startswith(("tensorflow.keras", "tensorflow.python"))
