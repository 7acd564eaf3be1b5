from __future__ import annotations

import os
from traceback import walk_tb

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def pytest_collection_modifyitems(items):
    """Skip what is about Keras on TensorFlow where Keras runs on another backend."""
    import keras

    if keras.backend.backend() == "tensorflow":
        return
    for item in items:
        if item.get_closest_marker("on_tensorflow"):
            item.add_marker(pytest.mark.skip(reason="is about Keras on TensorFlow"))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    try:
        return (yield)
    except ImportError as error:
        if needs_tensorflow(error):
            pytest.skip(f"needs tensorflow: {error}")
        raise


def needs_tensorflow(error):
    """Whether a test asked Keras for what it has with TensorFlow only; the guard must have its own words for that."""
    if "tensorflow" not in str(error).lower():
        return False
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    return not any(module.split(".")[0] == "kerasguard" for module in modules)
