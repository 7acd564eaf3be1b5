"""Training data -> what to remember of it: columns with their ranges, classes of targets."""

from __future__ import annotations

from .inputs import inputs_seen, samples_of
from .outputs import outputs_seen, targets_for
from .pooling import merge
from .programs import versions

__all__ = ["inputs_seen", "merge", "outputs_seen", "samples_of", "targets_for", "versions"]
