"""What a training saw, for the blueprint."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..blueprint import Blueprint, OutputSeen, blueprint_of, keep_blueprint
from ..job import seen
from ..learning import merge, outputs_seen
from ..options import Options
from ..rules.labels import class_count
from ..rules.targets import TargetLeaf
from .parts import Training
from .targets import Target


def seen_before(training: Training) -> Blueprint | None:
    """What earlier training saw; nothing where the model was trained since by others."""
    blueprint = blueprint_of(training.model)
    return None if blueprint is None or (blueprint.stale and training.trains) else blueprint


def learned(training: Training, before: Blueprint | None, options: Options) -> Blueprint | None:
    """What this training sees, together with what earlier training saw."""
    outputs = outputs_seen([(target.spec, target.observed) for target in training.targets])
    outputs = tuple(_output(*pair, options) for pair in zip(training.targets, outputs, strict=True))
    found = seen(training.job, outputs)
    return merge(before, found) if before is not None and found is not None else found


def _output(target: Target, found: OutputSeen, options: Options) -> OutputSeen:
    """With the classes that were decided on, in the user's own numbers."""
    if target.classes is not None:
        is_one = target.spec.units == 1
        form: Any = "binary" if is_one else "codes" if target.spec.kind == "sparse" else "one-hot"
        return replace(found, classes=target.classes, form=form, names=None)
    base = int(options.label_base or 0)
    if base and target.observed is not None and (count := class_count(TargetLeaf(target.spec, target.observed, (), 0))):
        form = "binary" if target.spec.units == 1 else "codes"
        return replace(found, classes=tuple(range(base, base + count)), form=form, names=None)
    return found


def remember(training: Training) -> None:
    """Keep what was seen with the model."""
    if training.blueprint is not None and training.job.state is not None:
        training.job.state.told.discard("blueprint_stale")
        keep_blueprint(training.model, training.blueprint)
