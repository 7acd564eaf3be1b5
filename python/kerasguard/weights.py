"""Whether a model's weights are still those that something was learned with."""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache
from typing import Any

import numpy as np

from .variables import array_of, is_of_torch, torch_values

WHOLE = 2**14  # bytes of a variable that are compared as a whole; of larger ones some values and the place in memory
SAMPLE = 256
PART = 64  # 8-byte words that are summed up


def weights_digest(model: Any) -> str:
    """A digest of all weights: what a layer learned, not the states of optimizers, metrics and random generators."""
    digest = hashlib.sha256()
    for variable in model.weights:
        values = np.ascontiguousarray(array_of(variable))
        digest.update(f"{values.dtype.name}{values.shape}".encode())
        digest.update(values.reshape(-1).view("uint8").data)
    return digest.hexdigest()


class Marks:
    """Quick marks of a model's weights: while they hold, the weights are the same.

    A full digest of every weight would cost more than a small prediction. Where marks differ only that can tell.
    """

    def __init__(self, model: Any, whole: bool = False) -> None:
        """With `whole`, every value counts: an embedding is trained in place, some of its rows at a time."""
        self._whole = whole
        self._found = _marks(model, whole)

    def hold(self, model: Any) -> bool:
        """Whether no mark has changed."""
        now = _marks(model, self._whole)
        if len(now) != len(self._found):
            return False
        return all(a is b or (type(a) in (bytes, tuple) and a == b) for a, b in zip(self._found, now, strict=True))


def _marks(model: Any, whole: bool) -> list[Any]:
    # Every fit() makes a history of its own. It is kept, as another one could get its address.
    marks = [getattr(model, "history", None)]
    values = [getattr(variable, "_value", variable) for variable in model.weights]
    if values and all(hasattr(value, "_handle") for value in values):
        return marks + [_sample(array, whole) for array in _read(values, whole)]
    return marks + [_version(value, whole) for value in values]


def _version(value: Any, whole: bool) -> Any:
    """JAX's arrays never change, torch counts most changes of its own; others are read."""
    if is_of_torch(value):
        known = _sample(torch_values(value), whole) if value.device.type == "cpu" else None  # `.data` is not counted
        return (id(value), value._version, known)
    return value if type(value).__module__.startswith("jax") else _sample(np.ascontiguousarray(value), whole)


def _sample(array: np.ndarray, whole: bool) -> Any:
    if array.nbytes <= WHOLE:
        return array.tobytes()
    flat = array.reshape(-1)
    if whole:
        words = flat.view("uint8")
        words = words[: words.size // 8 * 8].view("uint64")
        # a tenth of the time of a digest, and at another place another sum
        parts = np.add.reduceat(words, np.arange(0, words.size, PART)).tobytes()
        return parts, flat[-8:].tobytes()
    return flat.__array_interface__["data"][0], flat[:: flat.size // SAMPLE].tobytes()


def _read(values: list[Any], whole: bool) -> list[np.ndarray]:
    """The values of TensorFlow's variables, which it changes in place: as they lie in memory, without a copy."""
    read_all = _reader()
    if read_all is None:
        return [value.numpy() if whole else _few(value) for value in values]
    return read_all(values)


def _few(value: Any) -> np.ndarray:
    """The values of a variable on any device, of a large one only some: they are copied from there."""
    if value.shape.num_elements() * value.dtype.size <= WHOLE:
        return value.numpy()
    flat = sys.modules["tensorflow"].reshape(value, [-1])
    return flat[:: int(flat.shape[0]) // SAMPLE].numpy()


@lru_cache(maxsize=1)
def _reader() -> Any:
    """TensorFlow's own way to read many variables at once: a fourth of the time of one by one.

    It is none of its public functions: None where it does not give the same values, or where they are on a GPU.
    """
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        return None
    try:
        from tensorflow.python import pywrap_tfe
        from tensorflow.python.eager import context

        def read(values: list[Any]) -> list[np.ndarray]:
            types = [value.dtype.as_datatype_enum for value in values]
            handles, count = [value._handle for value in values], len(values)
            attributes = ("N", count, "dtypes", types)
            handle = context.context()._handle
            found = pywrap_tfe.TFE_Py_Execute(handle, None, "_ReadVariablesOp", handles, attributes, count)
            return [tensor._numpy() for tensor in found]

        probe = [tf.Variable([1.0, 2.0]), tf.Variable(3, dtype="int64")]
        works = all(np.array_equal(a, b.numpy()) for a, b in zip(read(probe), probe, strict=True))
    except Exception:
        return None
    return read if works else None
