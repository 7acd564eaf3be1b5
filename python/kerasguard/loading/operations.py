"""TensorFlow's operations that Keras 2 kept as layers (TFOpLambda, SlicingOpLambda), as operations of Keras 3.

Only those are taken that compute the same from the same arguments; of others the model stays with Keras 2.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

OPERATIONS = ("TFOpLambda", "SlicingOpLambda")
CONSTANT = "_CONSTANT_VALUE"
Arguments = dict[str, Any]
Made = tuple[str, Arguments, list[Any]]  # the name of the operation, its settings, and what it is called with

_ALONE = {
    "math.abs": "Absolute", "math.negative": "Negative", "math.exp": "Exp", "math.log": "Log", "math.log1p": "Log1p",
    "math.expm1": "Expm1", "math.sqrt": "Sqrt", "math.rsqrt": "Rsqrt", "math.square": "Square", "math.sin": "Sin",
    "math.cos": "Cos", "math.tan": "Tan", "math.sinh": "Sinh", "math.cosh": "Cosh", "math.tanh": "Tanh",
    "math.sigmoid": "Sigmoid", "math.softplus": "Softplus", "math.sign": "Sign", "math.floor": "Floor",
    "math.ceil": "Ceil", "math.round": "Round", "math.erf": "Erf", "math.reciprocal": "Reciprocal",
    "math.logical_not": "LogicalNot", "math.is_nan": "Isnan", "nn.relu": "Relu", "nn.relu6": "Relu6", "nn.elu": "Elu",
    "nn.selu": "Selu", "nn.silu": "Silu", "nn.softsign": "Softsign", "zeros_like": "ZerosLike",
    "ones_like": "OnesLike", "stop_gradient": "StopGradient", "nn.sigmoid": "Sigmoid", "nn.tanh": "Tanh",
}  # fmt: skip
_PAIRS = {
    "__operators__.add": "Add", "math.add": "Add", "math.subtract": "Subtract", "math.multiply": "Multiply",
    "math.truediv": "TrueDivide", "math.divide": "TrueDivide", "math.pow": "Power", "math.maximum": "Maximum",
    "math.minimum": "Minimum", "math.floormod": "Mod", "compat.v1.floor_div": "FloorDivide",
    "math.floordiv": "FloorDivide", "math.greater": "Greater", "math.greater_equal": "GreaterEqual",
    "math.less": "Less", "math.less_equal": "LessEqual", "math.equal": "Equal", "math.not_equal": "NotEqual",
    "math.logical_and": "LogicalAnd", "math.logical_or": "LogicalOr", "__operators__.eq": "Equal",
    "__operators__.ne": "NotEqual",
}  # fmt: skip
_REDUCING = {
    "math.reduce_mean": "Mean", "math.reduce_sum": "Sum", "math.reduce_max": "Max", "math.reduce_min": "Min",
    "math.reduce_prod": "Prod", "math.reduce_std": "Std", "math.reduce_variance": "Var", "math.reduce_any": "Any",
    "math.reduce_all": "All",
}  # fmt: skip
_MODULES = ("numpy", "nn", "math", "core")
# Layers whose output is of a floating type, whatever comes in; after others an integer may stay one, with which
# TensorFlow counts otherwise than Keras.
_FLOATING = (
    "Dense", "Embedding", "Conv", "Normalization", "Rescaling", "LSTM", "GRU", "RNN", "Functional", "Sequential",
    "Model", "CategoryEncoding", "Attention",
)  # fmt: skip


def translate(layers: list[dict[str, Any]], tensor: Callable[[list[Any]], dict[str, Any]]) -> tuple[list[str], str]:
    """Change these layers of a functional config; what was changed, and why it can't be done, else nothing."""
    wanted = [layer for layer in layers if layer.get("class_name") in OPERATIONS]
    if not wanted:
        return [], ""
    names = [_function(layer) for layer in wanted]
    text = json.dumps(layers)
    if '"mask_zero": true' in text or '"class_name": "Masking"' in text:
        return [], f"Keras 3's operations do not hand on a mask, as tf.{names[0]} did in Keras 2"
    unclear = _unclear(layers)
    is_single = "float16" not in text and "float64" not in text
    for layer, name in zip(wanted, names, strict=True):
        nodes = layer.get("inbound_nodes") or []
        sources = {str(place[0]) for node in nodes for place in _places(node)}
        made = None
        if len(nodes) == 1 and not sources & unclear:
            made = _make(name, nodes[0], tensor, is_single)
        if made is None:
            return [], f"Keras 3 has no operation that is sure to compute the same as tf.{name}"
        _replace(layer, made)
    return sorted({f"tf.{name}" for name in names}), ""


def _function(layer: dict[str, Any]) -> str:
    return str((layer.get("config") or {}).get("function") or "operation")


def _unclear(layers: list[dict[str, Any]]) -> set[str]:
    """The names of layers that may give integers or text."""
    found: set[str] = set()
    before = -1
    while before != len(found):
        before = len(found)
        for layer in layers:
            name, cls, config = str(layer.get("name")), str(layer.get("class_name")), layer.get("config") or {}
            sources = {str(place[0]) for place in _places(layer.get("inbound_nodes"))}
            if cls == "InputLayer":
                is_unclear = not str(config.get("dtype") or "float32").startswith("float")
            elif "Lookup" in cls or cls.startswith("Hash") or cls in ("TextVectorization", "Discretization"):
                is_unclear = True
            else:
                is_unclear = bool(sources & found) and not any(word in cls for word in _FLOATING)
            if is_unclear:
                found.add(name)
    return found


def _is_place(node: Any) -> bool:
    """Whether it is [layer, call, output] or [layer, call, output, keywords]."""
    is_short = isinstance(node, list) and 3 <= len(node) <= 4 and isinstance(node[0], str)
    return is_short and node[0] != CONSTANT and all(type(number) is int for number in node[1:3])


def _places(waiting: Any) -> Iterator[list[Any]]:
    waiting = [waiting]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting += node.values()
        elif isinstance(node, list):
            if _is_place(node):
                yield node
            waiting += node


def _make(name: str, node: Any, tensor: Callable[[list[Any]], dict[str, Any]], is_single: bool) -> Made | None:
    """The operation that computes one call, None if there is none."""
    many = isinstance(node, list) and bool(node) and all(map(_is_place, node))
    if not many and not (isinstance(node, list) and len(node) == 4):
        return None
    first = node if many else [node]
    keywords = dict(first[0][3]) if len(first[0]) > 3 and isinstance(first[0][3], dict) else {}
    keywords.pop("name", None)

    def value(item: Any) -> Any:
        """An argument as Keras 3 writes it."""
        if _is_place(item):
            return tensor(item)
        if isinstance(item, list):
            if not is_single or not _is_numbers(item):
                raise ValueError("an array whose type is not known")
            return {"class_name": "__numpy__", "config": {"value": item, "dtype": "float32"}}
        if not isinstance(item, (bool, int, float)):
            raise ValueError("no number")
        return item

    try:
        if name in ("concat", "stack", "math.add_n"):
            return _join(name, [tensor(place) for place in first], keywords) if many else None
        if many and len(first) > 1:
            return None
        start = first[0][2] if first[0][0] == CONSTANT else first[0][:3]
        made = _of_name(name, value(start), keywords, value)
    except (ValueError, TypeError, KeyError, IndexError):
        return None
    return None if keywords else made  # an argument that nobody took may mean something


def _is_numbers(item: Any) -> bool:
    if isinstance(item, list):
        return all(map(_is_numbers, item))
    return isinstance(item, (int, float)) and not isinstance(item, bool)


def _join(name: str, tensors: list[Any], keywords: Arguments) -> Made | None:
    if name == "math.add_n":
        return None if keywords or len(tensors) != 2 else ("Add", {}, tensors)
    axis = keywords.pop("axis", 0 if name == "stack" else None)
    if keywords or type(axis) is not int:
        return None
    return {"concat": "Concatenate", "stack": "Stack"}[name], {"axis": axis}, [tensors]


def _of_name(name: str, x: Any, given: Arguments, value: Callable[[Any], Any]) -> Made | None:
    """One operation. Takes those of its arguments that it understands out of `given`."""
    if name in _ALONE:
        return _ALONE[name], {}, [x]
    if name in _PAIRS:
        return _PAIRS[name], {}, [x, value(given.pop("y"))]
    if name in _REDUCING:
        return _REDUCING[name], {"axis": _axes(given.pop("axis", None)), "keepdims": _yes(given, "keepdims")}, [x]
    if name == "nn.bias_add" and given.pop("data_format", None) in (None, "NHWC"):
        return "Add", {}, [x, value(given.pop("bias"))]
    if name == "where":
        return "Where", {}, [x, value(given.pop("x")), value(given.pop("y"))]
    if name == "linalg.matmul" and _is_neutral(given, "b"):
        other = given.pop("b")
        given.clear()
        return "Matmul", {}, [x, value(other)]
    if name == "__operators__.getitem":
        key = given.pop("slice_spec")
        if key == [{"class_name": "__ellipsis__"}, {"start": None, "stop": None, "step": -1}]:
            return "Flip", {"axis": -1}, [x]
        return "GetItem", {}, [x, _key(key)]
    return _shaping(name, x, given) or _scaling(name, x, given)


def _shaping(name: str, x: Any, given: Arguments) -> Made | None:
    if name == "expand_dims":
        return "ExpandDims", {"axis": _number(given.pop("axis"))}, [x]
    if name in ("compat.v1.squeeze", "squeeze"):
        given.pop("squeeze_dims", None)
        axis = _axes(given.pop("axis"))
        return None if axis is None else ("Squeeze", {"axis": axis}, [x])
    if name == "reshape":
        return "Reshape", {"newshape": _numbers(given.pop("shape"))}, [x]
    if name in ("compat.v1.transpose", "transpose") and not given.pop("conjugate", False):
        return "Transpose", {"axes": _numbers(given.pop("perm"))}, [x]
    if name == "tile":
        return "Tile", {"repeats": _numbers(given.pop("multiples"))}, [x]
    if name == "split":
        parts = _number(given.pop("num_or_size_splits"))
        return "Split", {"indices_or_sections": parts, "axis": _number(given.pop("axis", 0))}, [x]
    if name == "reverse":
        return "Flip", {"axis": _axes(given.pop("axis"))}, [x]
    if name == "roll":
        return "Roll", {"shift": _number(given.pop("shift")), "axis": _number(given.pop("axis"))}, [x]
    return None


def _scaling(name: str, x: Any, given: Arguments) -> Made | None:
    if name in ("nn.softmax", "nn.log_softmax"):
        axis = given.pop("axis", -1)
        return name.removeprefix("nn.").title().replace("_S", "S"), {"axis": -1 if axis is None else _number(axis)}, [x]
    if name == "nn.gelu":
        return "Gelu", {"approximate": _yes(given, "approximate")}, [x]
    if name == "nn.leaky_relu":
        return "LeakyRelu", {"negative_slope": float(given.pop("alpha", 0.2))}, [x]
    if name == "clip_by_value":
        return "Clip", {"x_min": float(given.pop("clip_value_min")), "x_max": float(given.pop("clip_value_max"))}, [x]
    if name in ("math.l2_normalize", "nn.l2_normalize"):  # TensorFlow bounds the square, Keras its root
        bound = float(given.pop("epsilon", 1e-12)) ** 0.5
        return "Normalize", {"axis": _number(given.pop("axis")), "order": 2, "epsilon": bound}, [x]
    if name == "cast" and given.get("dtype") in ("float16", "float32", "float64", "bfloat16"):
        return "Cast", {"dtype": given.pop("dtype")}, [x]
    if name == "math.cumsum":
        return "Cumsum", {"axis": _number(given.pop("axis", 0))}, [x]
    if name in ("compat.v1.pad", "pad"):
        mode, filler = str(given.pop("mode", "CONSTANT")).lower(), given.pop("constant_values", 0)
        widths = [_numbers(pair) for pair in given.pop("paddings")]
        return ("Pad", {"pad_width": widths, "mode": mode}, [x]) if not filler else None
    return None


def _number(value: Any) -> int:
    if type(value) is not int:
        raise ValueError("no whole number")
    return value


def _numbers(value: Any) -> list[int]:
    return [_number(item) for item in value]


def _axes(value: Any) -> Any:
    return None if value is None else _numbers(value) if isinstance(value, list) else _number(value)


def _yes(given: Arguments, key: str) -> bool:
    return bool(given.pop(key, False))


def _is_neutral(given: Arguments, *but: str) -> bool:
    """Whether every other argument is switched off."""
    return not any(value for key, value in given.items() if key not in but)


def _key(spec: Any) -> Any:
    """What stands in square brackets, as Keras 3 writes it."""
    if isinstance(spec, list):
        return [_key(item) for item in spec]
    if isinstance(spec, dict) and set(spec) == {"start", "stop", "step"}:
        bounds = {key: None if bound is None else _number(bound) for key, bound in spec.items()}
        return {"class_name": "__slice__", "config": bounds}
    return None if spec is None else _number(spec)


def operation_module(node: dict[str, Any]) -> str | None:
    """Where Keras 3 keeps an operation that an `.h5` file names without its place."""
    config = node.get("config")
    if "module" in node or "inbound_nodes" not in node or not isinstance(config, dict) or "trainable" in config:
        return None
    return module_of(str(node["class_name"]))


def module_of(name: str) -> str | None:
    """The module of an operation of Keras 3, by the name of its class."""
    import keras.src.ops

    for module in (*_MODULES, "image", "linalg"):
        cls = getattr(getattr(keras.src.ops, module), name, None)
        if isinstance(cls, type) and issubclass(cls, keras.Operation) and cls.__module__.endswith(module):
            return f"keras.src.ops.{module}"
    return None


def _replace(layer: dict[str, Any], made: Made) -> None:
    cls, settings, args = made
    name = layer.get("name")
    layer.clear()
    layer |= {"module": module_of(cls), "class_name": cls, "registered_name": cls, "name": name}
    layer |= {"config": {"name": name, **settings}, "inbound_nodes": [{"args": args, "kwargs": {}}]}
