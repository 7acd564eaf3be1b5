"""Load models from files of every age: look at the bytes, at what the file wants to run, then let Keras build it."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ..options import shown
from ..report import Call, Diagnosis, Finding, Report
from .build import Loading
from .carried import restore_blueprint
from .look import look

ADDRESS = re.compile(r"(https?|ftp|s3|gs|hf)://", re.IGNORECASE)


def safe_load_model(path: Any, *, compile: bool = True, custom_objects: Any = None, safe_mode: bool = True) -> Any:
    """Load a model from a file of any version of Keras, without running code from the file.

    Args:
        path: A `.keras` or `.h5` file of Keras 2 or 3, or a SavedModel folder.
        compile: As in `keras.models.load_model`.
        custom_objects: As in Keras: a dict of the classes and functions that the file names.
        safe_mode: As in Keras; with False, code that the file holds or names is run.

    Returns:
        The model, which predicts as the version that wrote the file. What an older version wrote in other words is
        put into those of the installed Keras; where the compile state can't be restored, the model comes without
        it; a Keras 2 model that Keras 3 can't build comes from `tf_keras` where that is installed. A SavedModel
        folder gives an object that predicts only. All of this is told. A blueprint in the file comes along, if it is
        of this model and these weights; else it is left out with a warning that says why.

    Raises:
        ModelLoadError: If the file is missing, damaged, holds no model, would run code, or can't be loaded.
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
    text = os.fsdecode(path)
    if ADDRESS.match(text):
        return None, Report(call, (Diagnosis("load_url", "path", {"path": text, "name": _name_at(text)}),))
    if text.startswith("file://"):
        text = url2pathname(urlsplit(text).path)
    file = Path(text).expanduser()
    seen = look(file)
    if isinstance(seen, Diagnosis):
        return None, Report(call, (seen,))
    custom = _named_objects(custom_objects)
    if custom is None:
        facts = {"cls": _noun(custom_objects, call), "path": text}
        return None, Report(call, (Diagnosis("load_objects", "path", facts),))
    for flag, value in (("compile", compile), ("safe_mode", safe_mode)):
        if type(value).__name__ not in ("bool", "bool_"):  # Python's and numpy's
            facts = {"flag": flag, "value": shown(value), "path": text}
            return None, Report(call, (Diagnosis("load_flag", "path", facts),))
    loading = Loading(file, seen, bool(compile), custom, bool(safe_mode))
    model = loading.load()
    findings = loading.findings + (restore_blueprint(model, seen.file) if model is not None else [])
    return model, Report(call, tuple(map(_printable, findings)))


def _named_objects(custom_objects: Any) -> dict[str, Any] | None:
    """Classes and functions by their names; None where something has none."""
    if isinstance(custom_objects, Mapping):
        return dict(custom_objects)
    if custom_objects is None:
        return {}
    if not isinstance(custom_objects, (list, tuple)) or not all(hasattr(one, "__name__") for one in custom_objects):
        return None
    found = {one.__name__: one for one in custom_objects}
    return None if any(not name.isidentifier() for name in found) else found


def _noun(custom_objects: Any, call: Call) -> str:
    names = {"str": "text", "list": "one without names"} if call.language == "r" else {}
    name = type(custom_objects).__name__
    return names.get(name, f"an object of class {name}")


def _name_at(address: str) -> str:
    """The name of the file at an address."""
    name = Path(urlsplit(address).path).name
    return name if name.lower().endswith((".keras", ".h5", ".hdf5")) else "model.keras"


def _printable(finding: Finding) -> Finding:
    """The finding without what a file has put into its words to move the cursor, begin a line or break a print."""
    facts = {
        key: _plain(value) if isinstance(value, str) and key != "path" else value
        for key, value in finding.facts.items()
    }
    return dataclasses.replace(finding, facts=facts)


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text)
