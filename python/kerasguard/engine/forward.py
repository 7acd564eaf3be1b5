"""Run the model on model-ready arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..plan import Plan


class ForwardError(Exception):
    """Keras refused what passed every check; `__cause__` is its own error."""


# What Keras says when an earlier call with another rank left its graph unable to run the right one.
SPOILED = ("unknown rank", "non-first call")


def forward(model: Any, inputs: Any, plan: Plan, **predict_args: Any) -> tuple[Any, bool]:
    """Predict.

    Args:
        inputs: Arrays in the structure of the signature.
        predict_args: `verbose`, `callbacks` of Keras' predict().

    Returns:
        What predict() returns, and whether the model had to be healed: a plain call with another rank leaves
        predict()'s graph unable to run the right one ("unknown rank") until it is made anew.

    Raises:
        ForwardError: Keras raised although the input is as declared.
    """
    if plan.rows == 0:
        return empty_output(model, inputs), False
    try:
        return model.predict(inputs, batch_size=plan.batch_size, steps=plan.batches, **predict_args), False
    except Exception as error:
        if not any(text in str(error) for text in SPOILED):
            raise ForwardError(str(error)) from error
        try:
            model.make_predict_function(force=True)
            return model.predict(inputs, batch_size=plan.batch_size, steps=plan.batches, **predict_args), True
        except Exception:
            raise ForwardError(str(error)) from error


def empty_output(model: Any, inputs: Any) -> Any:
    """The answer to no rows: arrays `(0, *output_shape[1:])` in the model's output structure."""
    spec = getattr(model, "output", None) if getattr(model, "built", False) else None
    if spec is None or not _known(spec):
        import keras

        tensors = keras.tree.map_structure(_symbolic, inputs)
        spec = model.compute_output_spec(tensors)
    return _empty(spec)


def _symbolic(array: Any) -> Any:
    import keras

    dtype = str(getattr(array.dtype, "name", array.dtype))
    return keras.KerasTensor(array.shape, dtype="string" if dtype == "object" else dtype)


def _empty(spec: Any) -> Any:
    if isinstance(spec, dict):
        return {key: _empty(value) for key, value in spec.items()}
    if isinstance(spec, (list, tuple)):
        return type(spec)(_empty(value) for value in spec)
    name = str(getattr(spec.dtype, "name", spec.dtype))
    return np.zeros((0, *spec.shape[1:]), dtype=name)


def _known(spec: Any) -> bool:
    if isinstance(spec, dict):
        return all(_known(value) for value in spec.values())
    if isinstance(spec, (list, tuple)):
        return all(_known(value) for value in spec)
    return None not in tuple(spec.shape)[1:]
