"""The memory that a model may take: a config can declare any size, and Keras makes it before it reads weights."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# An optimizer keeps up to four numbers per weight; weights of pruned models shrink to a fifth.
ALWAYS, PER_BYTE = 512 * 2**20, 20
# Counted out in Python by the metrics that take it.
MOST_THRESHOLDS = 1_000_000


class TooLargeError(MemoryError):
    """The model would take far more memory than the file has weights."""


class Budget:
    """The bytes that variables may take while one file of `size` bytes is loaded. `spent`: those asked for."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.most = ALWAYS + PER_BYTE * size
        self.spent = 0

    @property
    def is_exceeded(self) -> bool:
        """Whether a variable was refused."""
        return self.spent > self.most

    def take(self, shape: Any, dtype: Any) -> None:
        """Count one variable.

        Raises:
            TooLargeError: If it is too much.
        """
        self.spent += math.prod(int(size or 0) for size in shape) * _width(dtype)
        if self.is_exceeded:
            raise TooLargeError(f"{self.spent:,} bytes")

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Count every variable that Keras makes in this thread."""
        import keras

        cls, thread = keras.Variable, threading.get_ident()
        inherited, make = "__init__" not in vars(cls), cls.__init__

        def counted(
            variable: Any, initializer: Any, shape: Any = None, dtype: Any = None, *rest: Any, **more: Any
        ) -> None:
            if shape is not None and threading.get_ident() == thread:
                self.take((shape,) if isinstance(shape, int) else shape, dtype or keras.config.floatx())
            make(variable, initializer, shape, dtype, *rest, **more)

        cls.__init__ = counted
        try:
            yield
        finally:
            if inherited:
                del cls.__init__
            else:
                cls.__init__ = make


def _width(dtype: Any) -> int:
    """Bytes per number, from the name of the type."""
    digits = "".join(c for c in str(dtype).split("_")[0] if c.isdigit())
    return max(int(digits or 8) // 8, 1)


def counts_too_far(config: Any) -> str | None:
    """A metric that would make a list of millions of thresholds."""
    waiting = [config]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            number = node.get("num_thresholds")
            if isinstance(number, int) and number > MOST_THRESHOLDS:
                return f"{number:,} thresholds"
            waiting += node.values()
    return None
