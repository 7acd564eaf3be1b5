"""TensorFlow's own lines, kept away from standard error."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LEVEL = "TF_CPP_MIN_LOG_LEVEL"


def import_keras() -> None:
    """Import Keras with its backend, silently. What fails is found and told by whoever needs it."""
    if "keras" in sys.modules:
        return
    with suppress(Exception), _lines_held():
        import keras  # noqa: F401


@contextmanager
def _lines_held() -> Iterator[None]:
    """Hold what libraries of C++ write: TensorFlow 2.21 has lines that its log level does not keep away.

    They are shown where the import fails, and where the user asks for all of them by the level 0.
    """
    if os.environ.get(LEVEL) == "0":
        yield
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held, os.fdopen(os.dup(2), "wb") as stderr:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            held.seek(0)
            shutil.copyfileobj(held, stderr)
            raise
        finally:
            os.dup2(stderr.fileno(), 2)
