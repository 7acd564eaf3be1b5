"""A model as it was when `guard()` was called: it predicts, is copied, stored and sent, and never changes."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from ..blueprint_json import from_json
from ..blueprints import Blueprint
from ..engine.version import version_of
from ..messages.guard_lines import guard_lines
from ..report import Call, Diagnosis, Finding, Notice
from .process import was_forked

CHANGES = ("safe_fit", "learn_blueprint")  # what would make another model of it


class Guarded:
    """A snapshot of a model with its blueprint. Copies and pickles of it hold the model whole, and no code.

    The model in it is loaded at first use only. While the model that it was taken of lives and is as it was, that one
    predicts.

    Attributes:
        about: What the model expects and gives, in plain data.
        label: How the user called the model.
    """

    def __init__(self, data: bytes | Callable[[], bytes], about: Mapping[str, Any], label: str = "model") -> None:
        """Take the bytes, or what gives them when they are needed."""
        self._data, self.about, self.label = data, about, label
        self._start()

    def _start(self) -> None:
        self._lock = threading.RLock()
        self._models: list[tuple[Callable[[], Any], object]] = []  # each with the token of how it was
        self._may: dict[str, Any] = {}

    def follow(self, model: Any) -> None:
        """Predict with this model while it is as it is now. It may go: it is not kept alive."""
        self._models.insert(0, (weakref.ref(model), version_of(model)))

    def open(self, call: Call, **may: Any) -> tuple[Any, list[Finding]]:
        """The model, and what there is to tell; None where it can't be loaded.

        `may`: the `custom_objects` and `safe_mode` with which it may be, from now on.
        """
        with self._lock:
            self._may |= may
            was_changed = False
            for find, token in self._models:
                model = find()
                if model is not None and version_of(model) is token:
                    return model, []
                was_changed = was_changed or model is not None
            from .snapshot import revive  # which loads files, with all that this takes

            model, findings = revive(call, self._bytes(), str(self.about["name"]), **self._may)
            if model is None:
                return None, findings
            self._models = [(lambda: model, version_of(model))]
            if was_changed:
                findings.append(Notice("guard_trained", "model", "warning", {"trained": self.label}))
            return model, findings

    def keep(self, read: Callable[[], Any]) -> None:
        """Leave the bytes to somebody else, who gives them when they are needed."""
        self._data = read

    def predict(self, x: Any, **options: Any) -> Any:
        """Predict as the model did when the snapshot was taken.

        Args:
            x: As in `safe_predict`.
            **options: Those of `safe_predict`.
        """
        from ..api import safe_predict

        return safe_predict(self, x, **options)

    @property
    def data(self) -> bytes:
        """The model as bytes: a `.keras` archive, or the zipped folder of a SavedModel."""
        return bytes(self._bytes())

    def _bytes(self) -> Any:
        return self._data() if callable(self._data) else self._data

    @property
    def blueprint(self) -> Blueprint | None:
        """What is known of the training data."""
        known = self.about.get("blueprint")
        return None if known is None else from_json(known)

    @property
    def is_live(self) -> bool:
        """Whether a model is at hand, so that nothing has to be loaded."""
        return any(find() is not None for find, _ in self._models)

    def __getstate__(self) -> dict[str, Any]:
        return {"data": self.data, "about": self.about, "label": self.label}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._data, self.about, self.label = state["data"], state["about"], state["label"]
        self._start()

    def __repr__(self) -> str:
        return "\n".join(guard_lines(self.about, len(self.data), "python"))


Guarded.__module__ = "kerasguard"


def live(model: Any, call: Call, **may: Any) -> tuple[Any, list[Finding]]:
    """The model to work with, which of a snapshot is the one in it; and what there is to tell of that."""
    is_guard = isinstance(model, Guarded)
    if is_guard and call.language == "python":
        call.model = "guarded"
    if was_forked():
        return None, [Diagnosis("model_forked", "model")]
    if not is_guard:
        return model, []
    call.model_name, call.is_guard = str(model.about["name"]), True
    if call.function in CHANGES:
        return None, [Diagnosis("guard_fit", "model", {"function": call.function})]
    return model.open(call, **may)
