"""What layers of the user's own compute: no config and no weight tells."""

from __future__ import annotations

import dis
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

LIBRARIES = ("keras", "tf_keras", "tensorflow", "kerasguard", "numpy", "jax", "torch")
DEEPEST = 8  # functions that call functions, what holds others
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
OF_KERAS = ("built", "name")  # attributes that say nothing of the numbers
GLOBALS = ("LOAD_GLOBAL", "LOAD_NAME")


def programs_of(model: Any) -> list[Any]:
    """The code of layers that Keras does not have, and of functions in Lambda layers, as plain data."""
    return [program for layer in layers_of(model) if (program := _program(layer))]


def layers_of(model: Any) -> list[Any]:
    """The model and all layers in it."""
    flat = getattr(model, "_flatten_layers", None)
    return list(flat()) if flat is not None else []


def _program(layer: Any) -> Any:
    classes = [cls for cls in type(layer).__mro__ if not _is_of_library(cls)]
    methods = [(name, method) for cls in classes for name, method in sorted(vars(cls).items())]
    codes = [function.__code__ for _, method in methods for function in _functions(method)]
    mentioned = {name for code in codes for name in _names(code)} - {*OF_KERAS}
    attributes = {
        name: plain(value)
        for name, value in sorted(vars(layer).items())
        if name in mentioned or isinstance(value, FunctionType)
        if not hasattr(value, "_flatten_layers") and not hasattr(value, "assign")  # layers and weights: seen already
    }
    own = {name: value for name, value in attributes.items() if classes or isinstance(vars(layer)[name], FunctionType)}
    code = [(name, plain(function)) for name, method in methods for function in _functions(method)]
    return [type(layer).__qualname__, code, own] if code or own else None


def _is_of_library(thing: Any) -> bool:
    return str(getattr(thing, "__module__", None)).partition(".")[0] in LIBRARIES


def _functions(method: Any) -> Iterator[FunctionType]:
    """The functions that a method or property is made of."""
    for each in (method, *(getattr(method, name, None) for name in ("__func__", "fget", "python_function"))):
        if isinstance(each, FunctionType):
            yield each


def _names(code: CodeType) -> set[str]:
    inner = [_names(each) for each in code.co_consts if isinstance(each, CodeType)]
    return set(code.co_names).union(*inner)


def plain(value: Any, depth: int = 0) -> Any:
    """A value as plain data that is the same in every session, and another for what computes something else."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (type, ModuleType)) or depth > DEEPEST:
        return getattr(value, "__name__", type(value).__name__)
    if isinstance(value, Mapping):
        return {str(key): plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, bytes):
        items = [plain(each, depth + 1) for each in value]
        return sorted(items, key=repr) if isinstance(value, (set, frozenset)) else items
    if isinstance(value, CodeType):
        return _of_code(value, depth)
    if isinstance(value, FunctionType):
        return _of_function(value, depth)
    return _of_array(value) if hasattr(value, "__array__") else _of_object(value, depth)


def _of_array(value: Any) -> Any:
    array = np.asarray(value)
    if array.dtype == object:
        return ADDRESS.sub("", repr(array))
    return [array.dtype.str, array.shape, hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()]


def _of_object(value: Any, depth: int) -> Any:
    """What an object says of itself, without its place in memory."""
    name = type(value).__qualname__
    config = getattr(value, "get_config", None)
    if config is not None:
        try:
            return [name, plain(config(), depth + 1)]
        except Exception:  # of the user's own
            return name
    inside = getattr(value, "__dict__", None)
    return [name, ADDRESS.sub("", repr(value)), plain(inside, depth + 1) if isinstance(inside, dict) else None]


def _of_function(function: FunctionType, depth: int) -> Any:
    if depth >= DEEPEST or _is_of_library(function):
        return f"{function.__module__}.{function.__qualname__}"
    cells = []
    for cell in function.__closure__ or ():
        try:
            cells.append(cell.cell_contents)
        except ValueError:  # not filled yet
            continue
    used = {name: function.__globals__[name] for name in _globals(function.__code__) if name in function.__globals__}
    return [
        _of_code(function.__code__, depth),
        plain([function.__defaults__, function.__kwdefaults__], depth + 1),
        [plain(cell, depth + 1) for cell in cells if not _is_tracked(cell)],
        {name: plain(value, depth + 1) for name, value in sorted(used.items()) if not _is_tracked(value)},
    ]


def _is_tracked(value: Any) -> bool:
    """What is in the model or of it: a layer, a weight, its class."""
    return any(hasattr(value, name) for name in ("_flatten_layers", "assign", "weights"))


def _globals(code: CodeType) -> set[str]:
    inner = [_globals(each) for each in code.co_consts if isinstance(each, CodeType)]
    return {step.argval for step in dis.get_instructions(code) if step.opname in GLOBALS}.union(*inner)


def _of_code(code: CodeType, depth: int) -> Any:
    """What it does, without the file and the lines where it stands."""
    constants = [plain(each, depth + 1) for each in code.co_consts]
    return [code.co_code.hex(), constants, code.co_names, code.co_varnames, code.co_freevars]
