"""What a training saw, for the blueprint."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..blueprints import Blueprint, OutputSeen, blueprint_of, keep_blueprint
from ..job import seen
from ..learning import merge, outputs_seen
from .parts import Training
from .targets import Target


def seen_before(training: Training) -> Blueprint | None:
    """What earlier training saw; nothing where the model was trained since by others."""
    blueprint = blueprint_of(training.model)
    return None if blueprint is None or (blueprint.stale and training.trains) else blueprint


def learned(training: Training, before: Blueprint | None) -> Blueprint | None:
    """What this training sees, together with what earlier training saw."""
    found = outputs_seen([(target.spec, target.observed) for target in training.targets])
    old = before.outputs if before is not None and len(before.outputs) == len(found) else (None,) * len(found)
    outputs = tuple(_output(*parts) for parts in zip(training.targets, found, old, strict=True))
    blueprint = seen(training.job, outputs)
    return merge(before, blueprint) if before is not None and blueprint is not None else blueprint


def _output(target: Target, found: OutputSeen, before: OutputSeen | None) -> OutputSeen:
    """With the classes that were decided on, and columns in the order in which they were trained first."""
    if target.classes is not None:
        is_one = target.spec.units == 1
        form: Any = "binary" if is_one else "codes" if target.spec.kind == "sparse" else "one-hot"
        ordered = found.ordered or (before is not None and before.ordered)
        return replace(found, classes=target.classes, ordered=ordered, form=form, names=None)
    if before is not None and before.names and (not found.names or sorted(found.names) == sorted(before.names)):
        return replace(found, names=before.names)
    return found


def remember(training: Training) -> None:
    """Keep what was seen with the model."""
    if training.blueprint is not None and training.job.state is not None:
        training.job.state.told.discard("blueprint_stale")
        keep_blueprint(training.model, training.blueprint)
