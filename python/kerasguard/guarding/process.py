"""Whether this process was forked from one in which TensorFlow or JAX was at work: their threads did not come along.

What they compute there waits for them forever. R's `parallel::mclapply()` forks past Python, which is not told.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

_home: int | None = None  # the process in which they were first seen at work


def _own() -> int:
    """The process in which Python was started, as far as that can be told: on Linux a process is its main thread."""
    thread = threading.main_thread().native_id
    return thread if sys.platform == "linux" and thread is not None else os.getpid()


def was_forked() -> bool:
    """Whether their threads are those of another process."""
    global _home
    process = os.getpid()
    if _home is None and _is_working():
        _home = _python
    return _home is not None and _home != process


def _is_working() -> bool:
    context: Any = getattr(sys.modules.get("tensorflow.python.eager.context"), "_context", None)
    of_jax = getattr(sys.modules.get("jax._src.xla_bridge"), "_backends", None)
    return bool(getattr(context, "_initialized", False) or of_jax)


def settle() -> None:
    """What starts from now on is this process's own, and so is what it started before it asked."""
    global _python
    _python = os.getpid()


# what is not at work yet can't have been forked
_python = _own() if _is_working() else os.getpid()

if hasattr(os, "register_at_fork"):
    # a fork of Python's own is told: what starts in the child is the child's
    os.register_at_fork(before=was_forked, after_in_child=settle)
