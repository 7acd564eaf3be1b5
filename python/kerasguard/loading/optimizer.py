"""The optimizer of an `.h5` file. Keras 3 builds it for no variables at all, and training then fails on all of them."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from .archive import WEIGHTS

OF_BACKEND = re.compile(r"keras\.src\.backend\.(\w+)\.optimizers\.")


def rebuild_optimizer(model: Any, file: Path) -> bool:
    """Build the optimizer anew for the model's variables; whether the state in the file is lost."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or not getattr(optimizer, "built", False):
        return False
    fresh = type(optimizer).from_config(optimizer.get_config())
    fresh.build(model.trainable_variables)
    values = _saved(file)
    fits = len(values) == len(fresh.variables) and all(
        tuple(variable.shape) == value.shape for variable, value in zip(fresh.variables, values, strict=True)
    )
    if fits:
        for variable, value in zip(fresh.variables, values, strict=True):
            variable.assign(value)
    model.optimizer = fresh
    has_trained = bool(values) and bool(np.any(values[0]))  # the first is the number of steps
    return has_trained and not fits


def of_any_backend(training: Any) -> tuple[set[str], Any]:
    """A compile state whose optimizers are Keras' own, and the backends they are of.

    On torch Keras writes down the class that it runs, which nothing finds where torch is not installed.
    """
    backends: set[str] = set()

    def mend(part: Any) -> Any:
        names, mended = of_any_backend(part)
        backends.update(names)
        return mended

    if isinstance(training, list):
        return backends, list(map(mend, training))
    if not isinstance(training, dict):
        return backends, training
    mended = {key: mend(part) for key, part in training.items()}
    match = OF_BACKEND.match(str(mended.get("module")))
    if match:
        mended["module"], mended["registered_name"] = "keras.optimizers", None
        backends.add(match.group(1))
    return backends, mended


def has_trained(file: Path) -> bool:
    """Whether the optimizer in a `.keras` file has made a step, or may have."""
    import h5py

    try:
        with zipfile.ZipFile(file) as archive, archive.open(WEIGHTS) as stream, h5py.File(stream, "r") as h5:
            return bool(np.any(np.asarray(h5["optimizer/vars/0"])))
    except (KeyError, OSError, TypeError):
        return True


def _saved(file: Path) -> list[np.ndarray]:
    """The optimizer's numbers in the order that they were saved in."""
    import h5py

    with h5py.File(file, "r") as h5:
        group = h5.get("optimizer_weights")
        names = [] if group is None else list(group.attrs.get("weight_names", ()))
        names = [name.decode("utf-8") if isinstance(name, bytes) else name for name in names]
        found = [group.get(name) for name in names]
        return [np.asarray(item) for item in found if isinstance(item, h5py.Dataset)]
