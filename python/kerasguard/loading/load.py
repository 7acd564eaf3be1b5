"""Load models from files of every age: look at the bytes, at what the file wants to run, then let Keras build it."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import importlib.util
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ..environment import keras_problem
from ..messages import keras_sentence
from ..report import Call, Diagnosis, Finding, Notice, Repair, Report
from . import archive, hdf5
from .budget import Budget, counts_too_far
from .carried import restore_blueprint
from .code import Want, find_wants, import_foreign, keras2_only, refuse
from .keras2 import Mending, mend_training, register
from .keras2_weights import convert_weights, find_conversions
from .keras3 import mend_earlier
from .look import Look, look
from .names import old_names
from .operations import OPERATIONS
from .optimizer import has_trained, rebuild_optimizer
from .savedmodel import load_savedmodel

MOST_CHANGES = 5
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


@dataclass
class Loading:
    """One file on its way to a model, and what was found."""

    path: Path
    seen: Look
    compile: bool
    custom: dict[str, Any]
    safe_mode: bool
    version: str = ""
    config: dict[str, Any] = field(default_factory=dict)  # the model as it is in the file
    is_mended: bool = False  # the compile state, not the model
    budget: Budget = field(default_factory=lambda: Budget(0))
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_old(self) -> bool:
        """Whether Keras 2 wrote the file."""
        return self.version.startswith(("1.", "2."))

    @property
    def format(self) -> str:
        """The kind of file, as messages name it."""
        kind = {"hdf5": ".h5", "savedmodel": "SavedModel"}.get(self.seen.kind, ".keras")
        return f"{kind} of Keras {self.version}" if self.version else kind

    def facts(self, **more: Any) -> dict[str, Any]:
        """Facts that messages of this file share."""
        return {"path": str(self.path), "file": self.path.name, "format": self.format, **more}

    def load(self) -> Any:
        """The model; None where a Diagnosis was found."""
        if self.seen.kind == "savedmodel":
            return self._servable()
        try:
            config, training = self._read()
        except archive.Unreadable as error:
            self.findings.append(error.diagnosis)
            return None
        except ModuleNotFoundError:  # h5py, of which Keras has need
            self._has_keras()
            return None
        excess = counts_too_far([config, training])
        if excess:
            self.findings.append(self._too_large(f"has a metric with {excess}"))
            return None
        self.config = model = {key: value for key, value in config.items() if key != "compile_config"}
        if not (self._holds_no_code(model) and self._has_keras() and self._is_known(model)):
            return None
        if self.is_old:
            mended = mend_training(training)
            self.is_mended, training = mended != training, mended
        if self.compile:
            self._check_training(training)
        register()
        try:
            return self._build(config, training)
        except Exception as error:  # a config of another form than any that Keras writes
            facts = self.facts(error=type(error).__name__, sentence=_sentence(error))
            self.findings.append(Diagnosis("load_failed", "path", facts))
            return None

    def _servable(self) -> Any:
        if not self._has_keras():
            return None
        served = load_savedmodel(self.seen.file, self.safe_mode)
        if isinstance(served, Diagnosis):
            self.findings.append(served)
            return None
        facts = self.facts(endpoint=served.endpoint)
        self.findings.append(Notice("load_servable", "path", "message", facts))
        return served

    def _read(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Config and compile state, after the container was found sound."""
        file = self.seen.file
        if self.seen.kind == "hdf5":
            found = hdf5.check_hdf5(file) or hdf5.read_configs(file)
            if isinstance(found, Diagnosis):
                raise archive.Unreadable(found)
            config, training, self.version = found
        else:
            config, metadata = archive.read_folder(file) if self.seen.kind == "unpacked" else archive.read_archive(file)
            training = config.get("compile_config") or {}
            self.version = str(metadata.get("keras_version") or "")
        if self.seen.kind == "hdf5" and not self.version:
            self.version = "2." if "batch_input_shape" in str(config)[:20000] else ""
        return config, training

    def _holds_no_code(self, config: dict[str, Any]) -> bool:
        """As far as it is seen without loading Keras."""
        if not self.safe_mode:
            return True
        return self._stands(refuse(str(self.path), find_wants(config, self.custom, look_up=False), True))

    def _has_keras(self) -> bool:
        return self._stands(keras_problem())

    def _is_known(self, config: dict[str, Any]) -> bool:
        return self._stands(refuse(str(self.path), self._wants(config), self.safe_mode))

    def _wants(self, config: Any) -> list[Want]:
        """What the file wants, where it is trusted without what can be imported as it says."""
        wants = find_wants(config, self.custom)
        if wants and not self.safe_mode:
            self.custom |= import_foreign(wants)
            wants = find_wants(config, self.custom)
        return wants

    def _check_training(self, training: Any) -> None:
        """Leave out a compile state that names what Keras does not have."""
        wants = [want for want in self._wants(training) if self.safe_mode or want.kind in ("class", "function")]
        if any(want.kind == "lambda" for want in wants):
            self._drop_compile("It holds Python code (a lambda), which was not run.")
        elif wants:
            self._drop_compile(f"It names {', '.join(want.shown for want in wants[:3])}, which Keras does not have.")

    def _stands(self, problem: Diagnosis | None) -> bool:
        if problem is not None:
            self.findings.append(problem)
        return problem is None

    def _too_large(self, reason: str) -> Diagnosis:
        return Diagnosis("load_archive", "path", self.facts(reason=reason))

    def _drop_compile(self, sentence: str) -> None:
        self.compile = False
        self.findings.append(Repair("load_uncompiled", "path", "message", self.facts(sentence=sentence)))

    def _build(self, config: dict[str, Any], training: dict[str, Any]) -> Any:
        mending = Mending(self.is_old, has_order=self.seen.kind == "hdf5")
        try:
            earlier = mend_earlier(config, self.version)
            mended = mending.model(earlier.config)
            mending.changes += earlier.changes
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:  # no config of Keras
            sentence = f"its config can't be read ({type(error).__name__})"
            self.findings.append(Diagnosis("load_broken", "path", {"path": str(self.path), "sentence": sentence}))
            return None
        if mending.blocked:
            return self._by_tf_keras(ValueError(mending.blocked))
        if self.seen.kind != "hdf5" and training:
            mended["compile_config"] = training
        if self.is_old and self.seen.kind == "hdf5":
            mending.changes += find_conversions(config, hdf5.backend_of(self.seen.file))
        with tempfile.TemporaryDirectory(prefix="kerasguard") as folder:
            file = self._file_for_keras(Path(folder), config, mended, training, bool(mending.changes))
            names = old_names(training) if self.seen.kind == "hdf5" and self.compile else {}
            model = self._by_keras(file, names)
            if model is None:
                return None
        if mending.changes and not any(finding.code == "load_tf_keras" for finding in self.findings):
            shown = mending.changes[:MOST_CHANGES]
            more = f" and {len(mending.changes) - len(shown)} more" if len(mending.changes) > len(shown) else ""
            facts = self.facts(changes=", ".join(shown) + more)
            self.findings.insert(0, Repair("load_mended", "path", "message", facts))
        if earlier.unlike:
            release = ".".join(self.version.split(".")[:2])
            facts = self.facts(why=", and ".join(earlier.unlike), version=self.version, release=release)
            self.findings.append(Notice("load_unlike", "path", "warning", facts))
        return model

    def _file_for_keras(
        self, folder: Path, original: dict[str, Any], config: dict[str, Any], training: dict[str, Any], is_changed: bool
    ) -> Path:
        """The file itself where nothing in it is changed, else a copy in `folder`."""
        source, is_hdf5 = self.seen.file, self.seen.kind == "hdf5"
        file = folder / ("model.h5" if is_hdf5 else "model.keras")
        if is_hdf5 and (is_changed or self.is_mended):
            backend = hdf5.backend_of(source)
            hdf5.rewrite(source, file, config, training, lambda h5: convert_weights(h5, original, backend))
        elif not is_hdf5 and (is_changed or self.is_old or self.seen.kind == "unpacked"):
            archive.rewrite(source, file, config)
        elif source.suffix != file.suffix:
            return _by_name(source, file)
        else:
            return source
        return file

    def _by_keras(self, file: Path, names: dict[str, Any]) -> Any:
        """With the compile state, else without it, else by tf_keras."""
        from keras.models import load_model

        if self.compile:
            model, first = self._attempt(load_model, file, True, names)
            if self._is_too_large():
                return None
            if model is not None:
                if names:
                    self._tell_names(names)
                if self.seen.kind == "hdf5" and rebuild_optimizer(model, file):
                    self.findings.append(Repair("load_optimizer", "path", "message", self.facts()))
                return model
        model, error = self._attempt(load_model, file, False, {})
        if self._is_too_large():
            return None
        if model is not None:
            if self.compile:
                self._drop_compile(f"Keras said: {_sentence(first)}")
            return model
        return self._by_tf_keras(error)

    def _is_too_large(self) -> bool:
        if self.budget.is_exceeded:
            size = self.budget.size
            reason = f"declares more than {self.budget.spent:,} bytes of weights and holds {size:,}"
            self.findings.append(self._too_large(reason))
        return self.budget.is_exceeded

    def _attempt(self, load: Callable[..., Any], file: Path, compile: bool, names: dict[str, Any]) -> tuple[Any, Any]:
        self.budget = Budget(self._weights_size())
        try:
            custom = {**names, **self.custom} or None
            with warnings.catch_warnings(record=True) as said, self.budget.kept():
                warnings.simplefilter("always")
                model = load(file, compile=compile, custom_objects=custom, safe_mode=self.safe_mode)
            self._pass_on(said)
            return model, None
        except Exception as error:  # Keras raises whatever its layers do
            return None, error

    def _weights_size(self) -> int:
        """The bytes of the file, unpacked."""
        file = self.seen.file
        if self.seen.kind == "zip":
            return archive.unpacked_size(file)
        return (file / archive.WEIGHTS if file.is_dir() else file).stat().st_size

    def _pass_on(self, said: list[warnings.WarningMessage]) -> None:
        """Keras' own warnings, but for the one that is told in our words."""
        for warning in said:
            if "Skipping variable loading for optimizer" in str(warning.message):
                if self.is_old and (self.seen.kind != "zip" or has_trained(self.seen.file)):
                    self.findings.append(Repair("load_optimizer", "path", "message", self.facts()))
                continue
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)

    def _tell_names(self, names: dict[str, Any]) -> None:
        facts = self.facts(names=", ".join(sorted(names)))
        self.findings.append(Repair("load_names", "path", "message", facts))

    def _by_tf_keras(self, error: Exception) -> Any:
        """Keras 2 itself, where it is there; it reads the file as it is."""
        facts = self.facts(error=type(error).__name__, sentence=_sentence(error))
        installed = importlib.metadata.version("keras")
        if _is_newer(self.version, installed):
            facts |= {"version": self.version, "installed": installed}
            self.findings.append(Diagnosis("load_newer", "path", facts))
            return None
        if not self.is_old:
            self.findings.append(Diagnosis("load_failed", "path", facts))
            return None
        missing = sorted(keras2_only(self.config) - set(OPERATIONS))
        if missing:
            facts |= {"error": "ValueError", "sentence": f"Keras 3 has no {', '.join(missing[:3])}."}
        facts["release"] = _release_of_tensorflow()
        if importlib.util.find_spec("tf_keras") is None:
            self.findings.append(Diagnosis("load_old", "path", facts))
            return None
        import tf_keras

        load = tf_keras.models.load_model
        model = None
        with tempfile.TemporaryDirectory(prefix="kerasguard") as folder:
            file, ending = self.seen.file, ".h5" if self.seen.kind == "hdf5" else ".keras"
            if file.suffix != ending and not file.is_dir():
                file = _by_name(file, Path(folder) / f"model{ending}")
            for compile in (True, False) if self.compile else (False,):
                model, failed = self._attempt(load, file, compile, {})
                if model is not None:
                    break
        if model is None:
            facts |= {"error": type(failed).__name__, "sentence": _sentence(failed)}
            self.findings.append(Diagnosis("load_failed", "path", facts))
            return None
        self.findings.append(Repair("load_tf_keras", "path", "message", facts))
        return model


def _is_newer(version: str, installed: str) -> bool:
    numbers = [[int(number) for number in re.findall(r"\d+", text)[:2]] for text in (version, installed)]
    return numbers[0] > numbers[1]


def _release_of_tensorflow() -> str:
    """Its major and minor number: tf_keras has the same, and another one would bring another TensorFlow along."""
    import tensorflow as tf

    return ".".join(tf.__version__.split(".")[:2])


def _sentence(error: Exception) -> str:
    """Keras' own sentence; of an error around another one that of the inner one."""
    text = str(error).rpartition("Exception encountered:")[2].strip() or str(error)
    if text == str(error) or text == keras_sentence(error):
        return keras_sentence(error)
    return keras_sentence(RuntimeError(text))


def _by_name(file: Path, other: Path) -> Path:
    """The file under a name whose ending tells Keras its format."""
    try:
        other.symlink_to(file.resolve())
    except OSError:  # Windows lets not everybody make links
        shutil.copyfile(file, other)
    return other
