"""What a file holds, and whether it may become a model: read and judged before Keras builds anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..environment import keras_problem
from ..report import Diagnosis, Finding, Repair
from . import archive, hdf5
from .code import Want, find_wants, import_foreign, refuse
from .look import Look
from .names import unknown_names


@dataclass
class ModelFile:
    """A file that may hold a model: what is in it, whether it may be loaded, and what was found."""

    path: Path
    seen: Look
    compile: bool
    custom: dict[str, Any]
    safe_mode: bool
    version: str = ""
    config: dict[str, Any] = field(default_factory=dict)  # the model as it is in the file
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

    def read(self) -> tuple[dict[str, Any], dict[str, Any]]:
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

    def holds_no_code(self, config: dict[str, Any]) -> bool:
        """As far as it is seen without loading Keras."""
        if not self.safe_mode:
            return True
        return self._stands(refuse(str(self.path), find_wants(config, self.custom, look_up=False), True))

    def has_keras(self) -> bool:
        """Whether Keras can be imported."""
        return self._stands(keras_problem())

    def is_known(self, config: dict[str, Any]) -> bool:
        """Whether all that the model names is Keras' own or given by the user."""
        return self._stands(refuse(str(self.path), self._wants(config), self.safe_mode))

    def _wants(self, config: Any) -> list[Want]:
        """What the file wants, where it is trusted without what can be imported as it says."""
        wants = find_wants(config, self.custom)
        if wants and not self.safe_mode:
            self.custom |= import_foreign(wants)
            wants = find_wants(config, self.custom)
        return wants

    def check_training(self, training: Any) -> None:
        """Leave out a compile state that names what Keras does not have."""
        wants = [want for want in self._wants(training) if self.safe_mode or want.kind in ("class", "function")]
        names = [want.shown for want in wants] or unknown_names(training, self.custom)
        if any(want.kind == "lambda" for want in wants):
            self.drop_compile("It holds Python code (a lambda), which was not run.")
        elif names:
            self.drop_compile(f"It names {', '.join(names[:3])}, which Keras does not have.")

    def _stands(self, problem: Diagnosis | None) -> bool:
        if problem is not None:
            self.findings.append(problem)
        return problem is None

    def too_large(self, reason: str) -> Diagnosis:
        """The refusal of a file that asks for far more memory than it fills."""
        return Diagnosis("load_archive", "path", self.facts(reason=reason))

    def drop_compile(self, sentence: str) -> None:
        """Load it without its compile state, and say so."""
        self.compile = False
        self.findings.append(Repair("load_uncompiled", "path", "message", self.facts(sentence=sentence)))
