"""The values of variables and tensors, on any backend of Keras."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def value_of(variable: Any) -> Any:
    """What a variable of Keras holds, in its backend's own type; anything else as it is."""
    return getattr(variable, "_value", variable) if type(variable).__module__.startswith("keras.") else variable


def is_of_torch(x: Any) -> bool:
    """Whether it is a tensor of torch, a parameter too."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(x, torch.Tensor)


def torch_values(x: Any) -> np.ndarray:
    """A tensor of torch as numpy reads it: without a copy where it lies in the processor's memory."""
    x = x.detach().cpu().resolve_conj().resolve_neg()
    narrow = x.dtype.is_floating_point and x.element_size() < 4 and x.dtype != sys.modules["torch"].float16
    return np.asarray((x.float() if narrow else x).numpy())


def array_of(variable: Any) -> np.ndarray:
    """The values of a variable; a change of the variable may show in them."""
    value = value_of(variable)
    if is_of_torch(value):
        return torch_values(value)
    return np.asarray(value.numpy() if hasattr(value, "numpy") else value)
