"""Do targets fit the inputs and the model's outputs?"""

from __future__ import annotations

from collections.abc import Iterator

from ..observe import Observed
from ..report import Diagnosis


def check_rows(y: Observed, rows: int, function: str) -> Iterator[Diagnosis]:
    """One target per sample. `function`: the user's own call, which the fix repeats."""
    parts = y.children if y.kind.kind in ("list", "dict") and y.children else (y,)
    for part in parts:
        if part.kind.kind in ("array", "frame") and part.rows != rows:
            yield Diagnosis("label_rows", part.arg, {"rows": rows, "received": part.rows, "called": function})
