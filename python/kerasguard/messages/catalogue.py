"""All entries: code -> words."""

from __future__ import annotations

from .cli import CLI
from .entry import Entry
from .environment import ENVIRONMENT
from .explain import EXPLAIN
from .faults import FAULTS
from .guard import GUARD
from .levels import LEVELS
from .loading import LOADING
from .model import MODEL
from .results import RESULTS
from .scale import SCALE
from .scoring import SCORING
from .scoring_r import SCORING_R
from .shape import SHAPE
from .spark import SPARK
from .streams import STREAMS
from .structure import STRUCTURE
from .targets import TARGETS
from .types import TYPES
from .values import VALUES

CATALOGUE: dict[str, Entry] = {
    **STRUCTURE, **SHAPE, **VALUES, **SCALE, **MODEL, **LOADING, **STREAMS, **TARGETS, **TYPES,
    **LEVELS, **EXPLAIN, **FAULTS, **GUARD, **SCORING, **SCORING_R, **RESULTS, **SPARK,
    **ENVIRONMENT, **CLI,
}  # fmt: skip
