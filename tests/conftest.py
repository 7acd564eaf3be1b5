from __future__ import annotations

import os
from traceback import walk_tb

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def needs_tensorflow(error):
    """Whether a test asked Keras for what it has with TensorFlow only. The guard must have words of its own for that."""
    if not isinstance(error, ImportError) or "tensorflow" not in str(error).lower():
        return False
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    return not any(module.split(".")[0] == "kerasguard" for module in modules)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    try:
        return (yield)
    except ImportError as error:
        if needs_tensorflow(error):
            pytest.skip(f"needs tensorflow: {error}")
        raise
