"""What R is told while a model trains or is evaluated, so that R can draw it; and Ctrl-C of R."""

from __future__ import annotations

import time
from collections.abc import Callable
from traceback import walk_tb
from typing import Any

PAUSE = 0.2  # seconds between two tellings within an epoch: each is a call into R

Progress = Callable[[float, Any, dict[str, float]], None]


def telling(progress: Progress, training: bool) -> Any:
    """A callback that tells `progress` of what is done, what there is in all (None: not known) and the metrics so far.

    Counted in epochs and their fractions where the model trains, in batches where it is evaluated.
    """
    from keras.callbacks import Callback

    class Telling(Callback):
        def __init__(self) -> None:
            super().__init__()
            self.epoch, self.told = 0, time.monotonic()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = epoch

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            steps = self.params.get("steps")
            if steps and batch + 1 < steps and self._is_due():
                progress(self.epoch + (batch + 1) / steps, self.params.get("epochs"), _numbers(logs))

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            progress(epoch + 1, self.params.get("epochs"), _numbers(logs))

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            if not training and self._is_due():
                progress(batch + 1, self.params.get("steps"), _numbers(logs))

        def on_test_end(self, logs: Any = None) -> None:
            if not training:
                progress(self.params.get("steps") or 1, self.params.get("steps") or 1, _numbers(logs))

        def _is_due(self) -> bool:
            now = time.monotonic()
            if now - self.told < PAUSE:
                return False
            self.told = now
            return True

    return Telling()


def _numbers(logs: Any) -> dict[str, float]:
    return {name: float(value) for name, value in (logs or {}).items() if getattr(value, "ndim", 0) == 0}


def raise_interrupt(error: Exception) -> None:
    """Ctrl-C in R, which reticulate 1.28 hands on as an error of its own where it comes while TensorFlow runs."""
    if any(frame.f_code.co_name == "_signal_handler" for frame, _ in walk_tb(error.__traceback__)):
        raise KeyboardInterrupt from error
