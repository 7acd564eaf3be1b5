"""The words of older configs put into those that the installed Keras reads, where no prediction changes by it."""

from __future__ import annotations

import copy
import inspect
from functools import lru_cache
from typing import Any

from .keras2_calls import MODELS, is_place, mend_calls, places
from .keras2_weights import CUDNN
from .operations import operation_module

# Arguments that Keras 3 does not have, with the values under which a layer computes the same without them.
NEUTRAL: dict[str, tuple[Any, ...]] = {
    "groups": (1,),
    "time_major": (False,),
    "rng_type": ("stateful", "stateless", "legacy_stateful"),
    "fused": (True, False, None),
    "trainable": (True, False),
    "experimental_autocast": (True, False),
    "autocast": (True,),
}
# Told by the call itself.
NOT_NEEDED = {"query_shape", "key_shape", "value_shape"}
TRAINING_ONLY = ("_initializer", "_regularizer", "_constraint")
# Taken out of **kwargs by the layers themselves.
TAKEN = {
    "alpha", "implementation", "input_length", "batch_input_shape", "batch_shape", "input_shape", "input_dim",
    "threshold", "layer", "cell", "cells", "backward_layer", "function", "layers",
}  # fmt: skip
WRAPPED = ("layer", "cell", "cells", "forward_layer", "backward_layer")
HARD_SIGMOID = "kerasguard>keras2_hard_sigmoid"


class Mending:
    """One config on its way. `changes`: what was changed that Keras would not have read; told to the user.

    `is_old`: the file was written by Keras 2. `has_order`: weights are found by the order of layers, as in `.h5`, and
    not by the names of classes, as in `.keras`.
    """

    def __init__(self, is_old: bool, has_order: bool = True) -> None:
        self.is_old, self.has_order = is_old, has_order
        self.changes: list[str] = []
        self.blocked = ""  # what would change predictions
        self.quiet = 0  # changes of what Keras would have read itself

    def note(self, change: str) -> None:
        """Remember a change, once."""
        if change not in self.changes:
            self.changes.append(change)

    def model(self, config: dict[str, Any]) -> dict[str, Any]:
        """The config of a model, mended."""
        mended = self._walk(copy.deepcopy(config))
        return mended if isinstance(mended, dict) else config

    def _walk(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        if node.get("type") == "ndarray" and "value" in node:
            self.note("arrays as numbers")
            return node["value"]
        inner = node.get("config")
        if node.get("class_name") in ("Policy", "PolicyV1") and isinstance(inner, dict):
            self.note("dtype policies")
            return str(inner.get("name", "float32"))
        if isinstance(node.get("class_name"), str) and self.is_old:
            self._rename(node)
            self._slashes(node)
        if isinstance(inner, list) and node.get("class_name") == "Sequential":  # before Keras 2.2.3
            node["config"] = {"name": "sequential", "layers": inner}
            self.quiet += 1
        if node.get("class_name") == "Sequential" and isinstance(node.get("config"), dict):
            self._single_outputs(node["config"])
        if self.is_old and node.get("class_name") == "Sequential" and isinstance(node.get("config"), dict):
            self._sequential(node["config"])
        node = {key: self._walk(value) for key, value in node.items()}
        if isinstance(node.get("class_name"), str) and isinstance(node.get("config"), dict):
            self._layer(node)
        return node

    def _rename(self, node: dict[str, Any]) -> None:
        """Where Keras 3 keeps a class of Keras 2."""
        import keras

        name, module = node["class_name"], node.get("module")
        if name.endswith(("V1", "V2")) and hasattr(keras.layers, name[:-2]) and not hasattr(keras.layers, name):
            self.note(f"{name} is {name[:-2]}")
            node["class_name"] = name = name[:-2]
        if self.has_order and name in CUDNN:  # the same layer for other hardware; its weights are converted
            node["class_name"] = name = name.removeprefix("CuDNN")
            node["config"] |= {"activation": "tanh", "recurrent_activation": "sigmoid"}
            node["config"] |= {"reset_after": True} if name == "GRU" else {}
            self.note(f"CuDNN{name} is {name}")
        if self.has_order and name == "SyncBatchNormalization":
            node["class_name"] = name = "BatchNormalization"
            node["config"]["synchronized"] = True
            self.note("SyncBatchNormalization is BatchNormalization")
        if name == "ThresholdedReLU":  # without weights
            node["class_name"] = name = "ReLU"
            theta = node["config"].pop("theta", 1.0)
            node["config"]["threshold"] = theta["value"] if isinstance(theta, dict) else theta
            self.note("ThresholdedReLU is ReLU")
        if name == "Model" and "input_layers" in (node.get("config") or {}):
            node["class_name"] = name = "Functional"
            self.quiet += 1
        if not isinstance(module, str) or not module.startswith(("tf_keras", "keras.src.", "keras.", "tensorflow.")):
            return
        if name == "Functional":
            place = "keras.src.models.functional"
        else:
            space = next((s for s in ("layers", "models", *_SPACES) if hasattr(getattr(keras, s), name)), None)
            place = f"keras.{space}" if space else module
        if place != module:
            node["module"], node["registered_name"] = place, None
            self.note("the places of classes") if "tf_keras" in module else None
            self.quiet += 1

    def _wrapped(self, config: dict[str, Any]) -> None:
        """Until TensorFlow 2.12 a layer in a layer had no module, without which Keras 3 does not find it."""
        for key in WRAPPED:
            parts = config.get(key)
            for part in parts if isinstance(parts, list) else [parts]:
                if not isinstance(part, dict) or "module" in part:
                    continue
                name = part.get("class_name")
                if isinstance(name, str) and _class_of(name) is not None:
                    place = "keras.layers" if name not in (*MODELS, "Sequential") else "keras"
                    part |= {"module": place, "registered_name": None}
                    self.note(f"{name} within another layer")

    def _slashes(self, node: dict[str, Any]) -> None:
        """Keras 3 lets no name of a layer have one."""
        inner = node.get("config")
        for part in (node, inner if isinstance(inner, dict) else {}):
            if isinstance(part.get("name"), str) and "/" in part["name"]:
                part["name"] = part["name"].replace("/", "_")
                self.note("names with a slash")
        if isinstance(inner, dict) and "input_layers" in inner:
            parts = [layer.get("inbound_nodes") for layer in inner.get("layers", ())]
            for place in places([parts, inner.get("input_layers"), inner.get("output_layers")]):
                place[0] = place[0].replace("/", "_")

    def _layer(self, node: dict[str, Any]) -> None:
        name, config = node["class_name"], node["config"]
        place = operation_module(node)
        if place:
            node |= {"module": place, "registered_name": name}
            self.note(f"the place of {name}")
            return
        cls = _class_of(name)
        if cls is None:
            return
        if "module" not in node:
            self._legacy(node, name, config)
        if self.is_old:
            self._wrapped(config)
            if name in MODELS:
                mend_calls(config, self)
            self._shapes(name, config, is_new="module" in node)
            self._values(name, config, is_new="module" in node)
            if name not in (*MODELS, "Sequential"):  # built by the call; what Keras 2 wrote is not always all of it
                node.pop("build_config", None)
        self._unknown(name, cls, config)

    def _legacy(self, node: dict[str, Any], name: str, config: dict[str, Any]) -> None:
        """What Keras reads amiss of layers in `.h5`, where they have no module."""
        axis = config.get("axis")
        if isinstance(axis, list) and len(axis) > 1:  # of which Keras would take the first
            node |= {"module": "keras.layers", "registered_name": None}
            self.note(f"{name} axis")
        if name == "Attention" and config.get("score_mode") == "dot":  # the default, which Keras takes for a layer
            del config["score_mode"]
            self.note("Attention score_mode")

    def _single_outputs(self, config: dict[str, Any]) -> None:
        """Until Keras 3.0 the output of a model within was written as a list of one, which Sequential can't take."""
        for layer in config.get("layers") or ():
            if not isinstance(layer, dict) or layer.get("class_name") not in MODELS:
                continue
            inner = layer.get("config") or {}
            for key in ("input_layers", "output_layers"):
                places = inner.get(key)
                if isinstance(places, list) and len(places) == 1 and is_place(places[0]):
                    inner[key] = places[0]
                    self.note("a model within Sequential")

    def _sequential(self, config: dict[str, Any]) -> None:
        """The shape of the input stood in the first layer until Keras 2.3."""
        layers = config.get("layers") or []
        first = layers[0] if layers else {}
        inner = first.get("config") if isinstance(first, dict) else None
        if not isinstance(inner, dict) or first.get("class_name") == "InputLayer":
            return
        shape = inner.get("batch_input_shape") or config.get("batch_input_shape")
        if first.get("class_name") in (*MODELS, "Sequential"):
            return
        while shape is None and isinstance(inner, dict) and isinstance(inner.get("layer"), dict):
            inner = inner["layer"].get("config")
            shape = inner.get("batch_input_shape") if isinstance(inner, dict) else None
        if shape is None:
            return
        dtype = "float32"
        if first.get("class_name") == "Embedding" or not isinstance(inner.get("dtype"), (str, type(None))):
            dtype = "float32"
        elif inner.get("dtype") in ("int32", "int64", "string", "uint8"):
            dtype = inner["dtype"]
        entry: dict[str, Any] = {
            "class_name": "InputLayer",
            "config": {"batch_shape": shape, "dtype": dtype, "name": f"{inner.get('name', 'layer')}_input"},
        }
        if "module" in first:
            entry |= {"module": "keras.layers", "registered_name": None}
        layers.insert(0, entry)
        self.note("batch_input_shape")

    def _shapes(self, name: str, config: dict[str, Any], is_new: bool) -> None:
        if "batch_input_shape" not in config:
            return
        shape = config.pop("batch_input_shape")
        self.quiet += 1
        if name == "InputLayer":
            config["batch_shape"] = shape
            config.pop("ragged", None) if not config.get("ragged") else None
        elif is_new:
            self.note("batch_input_shape")

    def _values(self, name: str, config: dict[str, Any], is_new: bool) -> None:
        """Values that mean another thing, or are written in another way."""
        for key in ("activation", "recurrent_activation"):
            value = config.get(key)
            if value == "hard_sigmoid" or (isinstance(value, dict) and value.get("config") == "hard_sigmoid"):
                config[key] = named("function", "builtins", HARD_SIGMOID) if is_new else HARD_SIGMOID
                self.note("hard_sigmoid as Keras 2 computes it")
        if name == "LeakyReLU" and "alpha" in config:
            config["negative_slope"] = config.pop("alpha")
            self.quiet += 1
        if name == "Discretization" and str(config.get("dtype")).startswith("int"):  # Keras 3 would cut off the input
            config["dtype"] = "float32"
            self.note("Discretization dtype")
        axis = config.get("axis")
        if name == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
            config["axis"] = axis[0]
            self.quiet += 1
        if name in ("GRU", "GRUCell") and "reset_after" not in config:
            config["reset_after"] = False
            self.note(f"{name} reset_after")

    def _unknown(self, name: str, cls: Any, config: dict[str, Any]) -> None:
        known, is_open = parameters(cls)
        for key in [key for key in config if key not in known and key not in TAKEN]:
            if key == "name" or (key in ("dtype", "trainable") and is_open):
                continue
            value = config[key]
            is_neutral = value is None or value is False or any(value is v or value == v for v in NEUTRAL.get(key, ()))
            is_training = name.startswith("Random") or (key.endswith(TRAINING_ONLY) and self.is_old)
            if is_neutral or key in NOT_NEEDED or is_training:
                del config[key]
                self.note(f"{name} {key}")


_SPACES = ("initializers", "regularizers", "constraints", "optimizers", "losses", "metrics", "activations")


def _class_of(name: str) -> Any:
    import keras

    if name in MODELS:
        return keras.Model
    found = getattr(keras.layers, name, None) or getattr(keras.models, name, None)
    return found if isinstance(found, type) else None


@lru_cache(maxsize=256)
def parameters(cls: Any) -> tuple[frozenset[str], bool]:
    """The arguments of a class, and whether it hands further ones on to the class of all layers."""
    import keras

    if issubclass(cls, keras.Model):
        return frozenset({"name", "trainable", "layers", "input_layers", "output_layers", "build_input_shape"}), True
    names: set[str] = set()
    for base in cls.__mro__:
        if "__init__" not in vars(base):
            continue
        parameters = inspect.signature(base.__init__).parameters.values()
        names |= {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            return frozenset(names), False
        if base is keras.layers.Layer:
            break
    return frozenset(names), True


def register() -> None:
    """Make Keras 2's hard_sigmoid known to Keras, by the name that mended configs use."""
    import keras

    if keras.saving.get_registered_object(HARD_SIGMOID) is not None:
        return

    def keras2_hard_sigmoid(x: Any) -> Any:
        """0.2 x + 0.5 between 0 and 1. Keras 3's has another slope: x / 6 + 0.5."""
        return keras.ops.clip(keras.ops.add(keras.ops.multiply(x, 0.2), 0.5), 0.0, 1.0)

    keras.saving.register_keras_serializable("kerasguard")(keras2_hard_sigmoid)


def named(name: str, module: str, config: Any) -> dict[str, Any]:
    """An object as Keras 3 writes it."""
    return {"module": module, "class_name": name, "config": config, "registered_name": None}
