"""A model of which only its signature is left: it predicts, it can't be trained or looked into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engine.structure import fill, flatten, pack
from .graph import activations_of

DEFAULT_BATCH = 32  # that of Keras' predict()


class Servable:
    """What a SavedModel folder serves, with the few attributes by which a model is known.

    `input` and `output` are the specs of the signature in the structure that `predict` takes and gives.
    """

    built = is_servable = True
    layers: tuple[Any, ...] = ()

    def __init__(self, name: str, root: Any, function: Any, endpoint: str, *, positional: bool) -> None:
        """Take a concrete function of `root`, which must be kept alive for its variables."""
        self.name, self.endpoint = name, endpoint
        self._root, self._function = root, function
        arguments, named = function.structured_input_signature
        self._keys: list[str] | None = None
        if positional:
            self.input = arguments[0]
        else:
            self._keys = sorted(named)
            self.input = dict(named) if len(named) > 1 else named[self._keys[0]]
        given = function.structured_outputs
        if isinstance(given, dict) and len(given) == 1 and self._keys is not None:
            given = next(iter(given.values()))
        self._given = given

    @property
    def output(self) -> Any:
        """The specs of the outputs in the structure of a prediction.

        Raises:
            AttributeError: If the graph does not tell their shapes.
        """
        if any(spec.shape.rank is None for spec in flatten(self._given)):
            raise AttributeError("the graph does not tell the shapes of its outputs")
        return self._given

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs, in their order."""
        if isinstance(self.input, dict):
            return sorted(self.input)
        return [_label(spec).split(":")[0] for spec in self.inputs]

    @property
    def inputs(self) -> list[Any]:
        """The specs of the inputs, one after the other."""
        return flatten(self.input)

    @property
    def outputs(self) -> list[Any]:
        """The specs of the outputs, one after the other."""
        return [spec for spec in flatten(self._given) if spec.shape.rank is not None]

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs, in their order."""
        if isinstance(self._given, dict):
            return sorted(self._given)
        return [getattr(spec, "name", None) or f"output_{i}" for i, spec in enumerate(self.outputs)]

    @property
    def weights(self) -> list[Any]:
        """What was learned, in the order of the model that was exported; else the variables that the graph uses."""
        listed = getattr(self._root, "variables", None)
        known = listed if isinstance(listed, Sequence) and len(listed) else getattr(self._function, "variables", ())
        return [variable for variable in known if "seed_generator_state" not in variable.name]

    @property
    def activations(self) -> list[str | None]:
        """The activation behind each output, None where the graph does not show it."""
        found = activations_of(self._function)
        is_shown = [spec.shape.rank is not None for spec in flatten(self._given)]
        return (
            [name for name, shown in zip(found, is_shown, strict=True) if shown] if len(found) == len(is_shown) else []
        )

    def get_config(self) -> dict[str, Any]:
        """What is known: no layers."""
        return {"name": self.name, "endpoint": self.endpoint}

    def unreadable(self) -> str | None:
        """Why the signature can't be predicted with."""
        for spec in self.inputs:
            label = f"its input {_label(spec)}"
            if not hasattr(spec, "shape") or not hasattr(spec, "dtype"):
                return f"{label} is no array"
            if spec.shape.rank is None:
                return f"{label} has no declared shape"
            if spec.shape.rank == 0:
                return f"{label} has no axis for samples"
        return None

    @property
    def fixed_rows(self) -> int | None:
        """The number of samples that every call must have, where the signature fixes one above 1."""
        sizes = {spec.shape[0] for spec in self.inputs} - {None, 1}
        return int(min(sizes)) if sizes else None

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: Any = 0, steps: Any = None, callbacks: Any = None
    ) -> Any:
        """Predict in batches of `batch_size`, 32 if not given, as Keras does; arrays in the structure of `output`.

        Args:
            x: An array, or a list or dict of arrays, as `input` has it.
            batch_size: Samples per batch.
            verbose: Not used.
            steps: How many batches to stop after.
            callbacks: Not used.
        """
        arrays = self._arrays(x)
        rows = len(arrays[0])
        size = DEFAULT_BATCH if batch_size is None else int(batch_size)
        if any(spec.shape[0] is not None for spec in self.inputs):
            size = self.fixed_rows or 1
        parts = []
        for start in range(0, rows, size)[: None if steps is None else int(steps)]:
            parts.append(self._run([array[start : start + size] for array in arrays]))
        results = [np.concatenate(leaves) for leaves in zip(*parts, strict=True)] if parts else self._run(arrays)
        return fill(pack(self._given), results)

    def predict_on_batch(self, x: Any) -> Any:
        """Predict all rows at once."""
        arrays = self._arrays(x)
        return self.predict(x, batch_size=max(len(arrays[0]), 1))

    __call__ = call = predict_on_batch

    def write(self, folder: Any) -> None:
        """Save it as a SavedModel folder, as it was loaded."""
        import tensorflow as tf

        tf.saved_model.save(self._root, str(folder), signatures=dict(getattr(self._root, "signatures", {})))

    def make_predict_function(self, force: bool = False) -> Any:
        """As Keras models have it: there is nothing to make."""
        return self._function

    def compute_output_spec(self, inputs: Any) -> Any:
        """What no rows give, with the sizes that the signature leaves open."""
        arrays = [np.zeros([size or 0 for size in t.shape], _numpy_name(t.dtype)) for t in flatten(inputs)]
        return fill(pack(self._given), [_Shaped(result) for result in self._run(arrays)])

    def _arrays(self, x: Any) -> list[np.ndarray]:
        """The inputs in the order of `inputs`, each in its declared type."""
        if isinstance(self.input, dict):
            if not isinstance(x, dict):
                x = dict(zip(sorted(self.input), x if isinstance(x, (list, tuple)) else [x], strict=True))
            leaves = [x[key] for key in sorted(self.input)]
        elif isinstance(self.input, (list, tuple)):
            leaves = flatten(x)
        else:
            leaves = [next(iter(x.values())) if isinstance(x, dict) and len(x) == 1 else x]
        return [np.asarray(leaf).astype(_numpy_name(s.dtype)) for leaf, s in zip(leaves, self.inputs, strict=True)]

    def _run(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        import tensorflow as tf

        tensors = [tf.convert_to_tensor(a, s.dtype) for a, s in zip(arrays, self.inputs, strict=True)]
        if self._keys is None:
            result = self._function(fill(pack(self.input), tensors))
        else:
            result = self._function(**dict(zip(self._keys, tensors, strict=True)))
            if len(result) == 1:
                result = next(iter(result.values()))
        return [np.atleast_1d(leaf) for leaf in flatten(result)]

    def __repr__(self) -> str:
        lines = [f"<SavedModel {self.name!r}, endpoint {self.endpoint!r}: predicts only>"]
        lines += [f"  takes  {_label(spec, key)}: {_shown(spec)}" for key, spec in _named(self.input)]
        lines += [f"  gives  {_label(spec, key)}: {_shown(spec)}" for key, spec in _named(self._given)]
        return "\n".join(lines)

    def summary(self) -> None:
        """Print what it takes and gives."""
        print(self)


Servable.__module__ = "kerasguard"  # R's class of it, for which predict() is registered there


class _Shaped:
    """Shape and type of an array."""

    def __init__(self, array: np.ndarray) -> None:
        self.shape, self.dtype = array.shape, array.dtype


def _named(structure: Any) -> list[tuple[str, Any]]:
    keys = sorted(structure) if isinstance(structure, dict) else [""] * len(flatten(structure))
    return list(zip(keys, flatten(structure), strict=False))


def _label(spec: Any, key: str = "") -> str:
    return key or next((str(n) for n in [getattr(spec, "name", None)] if n and n != "unknown"), "x")


def _shown(spec: Any) -> str:
    sizes = getattr(spec.shape, "dims", None) and spec.shape.as_list()
    words = ", ".join("any" if size is None else str(size) for size in (sizes or [])[1:])
    return f"(samples{', ' + words if words else ''}) {spec.dtype.name}"


def _numpy_name(dtype: Any) -> Any:
    name = str(getattr(dtype, "name", dtype))
    if name == "string":
        return object
    if name == "bfloat16":
        import ml_dtypes

        return ml_dtypes.bfloat16
    return name
