"""A file that was judged -> the model: by Keras, from a mended copy where it must be, else by tf_keras."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..messages import keras_sentence
from ..report import Diagnosis, Notice, Repair
from . import archive, hdf5
from .budget import Budget, counts_too_far
from .code import keras2_only, packaged
from .keras2 import Mending, register
from .keras2_training import mend_training
from .keras2_weights import convert_weights, find_conversions
from .keras3 import mend_earlier
from .model_file import ModelFile
from .names import old_names
from .operations import OPERATIONS
from .optimizer import has_trained, of_any_backend, rebuild_optimizer
from .savedmodel import has_tensorflow, load_savedmodel

MOST_CHANGES = 5


@dataclass
class Loading(ModelFile):
    """One file on its way to a model."""

    is_mended: bool = False  # the compile state, not the model
    budget: Budget = field(default_factory=lambda: Budget(0))

    def load(self) -> Any:
        """The model; None where a Diagnosis was found."""
        if self.seen.kind == "savedmodel":
            return self._servable()
        try:
            config, training = self.read()
        except archive.Unreadable as error:
            self.findings.append(error.diagnosis)
            return None
        except ModuleNotFoundError:  # h5py, of which Keras has need
            self.has_keras()
            return None
        self.custom |= packaged([config, training], self.custom)
        excess = counts_too_far([config, training])
        if excess:
            self.findings.append(self.too_large(f"has a metric with {excess}"))
            return None
        self.config = model = {key: value for key, value in config.items() if key != "compile_config"}
        if not (self.holds_no_code(model) and self.has_keras() and self.is_known(model)):
            return None
        if self.is_old:
            mended = mend_training(training)
            self.is_mended, training = mended != training, mended
        elif self.compile:
            backends, training = of_any_backend(training)
            self.is_mended = bool(backends - {_backend()})
        if self.compile:
            self.check_training(training)
        register()
        try:
            return self._build(config, training)
        except Exception as error:  # a config of another form than any that Keras writes
            facts = self.facts(error=type(error).__name__, sentence=_sentence(error))
            self.findings.append(Diagnosis("load_failed", "path", facts))
            return None

    def _servable(self) -> Any:
        if not self.has_keras():
            return None
        served = load_savedmodel(self.seen.file, self.safe_mode)
        if isinstance(served, Diagnosis):
            self.findings.append(served)
            return None
        facts = self.facts(endpoint=served.endpoint)
        self.findings.append(Notice("load_servable", "path", "message", facts))
        return served

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
        elif not is_hdf5 and (is_changed or self.is_old or self.is_mended or self.seen.kind == "unpacked"):
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
                self.drop_compile(f"Keras said: {_sentence(first)}")
            return model
        return self._by_tf_keras(error)

    def _is_too_large(self) -> bool:
        if self.budget.is_exceeded:
            size = self.budget.size
            reason = f"declares more than {self.budget.spent:,} bytes of weights and holds {size:,}"
            self.findings.append(self.too_large(reason))
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
        if self.version.startswith("1."):  # tf_keras can't read them either
            self.findings.append(Diagnosis("load_keras_1", "path", facts))
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


def _backend() -> str:
    import keras

    return str(keras.backend.backend())


def _release_of_tensorflow() -> str:
    """Its major and minor number: tf_keras has the same, and another one would bring another TensorFlow along.

    "" where it is not installed: then tf_keras brings its own.
    """
    if not has_tensorflow():
        return ""
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
