"""What the families of errors share: their form, and how a text tells sizes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..report import Diagnosis
from ..rules.layer_axes import Shape
from .raised import Raised

Family = Callable[[Raised], Diagnosis | None]
SHAPE = r"[\[(]([^\])]*)[\])]"


def matcher(code: str, pattern: str, *names: str, of_logs: bool = False) -> Family:
    """A family that its sentence tells. `names`: of the pattern's groups, as facts. `of_logs`: lines that no error is
    raised with, so that one beside them is the one to explain."""

    def family(raised: Raised) -> Diagnosis | None:
        match = re.search(pattern, raised.text, re.IGNORECASE)
        if match is None or (of_logs and raised.has_error):
            return None
        groups = dict(zip(names, (_number(group) for group in match.groups()), strict=False))
        return Diagnosis(code, "x", {"error": raised.error, "sentence": raised.sentence, **groups})

    return family


def _number(text: str | None) -> Any:
    return int(text) if text is not None and text.isdigit() else text


def sizes(text: str) -> Shape:
    """`None, 10` or `?,10`: all of it."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return tuple(int(part) if part.isdigit() else None for part in parts)


def sample_sizes(text: str | None) -> Shape | None:
    """`None, 28, 28` without its samples."""
    parts = [part.strip() for part in (text or "").split(",") if part.strip()]
    if len(parts) < 2:
        return None
    return tuple(int(part) if part.isdigit() else None for part in parts[1:])
