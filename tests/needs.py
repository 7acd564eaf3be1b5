"""TensorFlow where it is installed. Elsewhere a test that uses it is skipped, and says so."""

from __future__ import annotations

import os

import pytest


class Absent:
    """Stands for a module that is not installed and for all in it: tables of cases may hold it, tests can't use it."""

    def __init__(self, name):
        self.name = name

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return Absent(f"{self.name}.{name}")

    def __call__(self, *args, **kwargs):
        if "PYTEST_CURRENT_TEST" in os.environ:  # in a test, not in a table that is made when its file is read
            pytest.skip(f"needs {self.name}")
        return Absent(f"{self.name}()")

    def __mro_entries__(self, bases):
        return (object,)


try:
    import tensorflow as tf
except ModuleNotFoundError:
    tf = Absent("tensorflow")
