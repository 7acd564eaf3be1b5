"""What was done last to the numbers of an output: the activation behind it, wherever it stands in the model."""

from __future__ import annotations

import re
from typing import Any

# The last axis is a distribution over the units; each unit is a probability of its own; the same as logarithms.
SHARES = frozenset({"softmax", "sparsemax"})
OTHER_AXIS = "softmax_of_another_axis"  # shares of time steps, say: no classes, although each is from 0 to 1
ANY_SHARES = SHARES | {OTHER_AXIS}
CHANCES = frozenset({"sigmoid", "hard_sigmoid"})
LOGARITHMS = frozenset({"log_softmax", "log_sigmoid"})
# Keras' other ones: what they give is no probability. Any name but these is somebody's own.
SCORES = frozenset({
    "linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish", "tanh", "hard_tanh",
    "tanh_shrink", "soft_shrink", "hard_shrink", "squareplus", "softplus", "softsign", "mish", "exponential",
    "threshold", "hard_silu", "hard_swish", "glu",
})  # fmt: skip
# Layers and operations that hand the numbers on as they are at prediction.
THROUGH = frozenset({
    "dropout", "spatial_dropout1_d", "spatial_dropout2_d", "spatial_dropout3_d", "gaussian_noise", "gaussian_dropout",
    "alpha_dropout", "activity_regularization", "identity", "cast", "copy",
})  # fmt: skip
# The same, in another shape: numbers that were shares of one axis may then lie on several.
RESHAPED = frozenset({"flatten", "reshape", "squeeze", "expand_dims"})


def activation_behind(tensor: Any) -> str | None:
    """The name of the last activation before an output of a model; None where that is not to be seen."""
    history = getattr(tensor, "_keras_history", None)
    layer = getattr(history, "operation", None) or getattr(history, "layer", None)  # Keras 3, tf_keras
    if layer is None:
        return None
    inner = _outputs(layer)
    if inner:
        index = getattr(history, "tensor_index", 0)
        return activation_behind(inner[index]) if index < len(inner) else None
    name = snake(type(layer).__name__)
    before = _before(layer, getattr(history, "node_index", 0)) if name in THROUGH | RESHAPED else None
    if before is None:
        return activation_of(layer)
    found = activation_behind(before)
    moved = name in RESHAPED and found in SHARES | {"log_softmax"} and before.shape[-1] != tensor.shape[-1]
    return None if moved else found


def activation_of(layer: Any) -> str | None:
    """The activation in a layer, or the one that it is."""
    inner = _outputs(layer)
    if inner:
        return activation_behind(inner[0]) if len(inner) == 1 else None
    name = snake(type(layer).__name__)
    if name == "time_distributed":
        return activation_of(layer.layer)
    if name in SHARES | CHANCES | LOGARITHMS | SCORES:  # layers and operations that are nothing else
        return name if name not in SHARES or _is_along_last(layer) else OTHER_AXIS
    given = getattr(layer, "activation", None)
    if given is None:
        return None
    return str(getattr(given, "__name__", None) or snake(type(given).__name__))


def _is_along_last(layer: Any) -> bool:
    """Whether a softmax shares 1 among the last axis, and not among time steps, say, as attention does."""
    axis = getattr(layer, "axis", -1)
    if axis in (-1, None):
        return True
    try:
        return bool(axis == len(layer.output.shape) - 1)
    except (AttributeError, ValueError):  # not called, or at several places
        return False


def _outputs(layer: Any) -> list[Any]:
    """The tensors that a model within a model gives."""
    if not getattr(layer, "layers", None):
        return []
    try:
        return list(layer.outputs or ())
    except (AttributeError, ValueError):  # subclassed, or never built
        return []


def _before(layer: Any, index: int) -> Any:
    """The tensor that a layer was called on."""
    try:
        node = layer._inbound_nodes[index]
        tensors = node.keras_inputs if hasattr(node, "keras_inputs") else node.arguments.keras_tensors
        return tensors[0]
    except (AttributeError, IndexError):
        return None


def snake(name: str) -> str:
    """`TimeDistributed` -> `time_distributed`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
