"""Errors of files that can't be read, or that are not what they seem."""

from __future__ import annotations

import os
import re
from typing import Any

from ..report import Diagnosis
from .family import matcher
from .raised import Raised

# what can't be read from a file -> why
LOADS = {
    "is_python": r"bad marshal data|unknown opcode|code\(\) (?:argument|takes)",
    "is_lambda": r"Lambda.{0,200}(?:arbitrary code|unsafe|safe_mode)|deserializ\w+ of a `?Lambda",
    "is_function": (
        r"Could not deserialize '([\w.]+)'|Could not locate function '(\w+)'"
        r"|Unknown (?:loss|metric)(?: function)?:? '?(\w+)"
    ),
    "is_class": r"Unknown layer:? '?\"?(\w+)|Could not locate class '(\w+)'|Unknown optimizer:? '?(\w+)",
    "is_config": (
        r"(\w+)\.__init__\(\) (?:missing \d+ required positional argument"
        r"|got an unexpected keyword argument '(?:trainable|name|dtype)')"
    ),
    "is_old": (
        r"Unrecognized keyword arguments(?: passed to \w+)?: (?:\[|\{)'(batch_shape|batch_input_shape"
        r"|lr|groups|time_major|optional|ragged|quantization_config)'|could not be deserialized properly"
        r"|Error when deserializing class '(\w+)'"
    ),
    "is_missing": (
        r"File not found: filepath=(\S+?)\. |Unable to (?:synchronously )?open file \(unable to open file"
        r"|SavedModel file does not exist at: (\S+)"
    ),
    "is_format": (
        r"File format not supported: filepath=(\S+?)\. "
        r"|Unable to (?:synchronously )?open file \(file signature not found\)"
        r"|Unable to (?:synchronously )?open file \(truncated file|not accessible as a `?\.keras`? zip"
        r"|legacy SavedModel format is not supported|File is not a zip file"
    ),
    "is_weights": (
        r"No model config found in the file|Unable to load weights saved in"
        r"|Layer count mismatch when loading weights|A total of \d+ objects could not be loaded"
        r"|expected \d+ variables, but received \d+ variables during loading"
    ),
    "is_ending": r"must end in `?(\.weights\.h5|\.keras)|Invalid filepath extension for saving",
}  # fmt: skip
OF_KERAS = ("mse", "mae", "mape", "msle", "loss", "error", "entropy", "hinge", "accuracy", "auc", "huber", "poisson",
            "cosine", "kl", "logcosh", "precision", "recall")  # fmt: skip


def load(raised: Raised) -> Diagnosis | None:
    """A file that could not be loaded, or saved."""
    for why, pattern in LOADS.items():
        match = re.search(pattern, raised.text)
        if match is None or (why in ("is_old", "is_config") and raised.is_live and "deserializ" not in raised.text):
            continue  # an argument that the user gave to a layer
        name = next((group for group in match.groups() if group), "")
        if why == "is_missing" and name and os.path.exists(name):
            why = "is_format"
        facts: dict[str, Any] = {
            "name": name, "sentence": raised.sentence, "error": raised.error, **dict.fromkeys(LOADS, False), why: True,
            "is_own": why == "is_function" and not any(part in name.lower() for part in OF_KERAS),
        }  # fmt: skip
        return Diagnosis("error_load", "x", facts)
    return None


pointer = matcher(
    "error_pointer",
    r"external pointer is not valid|invalid externalptr|object is from previous session"
    r"|NULL value passed as (?:symbol|external) (?:address|pointer)",
)
