"""All entries: code -> words."""

from __future__ import annotations

from .entry import Entry
from .loading import LOADING
from .model import MODEL
from .shape import SHAPE
from .streams import STREAMS
from .structure import STRUCTURE
from .values import VALUES

CATALOGUE: dict[str, Entry] = {**STRUCTURE, **SHAPE, **VALUES, **MODEL, **LOADING, **STREAMS}
