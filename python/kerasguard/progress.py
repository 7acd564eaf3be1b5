"""A progress bar as Keras draws it, on a terminal and for long calls only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 1.0  # seconds: what is done by then needs no bar


def shown(verbose: Any) -> Any:
    """Keras' `verbose` with "auto" resolved: a bar in a log or among results is noise."""
    return (1 if sys.stdout.isatty() else 0) if verbose == "auto" else verbose


def progress_bar(verbose: Any, unit: str = "sample") -> Callable[[int, int | None], None] | None:
    """What draws the bar, told of rows (or batches) done and in all, None while unknown; None where nothing is drawn.

    With 1 it is drawn at any length, with "auto" once the call takes longer than a second, with 2 as one line.
    """
    level = shown(verbose)
    if not level:
        return None
    began = time.monotonic()
    bar: list[Any] = []

    def draw(done: int, rows: int | None) -> None:
        if verbose == "auto" and time.monotonic() - began < PATIENCE:
            return
        if not bar:
            from keras.utils import Progbar

            bar.append(Progbar(rows, verbose=level, unit_name=unit))
        bar[0].target = rows  # of a stream perhaps known at its end only
        bar[0].update(done, finalize=done == rows)

    return draw
