"""Words about raw errors of Keras and TensorFlow: those of the families in `explain/X.py` are in `X.py` here."""

from __future__ import annotations

from ..entry import Entry
from .code import CODE
from .data import DATA
from .files import FILES
from .layers import LAYERS
from .machine import MACHINE
from .names import NAMES
from .state import STATE
from .targets import TARGETS
from .unknown import UNKNOWN

EXPLAIN: dict[str, Entry] = {
    **LAYERS, **DATA, **TARGETS, **FILES, **NAMES, **CODE, **STATE, **MACHINE, **UNKNOWN,
}  # fmt: skip
