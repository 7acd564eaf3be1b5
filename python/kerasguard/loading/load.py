"""Load `.keras` and `.h5` files; what Keras 3 can't resolve in an old file is resolved, or left out and told."""

from __future__ import annotations

import difflib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

from ..environment import keras_problem
from ..messages import keras_sentence
from ..report import Call, Diagnosis, Finding, Repair, Report
from .carried import restore_blueprint

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"


def safe_load_model(path: Any, *, compile: bool = True, custom_objects: Any = None, safe_mode: bool = True) -> Any:
    """Load a Keras model from a `.keras` or `.h5` file.

    Args:
        path: The file.
        compile: As in `keras.models.load_model`.
        custom_objects: As in Keras.
        safe_mode: As in Keras: with True, no Python code from the file runs.

    Returns:
        The model. Losses and metrics that Keras 2 saved under names such as "mse" are resolved; where the compile
        state can't be restored at all, the model comes without it. Both are told. A blueprint in the file comes
        along, if it is of this model and these weights; else it is left out with a warning that says why.

    Raises:
        ModelLoadError: If the file is missing, holds no model, or can't be loaded.
        EnvironmentCheckError: If Keras can't be imported.
    """
    from ..api import tell
    from ..options import Options

    call = Call("safe_load_model", x="path")
    model, report = load_with_report(call, path, compile, custom_objects, safe_mode)
    tell(report, Options(), None)
    return model


def load_with_report(call: Call, path: Any, compile: bool, custom_objects: Any, safe_mode: bool) -> tuple[Any, Report]:
    """Load without raising: the model, None where the report has problems, and the report."""
    if not isinstance(path, (str, os.PathLike)):
        facts = {"cls": call.model_class or type(path).__name__}
        return None, Report(call, (Diagnosis("load_path", "path", facts),))
    file = Path(path).expanduser()
    problem = _check_file(file) or keras_problem()
    if problem:
        return None, Report(call, (problem,))
    model, findings = _load(file, compile, custom_objects or {}, safe_mode)
    if model is not None:
        findings += restore_blueprint(model, file)
    return model, Report(call, tuple(findings))


def _check_file(file: Path) -> Diagnosis | None:
    shown = str(file)
    if not file.exists():
        near = _nearest(file)
        facts = {"path": shown, "directory": str(Path.cwd()), "near": near}
        return Diagnosis("load_missing", "path", facts)
    if file.is_dir():
        return Diagnosis("load_folder", "path", {"path": shown})
    try:
        with file.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        return Diagnosis("load_unreadable", "path", {"path": shown, "sentence": error.strerror})
    if not start:
        return Diagnosis("load_empty", "path", {"path": shown})
    if start != HDF5_MAGIC and not zipfile.is_zipfile(file):
        return Diagnosis("load_format", "path", {"path": shown})
    return None


def _nearest(file: Path) -> str | None:
    parent = file.parent
    names = [entry.name for entry in parent.iterdir()] if parent.is_dir() else []
    near = difflib.get_close_matches(file.name, names, 1)
    return str(parent / near[0]) if near else None


def _load(file: Path, compile: bool, custom: dict[str, Any], safe_mode: bool) -> tuple[Any, list[Finding]]:
    from keras.models import load_model

    is_hdf5 = not zipfile.is_zipfile(file)
    try:
        names = _old_names(file) if is_hdf5 and compile else {}
        model = load_model(file, compile=compile, custom_objects={**names, **custom} or None, safe_mode=safe_mode)
    except Exception as error:
        if compile and (is_hdf5 or "compile" in str(error).lower()):
            return _without_compile(file, custom, safe_mode, error)
        return None, [_failed(file, error)]
    if names:
        facts = {"path": file.name, "names": ", ".join(sorted(names))}
        return model, [Repair("load_names", "path", "message", facts)]
    return model, []


def _without_compile(
    file: Path, custom: dict[str, Any], safe_mode: bool, first: Exception
) -> tuple[Any, list[Finding]]:
    from keras.models import load_model

    try:
        model = load_model(file, compile=False, custom_objects=custom or None, safe_mode=safe_mode)
    except Exception as error:
        return None, [_failed(file, error)]
    facts = {"path": file.name, "sentence": keras_sentence(first)}
    return model, [Repair("load_uncompiled", "path", "message", facts)]


def _failed(file: Path, error: Exception) -> Diagnosis:
    if "lambda" in str(error).lower() and "safe_mode" in str(error):
        return Diagnosis("load_lambda", "path", {"path": str(file)})
    facts = {"path": str(file), "error": type(error).__name__, "sentence": keras_sentence(error)}
    return Diagnosis("load_failed", "path", facts)


def _old_names(file: Path) -> dict[str, Any]:
    """Losses and metrics that the file calls by a bare function name, which Keras 3 looks for in vain."""
    import h5py
    import keras

    with h5py.File(file, "r") as h5:
        raw = h5.attrs.get("training_config")
    if raw is None:
        return {}
    config = json.loads(raw)
    words = {word for word in _strings([config.get("loss"), config.get("metrics"), config.get("weighted_metrics")])}
    found = {}
    for word in words:
        try:
            known = keras.losses.get(word)
        except ValueError:
            try:
                known = keras.metrics.get(word)
            except ValueError:
                continue
        if callable(known) and word.islower():
            found[word] = known
    return found


def _strings(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict):
        return [text for value in node.values() for text in _strings(value)]
    if isinstance(node, list):
        return [text for value in node for text in _strings(value)]
    return []
