"""Words of the entries in `loading`: files of models."""

from __future__ import annotations

from typing import Any

from ..phrases import Phrases
from ..words import word


@word
def why_suffix(facts: dict[str, Any], phrases: Phrases) -> str:
    suffix = str(facts["suffix"]).lower()
    if suffix in (".rds", ".rda", ".rdata"):
        return "R's own files hold its handle of the model, not the model."
    if suffix in (".pkl", ".pickle", ".joblib"):
        return "A pickle is bound to the versions that wrote it, and can run code when it is read."
    return "That is the name of a file of weights alone." if suffix == ".weights.h5" else ""


@word
def kept_file(facts: dict[str, Any], phrases: Phrases) -> str:
    return "The file that was there is as it was." if facts["was_there"] else "No file was made."
